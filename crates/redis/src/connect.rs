//! Connecting to a server, to the primary that sentinels name, or to a cluster.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::cluster::ClusterClientBuilder;
use redis::cluster_async::ClusterConnection;
use redis::cluster_routing::{Route, RoutingInfo, SingleNodeRoutingInfo, Slot, SlotAddr};
use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::sentinel::{SentinelClientBuilder, SentinelServerType};
use redis::{
    AsyncConnectionConfig, Client, ClientTlsConfig, Cmd, ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _,
    RedisConnectionInfo, RedisResult, TlsCertificates, TlsMode, Value, cmd,
};
use rustls::crypto::{CryptoProvider, ring};

use crate::error::Error;
use crate::settings::{Settings, read};
use crate::url::{Host, Password, Place};

/// The number of commands that are queued. Further callers wait.
const PIPELINE: usize = 1024;

/// How long a connection is idle before TCP checks that the peer is alive.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// How often redis-rs repeats a command while a cluster is being changed.
const CLUSTER_RETRIES: u32 = 5;

/// A connection that many calls share. A clone is the same connection.
#[derive(Clone)]
pub(crate) enum Connection {
    Server(MultiplexedConnection),
    Cluster(ClusterConnection),
}

impl Connection {
    /// Opens a connection. The caller bounds the time.
    pub(crate) async fn open(settings: &Settings) -> Result<Self, Error> {
        let server = settings.url.to_string();
        let is_cluster = matches!(settings.url.place, Place::Cluster(_));
        let certificates = certificates(settings)?;
        let opened = open(settings, certificates).await;
        opened.map_err(|error| Error::of(&error, &server, is_cluster))
    }

    /// Sends a command to the node that has its keys; with a slot, to the primary that has the slot.
    pub(crate) async fn query(&mut self, command: &Cmd, slot: Option<u16>) -> RedisResult<Value> {
        match (self, slot.and_then(Slot::new)) {
            (Connection::Server(connection), _) => command.query_async(connection).await,
            (Connection::Cluster(connection), None) => command.query_async(connection).await,
            (Connection::Cluster(connection), Some(slot)) => {
                let node = SingleNodeRoutingInfo::SpecificNode(Route::with_slot(slot, SlotAddr::Master));
                connection.route_command(command.clone(), RoutingInfo::SingleNode(node)).await
            }
        }
    }
}

async fn open(settings: &Settings, certificates: Option<TlsCertificates>) -> RedisResult<Connection> {
    let (url, config) = (&settings.url, config());
    match &url.place {
        Place::Server(host) => {
            let client = client(address(host, url.is_tls), certificates)?;
            log_in(client.get_multiplexed_async_connection_with_config(&config).await?, settings).await
        }
        Place::Socket(path) => {
            let client = client(ConnectionAddr::Unix(path.clone()), None)?;
            log_in(client.get_multiplexed_async_connection_with_config(&config).await?, settings).await
        }
        Place::Sentinels { hosts, service } => {
            let mut client = sentinels(settings, hosts, service, certificates)?.build()?;
            Ok(Connection::Server(client.get_async_connection_with_config(&config).await?))
        }
        Place::Cluster(hosts) => {
            let nodes = hosts.iter().map(|host| info(address(host, url.is_tls))).collect::<RedisResult<Vec<_>>>()?;
            let mut builder = ClusterClientBuilder::new(nodes)
                .tcp_settings(tcp_settings())
                .connection_timeout(settings.connect_timeout)
                .response_timeout(settings.response_timeout)
                .retries(CLUSTER_RETRIES);
            if let Some(username) = &url.username {
                builder = builder.username(username);
            }
            if let Some(password) = &url.password {
                builder = builder.password(password.expose());
            }
            if let Some(certificates) = certificates {
                builder = builder.certs(certificates);
            }
            Ok(Connection::Cluster(builder.build()?.get_async_connection().await?))
        }
    }
}

/// Logs in and selects the database. redis-rs would hide the reason of a refusal.
async fn log_in(mut connection: MultiplexedConnection, settings: &Settings) -> RedisResult<Connection> {
    let url = &settings.url;
    if let Some(password) = &url.password {
        let mut auth = cmd("AUTH");
        auth.arg(url.username.as_deref()).arg(password.expose());
        auth.query_async::<Value>(&mut connection).await?;
    }
    if url.database != 0 {
        cmd("SELECT").arg(url.database).query_async::<Value>(&mut connection).await?;
    }
    Ok(Connection::Server(connection))
}

fn sentinels(
    settings: &Settings,
    hosts: &[Host],
    service: &str,
    certificates: Option<TlsCertificates>,
) -> RedisResult<SentinelClientBuilder> {
    let url = &settings.url;
    let addresses = hosts.iter().map(|host| address(host, url.is_tls));
    let mut builder = SentinelClientBuilder::new(addresses, service, SentinelServerType::Master)?
        .set_client_to_redis_db(url.database)
        .set_client_to_redis_tcp_settings(tcp_settings())
        .set_client_to_sentinel_tcp_settings(tcp_settings());
    if let Some(username) = &url.username {
        builder = builder.set_client_to_redis_username(username);
    }
    if let Some(password) = &url.password {
        builder = builder.set_client_to_redis_password(password.expose());
    }
    if let Some(username) = &settings.sentinel_username {
        builder = builder.set_client_to_sentinel_username(username);
    }
    if let Some(password) = &settings.sentinel_password {
        builder = builder.set_client_to_sentinel_password(Password::expose(password));
    }
    if let Some(certificates) = certificates {
        builder = builder
            .set_client_to_redis_tls_mode(TlsMode::Secure)
            .set_client_to_redis_certificates(certificates.clone())
            .set_client_to_sentinel_tls_mode(TlsMode::Secure)
            .set_client_to_sentinel_certificates(certificates);
    }
    Ok(builder)
}

fn client(address: ConnectionAddr, certificates: Option<TlsCertificates>) -> RedisResult<Client> {
    let info = info(address)?;
    match certificates {
        Some(certificates) => Client::build_with_tls(info, certificates),
        None => Client::open(info),
    }
}

fn info(address: ConnectionAddr) -> RedisResult<ConnectionInfo> {
    let redis = RedisConnectionInfo::default().set_lib_name("tokcache", env!("CARGO_PKG_VERSION"));
    Ok(address.into_connection_info()?.set_redis_settings(redis).set_tcp_settings(tcp_settings()))
}

fn address(host: &Host, is_tls: bool) -> ConnectionAddr {
    match is_tls {
        true => ConnectionAddr::TcpTls { host: host.name.clone(), port: host.port, insecure: false, tls_params: None },
        false => ConnectionAddr::Tcp(host.name.clone(), host.port),
    }
}

/// Without time limits: the caller has them.
fn config() -> AsyncConnectionConfig {
    AsyncConnectionConfig::new()
        .set_connection_timeout(None)
        .set_response_timeout(None)
        .set_pipeline_buffer_size(PIPELINE)
}

fn tcp_settings() -> TcpSettings {
    TcpSettings::default().set_nodelay(true).set_keepalive(TcpKeepalive::new().with_time(KEEPALIVE))
}

/// Reads the certificates for TLS. `None` without TLS.
fn certificates(settings: &Settings) -> Result<Option<TlsCertificates>, Error> {
    if !settings.url.is_tls {
        return Ok(None);
    }
    // rustls panics if the program is built with two crypto libraries and has chosen none.
    if CryptoProvider::get_default().is_none() {
        let _ = ring::default_provider().install_default();
    }
    let root_cert = settings.ca_file.as_ref().map(read).transpose()?.map(|pem| pem.to_vec());
    let client_tls = match &settings.client_certificate {
        Some((certificate, key)) => {
            Some(ClientTlsConfig { client_cert: read(certificate)?.to_vec(), client_key: read(key)?.to_vec() })
        }
        None => None,
    };
    Ok(Some(TlsCertificates { client_tls, root_cert }))
}
