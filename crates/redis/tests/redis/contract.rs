//! The store contract on each kind of server.

use tokcache_core::time::SystemClock;
use tokcache_redis::{Password, Settings};
use tokcache_testing::contract::{self, Kind};
use tokcache_testing::servers::{Certificates, RedisCluster, RedisOptions, RedisSentinel, RedisServer};

use crate::{runtime, store};

fn check(settings: &Settings) {
    let runtime = runtime();
    contract::check(Kind::default(), || store(&runtime, settings));
    contract::a_lease_that_is_not_renewed_ends(&store(&runtime, settings), &SystemClock::new());
}

#[test]
fn a_server_keeps_the_contract() {
    let server = RedisServer::start(RedisOptions::default());
    check(&Settings::parse(&server.url()).unwrap());
}

#[test]
fn a_server_behind_a_socket_keeps_the_contract() {
    let server = RedisServer::start(RedisOptions { password: Some("secret"), ..RedisOptions::default() });
    check(&Settings::parse(&format!("unix://{}?db=3&pass=secret", server.socket().display())).unwrap());
}

#[test]
fn a_server_with_tls_keeps_the_contract() {
    let certificates = Certificates::generate();
    let options = RedisOptions { certificates: Some(&certificates), ..RedisOptions::default() };
    let server = RedisServer::start(RedisOptions { password: Some("secret"), ..options });
    let settings = Settings::parse(&format!("rediss://localhost:{}/1", server.port())).unwrap();
    let settings = settings.password(Password::new("secret")).ca_file(certificates.file("ca.pem"));
    check(&settings.client_certificate(certificates.file("client.pem"), certificates.file("client.key")));
}

#[test]
fn a_primary_that_a_sentinel_names_keeps_the_contract() {
    let servers = RedisSentinel::start();
    check(&Settings::parse(&format!("redis+sentinel://{}/main/2", servers.address())).unwrap());
}

#[test]
fn a_cluster_keeps_the_contract() {
    let cluster = RedisCluster::start();
    check(&Settings::parse(&cluster.url()).unwrap());
}
