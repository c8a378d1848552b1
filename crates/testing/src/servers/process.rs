use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, geteuid, kill_process};

use super::wait_until;

/// The number of log lines that a failed start shows.
const SHOWN_LINES: usize = 20;

/// The process of a server. It is killed on drop, or by a watcher if the test process ends in another way.
pub struct ServerProcess {
    name: String,
    server: Child,
    /// Ends when its standard input closes, which is at the latest when this process ends.
    watcher: Child,
    log: PathBuf,
}

impl ServerProcess {
    /// Starts `command` with its output in the file `log`, and waits until `is_ready`. Panics with the end of the log
    /// if the server exits before.
    pub fn start(mut command: Command, log: &Path, mut is_ready: impl FnMut() -> bool) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        let output = File::options().create(true).append(true).open(log).expect("a log file");
        let errors = output.try_clone().expect("a second handle of the log file");
        command.stdin(Stdio::null()).stdout(output).stderr(errors);
        let server = command.spawn().unwrap_or_else(|error| panic!("cannot start {name}: {error}"));
        let watcher = watcher(&server);
        let mut process = ServerProcess { name, server, watcher, log: log.to_owned() };
        wait_until("the server is ready", || {
            assert!(process.is_running(), "{} has ended:\n{}", process.name, process.log());
            is_ready()
        });
        process
    }

    /// Returns the identifier of the process.
    pub fn id(&self) -> u32 {
        self.server.id()
    }

    /// Returns whether the process is still running.
    pub fn is_running(&mut self) -> bool {
        self.server.try_wait().expect("the state of a child").is_none()
    }

    /// Kills the server like a crash (SIGKILL), and waits for its end.
    pub fn kill(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }

    /// Asks the server to end (SIGTERM), and waits for its end.
    pub fn shut_down(&mut self) {
        self.end_by(Signal::TERM);
    }

    /// Asks the server to end by the signal that it has for that, and waits for its end.
    pub fn end_by(&mut self, signal: Signal) {
        self.signal(signal);
        wait_until("the server has ended", || !self.is_running());
    }

    /// Stops the server: its connections stay open, but it answers nothing until it is [resumed](Self::resume).
    pub fn suspend(&mut self) {
        self.signal(Signal::STOP);
    }

    /// Resumes a suspended server.
    pub fn resume(&mut self) {
        self.signal(Signal::CONT);
    }

    /// Returns the last lines that the server has written.
    pub fn log(&self) -> String {
        let text = std::fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n")
    }

    fn signal(&mut self, signal: Signal) {
        assert!(self.is_running(), "{} has ended:\n{}", self.name, self.log());
        kill_process(Pid::from_child(&self.server), signal).expect("a signal to a child");
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // The watcher first: after the server has ended, its number could be another process's.
        let _ = self.watcher.kill();
        let _ = self.watcher.wait();
        self.kill();
    }
}

/// Returns the options of `unshare` for these namespaces, such as `--mount`, with the rights of root in them. Root itself
/// has these rights. It gets no namespace for users, because the kernel refuses that in a changed root directory.
pub fn unshare_options<'a>(namespaces: &[&'a str]) -> Vec<&'a str> {
    let of_user: &[&str] = if geteuid().is_root() { &[] } else { &["--user", "--map-root-user"] };
    [of_user, namespaces].concat()
}

/// Starts a process that kills the server when this process has ended.
fn watcher(server: &Child) -> Child {
    let mut watcher = Command::new("sh");
    watcher.args(["-c", "read -r _; kill -9 \"$0\"", &server.id().to_string()]);
    watcher.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    watcher.spawn().expect("a shell")
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn sleeping(folder: &TempDir) -> ServerProcess {
        let mut command = Command::new("sleep");
        command.arg("1000");
        ServerProcess::start(command, &folder.path().join("log"), || true)
    }

    fn exists(id: u32) -> bool {
        Path::new(&format!("/proc/{id}")).exists()
    }

    #[test]
    fn a_server_ends_with_its_value_also_while_it_is_suspended() {
        let folder = TempDir::new().unwrap();
        let mut server = sleeping(&folder);
        let id = server.id();
        server.suspend();
        assert!(exists(id));
        drop(server);
        assert!(!exists(id));
    }

    #[test]
    fn a_server_ends_when_the_test_process_is_gone() {
        let folder = TempDir::new().unwrap();
        let mut server = sleeping(&folder);
        // The end of this process closes it in the same way.
        drop(server.watcher.stdin.take());
        wait_until("the server has been killed", || !server.is_running());
    }

    #[test]
    #[should_panic(expected = "no such option")]
    fn a_server_that_does_not_start_shows_its_log() {
        let folder = TempDir::new().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "echo no such option >&2; exit 1"]);
        ServerProcess::start(command, &folder.path().join("log"), || false);
    }
}
