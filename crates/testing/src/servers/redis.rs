//! Redis: one server, a primary with a replica and a sentinel, or a cluster.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use super::{Certificates, Host, ServerProcess, free_port, wait_until};

/// The options of a [`RedisServer`].
#[derive(Clone, Copy, Default)]
pub struct RedisOptions<'a> {
    /// With certificates, the server speaks TLS only, and requires a client certificate.
    pub certificates: Option<&'a Certificates>,
    /// The password of the default user.
    pub password: Option<&'a str>,
    /// The host that the server runs on, if it is not the test's. Everybody who reaches the host may use the server.
    pub host: Option<&'a Host>,
    /// Further arguments, as in `["--maxmemory", "2mb"]`.
    pub arguments: &'a [&'a str],
}

/// A Redis server. Unless the arguments say otherwise, it saves nothing and is empty after a restart.
pub struct RedisServer {
    process: ServerProcess,
    folder: TempDir,
    /// The program and its arguments.
    command: Vec<String>,
    address: String,
    port: u16,
    password: Option<String>,
}

impl RedisServer {
    /// Starts a server.
    pub fn start(options: RedisOptions<'_>) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let port = free_port();
        let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        let address = options.host.map_or("127.0.0.1", Host::address).to_owned();
        let mut arguments: Vec<String> =
            ["--bind", &address, "--save", "", "--dir", "", "--unixsocket", ""].map(str::to_owned).into();
        (arguments[5], arguments[7]) = (path(""), path("socket"));
        if options.host.is_some() {
            arguments.extend(["--protected-mode".to_owned(), "no".to_owned()]);
        }
        let port_option = if options.certificates.is_some() { "--tls-port" } else { "--port" };
        arguments.extend([port_option.to_owned(), port.to_string()]);
        if let Some(certificates) = options.certificates {
            let file = |name| certificates.file(name).to_string_lossy().into_owned();
            arguments.extend(["--port".to_owned(), "0".to_owned()]);
            arguments.extend(["--tls-ca-cert-file".to_owned(), file("ca.pem")]);
            arguments.extend(["--tls-cert-file".to_owned(), file("server.pem")]);
            arguments.extend(["--tls-key-file".to_owned(), file("server.key")]);
        }
        if let Some(password) = options.password {
            arguments.extend(["--requirepass".to_owned(), password.to_owned()]);
        }
        arguments.extend(options.arguments.iter().map(|argument| (*argument).to_owned()));
        let program = "redis-server";
        let program = options.host.map_or_else(|| Command::new(program), |host| host.command(program));
        let words = [program.get_program()].into_iter().chain(program.get_args());
        let command: Vec<_> = words.map(|word| word.to_string_lossy().into_owned()).chain(arguments).collect();
        let process = run(&command, &folder);
        RedisServer { process, folder, command, address, port, password: options.password.map(str::to_owned) }
    }

    /// Starts a server that has ended, on the same port and in the same folder.
    pub fn start_again(&mut self) {
        assert!(!self.process.is_running(), "the server is running");
        self.process = run(&self.command, &self.folder);
    }

    /// Returns the process of the server.
    pub fn process(&mut self) -> &mut ServerProcess {
        &mut self.process
    }

    /// Returns the port. With certificates, it is the TLS port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns `redis://ADDRESS:PORT`.
    pub fn url(&self) -> String {
        format!("redis://{}:{}", self.address, self.port)
    }

    /// Returns the path of the server's socket.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    /// Runs a command with `redis-cli` and returns its output without the last line break.
    pub fn cli(&self, arguments: &[&str]) -> String {
        self.try_cli(arguments).unwrap_or_else(|error| panic!("redis-cli {arguments:?}: {error}"))
    }

    fn try_cli(&self, arguments: &[&str]) -> Result<String, String> {
        let mut cli = Command::new("redis-cli");
        cli.arg("-s").arg(self.socket()).args(arguments);
        if let Some(password) = &self.password {
            cli.env("REDISCLI_AUTH", password);
        }
        let output = cli.output().expect("redis-cli is installed");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            return Err(format!("{text}{}", String::from_utf8_lossy(&output.stderr)));
        }
        Ok(text.strip_suffix('\n').map(str::to_owned).unwrap_or(text))
    }

    /// Returns whether the server is a primary. A server that is being promoted or demoted may not answer.
    pub fn is_primary(&self) -> Option<bool> {
        Some(self.try_cli(&["ROLE"]).ok()?.starts_with("master"))
    }

    /// Returns a value of `INFO`.
    pub fn info(&self, name: &str) -> String {
        let info = self.cli(&["INFO", "everything"]);
        let mut values = info.lines().filter_map(|line| line.trim_end().split_once(':'));
        let found = values.find(|(key, _)| *key == name);
        found.unwrap_or_else(|| panic!("INFO has no {name}: {info}")).1.to_owned()
    }

    /// Returns how often each command was called since the last time, by clients and by scripts, and resets the counts.
    pub fn take_commands(&self) -> BTreeMap<String, u64> {
        let stats = self.cli(&["INFO", "commandstats"]);
        self.cli(&["CONFIG", "RESETSTAT"]);
        let counts = stats.lines().filter_map(|line| {
            let (name, values) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
            Some((name.to_owned(), values.split(',').next()?.parse().ok()?))
        });
        counts.filter(|(name, _)| !["info", "config|resetstat", "command|docs"].contains(&name.as_str())).collect()
    }
}

fn run(words: &[String], folder: &TempDir) -> ServerProcess {
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).current_dir(folder.path());
    let socket = folder.path().join("socket");
    ServerProcess::start(command, &folder.path().join("log"), || ping(&socket).is_some())
}

/// Returns whether the server answers, if only by asking for a password. `LOADING` is no answer.
fn ping(socket: &PathBuf) -> Option<()> {
    let mut stream = UnixStream::connect(socket).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(1))).ok()?;
    stream.write_all(b"PING\r\n").ok()?;
    let mut answer = [0; 64];
    let length = stream.read(&mut answer).ok()?;
    (answer[..length].starts_with(b"+PONG") || answer[..length].starts_with(b"-NOAUTH")).then_some(())
}

/// A primary, a replica and a sentinel. The sentinel promotes the replica when the primary is down for half a second.
pub struct RedisSentinel {
    /// The first primary.
    pub primary: RedisServer,
    /// The first replica.
    pub replica: RedisServer,
    _sentinel: ServerProcess,
    _folder: TempDir,
    port: u16,
}

impl RedisSentinel {
    /// The service that the sentinel watches.
    pub const SERVICE: &str = "main";

    /// Starts the three servers.
    #[expect(clippy::disallowed_methods, reason = "a file of a test")]
    pub fn start() -> Self {
        let primary = RedisServer::start(RedisOptions::default());
        let replica = RedisServer::start(RedisOptions {
            arguments: &["--replicaof", "127.0.0.1", &primary.port.to_string()],
            ..RedisOptions::default()
        });
        wait_until("the replica has caught up", || replica.info("master_link_status") == "up");
        let (folder, port, service) = (TempDir::new().expect("a temporary folder"), free_port(), Self::SERVICE);
        let configuration = format!(
            "port {port}\nbind 127.0.0.1\nunixsocket {folder}/socket\n\
             sentinel monitor {service} 127.0.0.1 {} 1\nsentinel down-after-milliseconds {service} 500\n\
             sentinel failover-timeout {service} 5000\n",
            primary.port,
            folder = folder.path().display(),
        );
        let file = folder.path().join("sentinel.conf");
        std::fs::write(&file, configuration).expect("a file");
        let mut command = Command::new("redis-server");
        command.arg(file).arg("--sentinel").current_dir(folder.path());
        let socket = folder.path().join("socket");
        let sentinel = ServerProcess::start(command, &folder.path().join("log"), || ping(&socket).is_some());
        let cluster = RedisSentinel { primary, replica, _sentinel: sentinel, _folder: folder, port };
        wait_until("the sentinel knows the replica", || cluster.ask("SENTINEL REPLICAS main").contains("slave"));
        cluster
    }

    /// Returns `127.0.0.1:PORT` of the sentinel.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Sends a command to the sentinel and returns the output of `redis-cli`.
    pub fn ask(&self, command: &str) -> String {
        let output = Command::new("redis-cli").args(["-p", &self.port.to_string()]).args(command.split(' ')).output();
        String::from_utf8_lossy(&output.expect("redis-cli is installed").stdout).into_owned()
    }
}

/// A cluster of three primaries.
pub struct RedisCluster {
    /// The nodes.
    pub nodes: Vec<RedisServer>,
}

impl RedisCluster {
    /// Starts the nodes and waits until they know each other.
    pub fn start() -> Self {
        const SLOTS: [(&str, &str); 3] = [("0", "5460"), ("5461", "10922"), ("10923", "16383")];
        // By default, the port for the other nodes is 10,000 higher, which can be the port of an outgoing connection.
        let ports = SLOTS.map(|_| free_port().to_string());
        let start = |port: &String| {
            let arguments = &["--cluster-enabled", "yes", "--cluster-node-timeout", "2000", "--cluster-port", port];
            RedisServer::start(RedisOptions { arguments, ..RedisOptions::default() })
        };
        let nodes: Vec<_> = ports.iter().map(start).collect();
        for (node, (first, last)) in nodes.iter().zip(SLOTS) {
            node.cli(&["CLUSTER", "ADDSLOTSRANGE", first, last]);
            node.cli(&["CLUSTER", "MEET", "127.0.0.1", &nodes[0].port.to_string(), &ports[0]]);
        }
        let knows_all = |node: &RedisServer| {
            let info = node.cli(&["CLUSTER", "INFO"]);
            info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:3")
        };
        wait_until("the nodes know each other", || nodes.iter().all(knows_all));
        RedisCluster { nodes }
    }

    /// Returns the URL with all nodes, `redis+cluster://127.0.0.1:PORT,…`.
    pub fn url(&self) -> String {
        let hosts: Vec<_> = self.nodes.iter().map(|node| format!("127.0.0.1:{}", node.port)).collect();
        format!("redis+cluster://{}", hosts.join(","))
    }
}
