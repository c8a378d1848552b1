use std::fs;
use std::net::TcpStream;
use std::path::Path;

use rustix::process::Signal;
use tempfile::TempDir;

use super::postgres::{as_server_user, server_folder};
use super::{PostgresServer, ServerProcess, free_port};

/// PgBouncer before a PostgreSQL server, on a loopback port. Each transaction may get another of its few connections.
pub struct PgBouncer {
    process: ServerProcess,
    folder: TempDir,
    port: u16,
}

impl PgBouncer {
    /// Starts PgBouncer before the server.
    #[expect(clippy::disallowed_methods, reason = "a file that PgBouncer reads as another user")]
    pub fn start(server: &PostgresServer) -> Self {
        let (folder, port) = (server_folder(), free_port());
        let config = format!(
            "[databases]\n* = host={} port={}\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
             auth_type = trust\nauth_file = {folder}/users\npool_mode = transaction\ndefault_pool_size = 3\n\
             max_client_conn = 500\nserver_login_retry = 1\n",
            server.folder().display(),
            server.port(),
            folder = folder.path().display(),
        );
        let (settings, users) = (folder.path().join("pgbouncer.ini"), folder.path().join("users"));
        for (path, text) in [(&settings, config.as_str()), (&users, "\"tokcache\" \"\"\n")] {
            fs::write(path, text).expect("the configuration of PgBouncer");
        }
        let process = run(folder.path(), port);
        PgBouncer { process, folder, port }
    }

    /// Returns the URL of the database `postgres`.
    pub fn url(&self) -> String {
        format!("postgres://tokcache@127.0.0.1:{}/postgres", self.port)
    }

    /// Ends PgBouncer, and with it all connections.
    pub fn stop(&mut self) {
        self.process.end_by(Signal::TERM);
    }
    /// Starts PgBouncer again.
    pub fn restart(&mut self) {
        self.process = run(self.folder.path(), self.port);
    }
}

fn run(folder: &Path, port: u16) -> ServerProcess {
    let mut command = as_server_user("/usr/sbin/pgbouncer");
    command.arg(folder.join("pgbouncer.ini"));
    let is_ready = || TcpStream::connect(("127.0.0.1", port)).is_ok();
    ServerProcess::start(command, &folder.join("log"), is_ready)
}
