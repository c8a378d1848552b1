//! A private session bus with a choice of services.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The program that provides the keyring.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Daemon {
    /// gnome-keyring with an unlocked login keyring.
    GnomeKeyring,
    /// gnome-keyring on a bus that does not allow reading secrets: stored items do not come back.
    Forgetful,
    /// A program that the bus starts, and that never answers.
    Mute,
    /// No program.
    None,
}

/// The reaction to a password prompt of gnome-keyring.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Prompter {
    /// The prompt ends at once, as without a screen, or if the user closes it.
    Dismisses,
    /// The prompt stays open.
    Waits,
}

/// A session bus. A drop ends it and all its programs.
pub(crate) struct Bus {
    pub(crate) address: String,
    children: Vec<Child>,
    folder: TempDir,
}

impl Bus {
    pub(crate) fn new(daemon: Daemon, prompter: Prompter) -> Bus {
        let folder = tempfile::tempdir().unwrap();
        let prompt = if prompter == Prompter::Waits { "/bin/sleep 20" } else { "/bin/false" };
        service(folder.path(), "org.gnome.keyring.SystemPrompter", prompt);
        if daemon == Daemon::Mute {
            service(folder.path(), "org.freedesktop.secrets", "/bin/sleep 20");
        }
        let configuration = folder.path().join("bus.conf");
        let forbidden = if daemon == Daemon::Forgetful { NO_SECRETS } else { "" };
        let text = CONFIGURATION.replace("FOLDER", folder.path().to_str().unwrap()).replace("FORBIDDEN", forbidden);
        write(&configuration, &text);
        let mut command = Command::new("dbus-daemon");
        command.arg("--nofork").arg("--print-address").arg(format!("--config-file={}", configuration.display()));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", folder.path());
        let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = child.unwrap_or_else(|error| panic!("dbus-daemon is needed (package dbus): {error}"));
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let mut bus = Bus { address: address.trim().to_owned(), children: vec![child], folder };
        assert!(bus.address.starts_with("unix:"), "dbus-daemon did not start: {address:?}");
        if matches!(daemon, Daemon::GnomeKeyring | Daemon::Forgetful) {
            bus.start_keyring();
        }
        bus
    }

    fn start_keyring(&mut self) {
        let folder = self.folder.path().to_owned();
        let mut command = self.command("gnome-keyring-daemon");
        command.args(["--unlock", "--foreground", "--components=secrets", "--control-directory"]).arg(&folder);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("gnome-keyring is needed: {error}"));
        child.stdin.take().unwrap().write_all(b"the keyring's password").unwrap();
        self.children.push(child);
        let started = Instant::now();
        while !self.call("Get", "string:org.freedesktop.Secret.Service string:Collections").contains("login") {
            assert!(started.elapsed() < Duration::from_secs(30), "gnome-keyring does not come up");
            #[expect(clippy::disallowed_methods, reason = "waits for another process")]
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Locks the login keyring.
    pub(crate) fn lock(&self) {
        let locked = self.call("Lock", "array:objpath:/org/freedesktop/secrets/collection/login");
        assert!(locked.contains("collection/login"), "{locked}");
    }

    /// Returns the output of libsecret's own tool, as an independent check.
    pub(crate) fn secret_tool(&self, arguments: &[&str]) -> String {
        let output = self.command("secret-tool").args(arguments).output();
        let output = output.unwrap_or_else(|error| panic!("secret-tool is needed (libsecret-tools): {error}"));
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    }

    /// Returns the number of tokcache's keys in the keyring.
    pub(crate) fn keys(&self) -> usize {
        let found = self.secret_tool(&["search", "--all", "service", "tokcache"]);
        found.lines().filter(|line| line.starts_with("attribute.username")).count()
    }

    /// Calls the Secret Service.
    fn call(&self, method: &str, arguments: &str) -> String {
        let interface =
            if method == "Get" { "org.freedesktop.DBus.Properties" } else { "org.freedesktop.Secret.Service" };
        let mut command = self.command("dbus-send");
        command.args(["--session", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets"]);
        command.arg(format!("{interface}.{method}")).args(arguments.split(' '));
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    }

    /// Returns a command on this bus.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap());
        command.env("HOME", self.folder.path()).env("XDG_RUNTIME_DIR", self.folder.path());
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.address);
        command
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        for child in self.children.iter_mut().rev() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Registers a program that the bus starts when its name is called.
fn service(folder: &Path, name: &str, program: &str) {
    write(&folder.join(format!("{name}.service")), &format!("[D-BUS Service]\nName={name}\nExec={program}\n"));
}

#[expect(clippy::disallowed_methods, reason = "a configuration for another program")]
fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
}

const NO_SECRETS: &str = r#"<deny send_interface="org.freedesktop.Secret.Item" send_member="GetSecret"/>
    <deny send_interface="org.freedesktop.Secret.Service" send_member="GetSecrets"/>"#;

/// Contains no services except those in the folder.
const CONFIGURATION: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=FOLDER</listen>
  <servicedir>FOLDER</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
    FORBIDDEN
  </policy>
</busconfig>
"#;
