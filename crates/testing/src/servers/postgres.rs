use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, geteuid, kill_process, test_kill_process};
use tempfile::TempDir;

use super::network::in_namespace;
use super::{Certificates, Host, ServerProcess, free_port, wait_until};

/// The folder in which Debian puts the programs of each version.
const INSTALLED: &str = "/usr/lib/postgresql";

/// The user whom PostgreSQL and PgBouncer run as where the tests run as root, whom both refuse.
const USER: (u32, u32) = (65534, 65534);

/// A PostgreSQL server, on a Unix socket and a loopback port. It trusts everybody, as the superuser `tokcache`.
pub struct PostgresServer {
    process: ServerProcess,
    folder: TempDir,
    port: u16,
    place: Place,
    settings: Vec<String>,
}

/// The host of a server.
struct Place {
    address: String,
    /// The network namespace, unless it is that of the test.
    namespace: Option<PathBuf>,
}

impl Place {
    fn of(host: Option<&Host>) -> Self {
        let address = host.map_or("127.0.0.1", Host::address).to_owned();
        Place { address, namespace: host.map(|host| host.namespace().to_owned()) }
    }
}

impl PostgresServer {
    /// Starts a server.
    pub fn start() -> Self {
        PostgresServer::start_with(&[])
    }

    /// Starts a server with settings, such as `max_connections=20`.
    pub fn start_with(settings: &[&str]) -> Self {
        PostgresServer::start_in(server_folder(), Place::of(None), settings)
    }

    /// Starts a server on a host. Everybody who reaches the host may use the server.
    pub fn start_on(host: &Host) -> Self {
        PostgresServer::start_in(server_folder(), Place::of(Some(host)), &[])
    }

    /// Starts a server with the certificate `server` of these, which offers TLS.
    pub fn start_with_tls(certificates: &Certificates) -> Self {
        let folder = server_folder();
        for name in ["server.pem", "server.key"] {
            let copy = folder.path().join(name);
            fs::copy(certificates.file(name), &copy).expect("a certificate");
            fs::set_permissions(&copy, fs::Permissions::from_mode(0o600)).expect("a certificate");
            give_to_server_user(&copy);
        }
        let setting = |name: &str, file: &str| format!("{name}={}", folder.path().join(file).display());
        let (certificate, key) = (setting("ssl_cert_file", "server.pem"), setting("ssl_key_file", "server.key"));
        PostgresServer::start_in(folder, Place::of(None), &["ssl=on", &certificate, &key])
    }

    fn start_in(folder: TempDir, place: Place, settings: &[&str]) -> Self {
        let data = folder.path().join("data");
        let mut initdb = as_server_user(program("initdb"));
        initdb.args(["--username=tokcache", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        let made = initdb.args(["--wal-segsize=1", "-D"]).arg(&data).output().expect("initdb");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let settings: Vec<_> = settings.iter().map(|&setting| setting.to_owned()).collect();
        let port = free_port();
        let mut access = fs::File::options().append(true).open(data.join("pg_hba.conf")).expect("the access rules");
        writeln!(access, "host all all samenet trust").expect("the access rules");
        let process = run(folder.path(), port, &place, &settings);
        PostgresServer { process, folder, port, place, settings }
    }

    /// Returns the URL of the database `postgres` on the port.
    pub fn url(&self) -> String {
        format!("postgres://tokcache@{}:{}/postgres", self.place.address, self.port)
    }

    /// Returns the URL of the database `postgres` on the Unix socket.
    pub fn socket_url(&self) -> String {
        format!("postgres:///postgres?user=tokcache&host={}&port={}", self.folder().display(), self.port)
    }

    /// Returns the folder of the server, in which its Unix socket and its log are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the loopback port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Runs SQL as the superuser in the database `postgres` and returns what psql prints: rows, with `|` between columns.
    pub fn sql(&self, sql: &str) -> String {
        let mut psql = Command::new(program("psql"));
        psql.args(["-qAtX", "-v", "ON_ERROR_STOP=1", "-U", "tokcache", "-d", "postgres", "-p", &self.port.to_string()]);
        psql.arg("-h").arg(self.folder()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut psql = psql.spawn().expect("psql");
        psql.stdin.take().expect("its input").write_all(sql.as_bytes()).expect("SQL");
        let output = psql.wait_with_output().expect("psql");
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Returns all that the server has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder().join("log")).expect("a log")
    }

    /// Stops the server as an administrator does: open connections are told and closed.
    pub fn stop(&mut self) {
        self.process.end_by(Signal::INT);
    }

    /// Kills the server as a crash would.
    pub fn kill(&mut self) {
        let connections = self.connections();
        self.process.kill();
        // They end when they notice.
        wait_until("the processes of the connections have ended", || {
            connections.iter().all(|connection| test_kill_process(*connection).is_err())
        });
        fs::remove_file(state(self.folder())).expect("the file that says who runs the server");
    }

    /// Starts the server again after its end, with what it had saved.
    pub fn restart(&mut self) {
        self.process = run(self.folder.path(), self.port, &self.place, &self.settings);
    }

    /// Stops the server and the processes of its connections: nothing is answered until it is [resumed](Self::resume).
    pub fn suspend(&mut self) {
        self.process.suspend();
        self.signal_connections(Signal::STOP);
    }

    /// Lets a suspended server go on.
    pub fn resume(&mut self) {
        self.signal_connections(Signal::CONT);
        self.process.resume();
    }

    fn signal_connections(&self, signal: Signal) {
        for connection in self.connections() {
            // It may have ended.
            let _ = kill_process(connection, signal);
        }
    }

    /// The processes of the connections, and the server's helpers.
    fn connections(&self) -> Vec<Pid> {
        let id = self.process.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).expect("the server's children");
        children.split_whitespace().filter_map(|child| Pid::from_raw(child.parse().ok()?)).collect()
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        // Killed, it would leave shared memory behind.
        if self.process.is_running() {
            self.resume();
            self.process.end_by(Signal::QUIT);
        }
    }
}

fn run(folder: &Path, port: u16, place: &Place, settings: &[String]) -> ServerProcess {
    let mut postgres = as_server_user(program("postgres"));
    postgres.arg("-D").arg(folder.join("data")).arg("-k").arg(folder).args(["-p", &port.to_string()]);
    let listen = format!("listen_addresses={}", place.address);
    let fast = [&listen, "fsync=off", "full_page_writes=off", "shared_buffers=16MB"];
    for setting in fast.iter().copied().chain(settings.iter().map(String::as_str)) {
        postgres.args(["-c", setting]);
    }
    if let Some(namespace) = &place.namespace {
        postgres = in_namespace(namespace, &postgres);
    }
    let state = state(folder);
    let is_ready = || fs::read_to_string(&state).is_ok_and(|state| state.lines().any(|line| line.trim() == "ready"));
    ServerProcess::start(postgres, &folder.join("log"), is_ready)
}

/// The file in which the server says that it is ready.
fn state(folder: &Path) -> PathBuf {
    folder.join("data/postmaster.pid")
}

/// A new folder for a server that [may run as another user](as_server_user).
pub(super) fn server_folder() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    give_to_server_user(folder.path());
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("the folder of a server");
    folder
}

fn give_to_server_user(path: &Path) {
    if is_root_of_machine() {
        chown(path, Some(USER.0), Some(USER.1)).expect("a file of a server");
    }
}

/// Whether the tests run as root, and not as root of a user namespace with one user, in which no file can be given away.
fn is_root_of_machine() -> bool {
    let users = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    geteuid().is_root() && users.split_whitespace().last() != Some("1")
}

/// A command for a program that refuses to run as root.
pub(super) fn as_server_user(program: impl AsRef<OsStr>) -> Command {
    if !geteuid().is_root() {
        return Command::new(program);
    }
    if !is_root_of_machine() {
        let mut command = Command::new("unshare");
        command.arg("--user").args([format!("--map-user={}", USER.0), format!("--map-group={}", USER.1)]);
        command.arg("--").arg(program).current_dir("/");
        return command;
    }
    let mut command = Command::new("setpriv");
    command.args([format!("--reuid={}", USER.0), format!("--regid={}", USER.1)]);
    command.args(["--clear-groups", "--"]).arg(program).current_dir("/");
    command
}

/// A program of the newest PostgreSQL that is installed; Debian does not put them on the search path.
fn program(name: &str) -> PathBuf {
    let versions = fs::read_dir(INSTALLED).into_iter().flatten().filter_map(|version| Some(version.ok()?.path()));
    let number = |version: &PathBuf| version.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.filter(|version| version.join("bin").join(name).exists()).max_by_key(number);
    newest.map_or_else(|| name.into(), |version| version.join("bin").join(name))
}
