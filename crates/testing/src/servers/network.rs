use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::{ServerProcess, unshare_options, wait_until};

/// Says to a test that it runs in a network of its own.
const INSIDE: &str = "TOKCACHE_TEST_NETWORK";

/// The bridge that joins the hosts.
const BRIDGE: &str = "bridge0";

/// A network of a test's own. Each [`Host`] is a network namespace, joined with the others by a bridge. The test itself is
/// one more host. Needs iproute2, and root or user namespaces.
pub struct Network {
    hosts: u8,
}

impl Network {
    /// The address of the test.
    pub const TEST: &str = "10.87.0.1";

    /// Runs the body of a test in a network of its own: starts the test with this name again, in a network namespace.
    /// The body neither sees nor changes the network of the machine. Panics if the test fails.
    pub fn run(test: &str, body: impl FnOnce(&mut Network)) {
        if std::env::var_os(INSIDE).is_some() {
            return body(&mut Network::new());
        }
        let mut command = Command::new("unshare");
        command.args(unshare_options(&["--net"])).arg(std::env::current_exe().expect("this program")).args([
            test,
            "--exact",
            "--nocapture",
        ]);
        let output = command.env(INSIDE, "1").output().expect("unshare is installed");
        let [printed, errors] = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        assert!(output.status.success(), "{printed}{errors}");
        assert!(printed.contains("1 passed"), "there is no test {test}: {printed}{errors}");
    }

    fn new() -> Self {
        ip("link set lo up");
        ip(&format!("link add {BRIDGE} type bridge"));
        ip(&format!("addr add {}/24 dev {BRIDGE}", Network::TEST));
        ip(&format!("link set {BRIDGE} up"));
        Network { hosts: 0 }
    }

    /// Adds a host.
    pub fn host(&mut self) -> Host {
        self.hosts += 1;
        let (link, address) = (format!("host{}", self.hosts), format!("10.87.0.{}", 10 + self.hosts));
        let folder = TempDir::new().expect("a temporary folder");
        let mut holder = Command::new("unshare");
        holder.args(["--net", "sleep", "infinity"]);
        let mut holder = ServerProcess::start(holder, &folder.path().join("log"), || true);
        let namespace = PathBuf::from(format!("/proc/{}/ns/net", holder.id()));
        let ours = fs::read_link("/proc/self/ns/net").expect("a namespace");
        wait_until("the host has a namespace", || {
            holder.is_running() && fs::read_link(&namespace).is_ok_and(|theirs| theirs != ours)
        });
        ip(&format!("link add {link} type veth peer name eth0 netns {}", holder.id()));
        ip(&format!("link set {link} master {BRIDGE} up"));
        let host = Host { address, link, namespace, _holder: holder, _folder: folder };
        for command in ["link set lo up", &format!("addr add {}/24 dev eth0", host.address), "link set eth0 up"] {
            succeeds(host.command("ip").args(command.split(' ')));
        }
        host
    }
}

/// A host of a [`Network`].
pub struct Host {
    address: String,
    /// The end of its cable at the bridge.
    link: String,
    namespace: PathBuf,
    /// The namespace exists for as long as this process.
    _holder: ServerProcess,
    _folder: TempDir,
}

impl Host {
    /// Returns the address.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Returns a command that runs a program on this host. The process that it starts is that of the program.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        in_namespace(&self.namespace, &Command::new(program))
    }

    pub(super) fn namespace(&self) -> &Path {
        &self.namespace
    }

    /// Cuts the host off from all others: nothing arrives, and nobody is told.
    pub fn cut_off(&self) {
        ip(&format!("link set {} down", self.link));
    }

    /// Ends the cut.
    pub fn reconnect(&self) {
        ip(&format!("link set {} up", self.link));
    }
}

/// Returns a command that runs another one in a network namespace.
pub(super) fn in_namespace(namespace: &Path, inner: &Command) -> Command {
    let mut command = Command::new("nsenter");
    command.arg(format!("--net={}", namespace.display())).arg("--").arg(inner.get_program()).args(inner.get_args());
    if let Some(folder) = inner.get_current_dir() {
        command.current_dir(folder);
    }
    command
}

fn ip(command: &str) {
    succeeds(Command::new("ip").args(command.split(' ')));
}

fn succeeds(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
