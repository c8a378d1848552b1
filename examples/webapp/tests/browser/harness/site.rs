//! The app: its server processes, their store and their provider.

use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokcache_core::time::{Clock as _, SystemClock};
use tokcache_testing::servers::{RedisOptions, RedisServer, ServerProcess, free_port};

use super::balancer::Balancer;
use super::provider::Provider;

/// Starts a Redis server that loses nothing when it is killed.
pub(crate) fn redis() -> RedisServer {
    let arguments = &["--appendonly", "yes", "--appendfsync", "always"];
    RedisServer::start(RedisOptions { arguments, ..RedisOptions::default() })
}

/// The app at one address.
pub(crate) struct Site {
    /// The address, without a path.
    pub(crate) origin: String,
    pub(crate) provider: Provider,
    pub(crate) servers: Vec<Server>,
    /// Between the browsers and the servers.
    pub(crate) balancer: Balancer,
    folder: TempDir,
}

impl Site {
    /// Starts one server on SQLite.
    pub(crate) fn start() -> Self {
        Site::start_on_sqlite(json!({}))
    }

    /// Starts one server on SQLite, and a provider with these settings.
    pub(crate) fn start_on_sqlite(settings: Value) -> Self {
        let folder = TempDir::new().unwrap();
        let store = format!("sqlite:{}", folder.path().join("webapp.db").display());
        Site::start_in(folder, 1, &store, settings)
    }

    /// Starts some servers that share a store, and a provider with these settings (`tests/e2e/provider/settings.mjs`).
    pub(crate) fn start_with(servers: usize, store: &str, settings: Value) -> Self {
        Site::start_in(TempDir::new().unwrap(), servers, store, settings)
    }

    fn start_in(folder: TempDir, servers: usize, store: &str, mut settings: Value) -> Self {
        let port = free_port();
        let origin = format!("http://127.0.0.1:{port}");
        settings["web_app"] = json!(origin);
        let provider = Provider::start_with(settings);
        let secret = folder.path().join("secret");
        std::io::Write::write_all(&mut std::fs::File::create(&secret).unwrap(), b"made-up\n").unwrap();
        let file = |name: &str| folder.path().join(name).display().to_string();
        let arguments = [
            ("--url", origin.clone()),
            ("--store", store.to_owned()),
            ("--folder", file("")),
            ("--authority", provider.authority().to_owned()),
            ("--client-id", "e2e-web".to_owned()),
            ("--client-secret-file", file("secret")),
            ("--scope", "openid profile api.read".to_owned()),
            ("--api", format!("{}/me", provider.authority())),
            ("--ca-file", provider.ca_file().display().to_string()),
        ];
        let arguments: Vec<_> = arguments.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        let log = folder.path().join("log");
        let servers: Vec<_> = (0..servers).map(|_| Server::start(arguments.clone(), log.clone())).collect();
        let balancer = Balancer::start(port, servers[0].address);
        Site { origin, provider, servers, balancer, folder }
    }

    /// Returns the address of a path.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Passes the browsers to this server from now on.
    pub(crate) fn choose(&self, server: usize) {
        self.balancer.choose(self.servers[server].address);
    }

    /// Passes new connections of browsers to this server from now on, and leaves the open ones alone.
    pub(crate) fn choose_for_new(&self, server: usize) {
        self.balancer.choose_for_new(self.servers[server].address);
    }

    /// Waits until the tokens of one second have expired, and lets the next ones live for an hour.
    pub(crate) fn outlive_the_tokens(&self) {
        self.provider.change(json!({"access_token_seconds": 3600}));
        SystemClock::new().sleep(Duration::from_millis(1100));
    }

    /// Returns all that the servers have printed.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }
}

/// A process of the app.
pub(crate) struct Server {
    process: ServerProcess,
    address: SocketAddr,
    arguments: Vec<String>,
    log: PathBuf,
}

impl Server {
    /// Starts the app on a free port.
    pub(crate) fn start(arguments: Vec<String>, log: PathBuf) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        Server { process: run(address, &arguments, &log), address, arguments, log }
    }

    /// Returns the address of the server alone, without a path.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ends the server as an administrator does, and starts it again.
    pub(crate) fn restart(&mut self) {
        self.process.shut_down();
        self.process = run(self.address, &self.arguments, &self.log);
    }

    /// Kills the server like a crash, and starts it again.
    pub(crate) fn crash(&mut self) {
        self.process.kill();
        self.process = run(self.address, &self.arguments, &self.log);
    }
}

fn run(address: SocketAddr, arguments: &[String], log: &std::path::Path) -> ServerProcess {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tokcache-webapp"));
    command.arg(format!("--listen={address}")).args(arguments);
    ServerProcess::start(command, log, || TcpStream::connect(address).is_ok())
}
