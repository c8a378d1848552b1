//! A home whose cache is a keyring item.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::bus::Bus;
use crate::support::home::Home;
use crate::support::provider::Provider;

/// The name of azure-identity's cache for tokens without continuous access evaluation.
pub(crate) const NAME: &str = "msal.cache.nocae";

impl Home {
    pub(crate) fn new(bus: &Bus, provider: &Provider) -> Home {
        let mut home = Home::empty();
        fs::create_dir(home.path(".IdentityService")).unwrap();
        home.set("DBUS_SESSION_BUS_ADDRESS", &bus.address);
        home.set("TOKCACHE_AUTHORITY", format!("{}/tenant", provider.address()));
        home.set("TOKCACHE_CLIENT_ID", "app");
        home.set("TOKCACHE_STORE", format!("libsecret:{NAME}"));
        home
    }

    pub(crate) fn signal(&self) -> PathBuf {
        self.path(".IdentityService").join(NAME)
    }

    #[track_caller]
    pub(crate) fn sign_in(&self) {
        self.answer("login --scope api:read");
    }

    /// Whether a file of the home contains the text.
    pub(crate) fn has_on_disk(&self, text: &str) -> bool {
        let grep = self.command("grep").args(["-rqF", text, "."]).status().unwrap();
        grep.success()
    }

    /// Runs msal-extensions on the cache of this home.
    pub(crate) fn python(&self, arguments: &[&str]) -> String {
        let own = ["MsalClientID=Microsoft.Developer.IdentityService"];
        self.python_on(&self.signal(), NAME, "MSALCache", &[&own, arguments].concat(), "")
    }

    /// Runs msal-extensions on any item.
    pub(crate) fn python_on(&self, signal: &Path, schema: &str, label: &str, rest: &[&str], input: &str) -> String {
        let mut command = self.library(signal, schema, label, rest);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{rest:?}: {}", output.status);
        String::from_utf8(output.stdout).unwrap()
    }

    /// Returns the program. The system's Python has libsecret, which PyPI does not offer; the libraries are those of
    /// the end-to-end tier.
    fn library(&self, signal: &Path, schema: &str, label: &str, rest: &[&str]) -> Command {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let library = root.join("target/e2e/python/lib");
        assert!(library.exists(), "run tests/run packages once: it installs what these tests need");
        let versions = fs::read_dir(&library).unwrap().map(|entry| entry.unwrap().path().join("site-packages"));
        let site = versions.filter(|path| path.exists()).chain([library.clone()]).next().unwrap();
        let mut command = self.command("/usr/bin/python3");
        command.env("PYTHONPATH", site).arg(root.join("tests/libsecret/neighbour.py"));
        command.arg(signal).args([schema, label]).args(rest);
        command
    }

    /// Returns the secrets that a new process finds, sorted.
    pub(crate) fn secrets_by_python(&self) -> Vec<String> {
        read(&self.python(&["secrets"]))
    }

    /// Starts a process that has the cache in its memory.
    pub(crate) fn watch_by_python(&self) -> Watch {
        let own = ["MsalClientID=Microsoft.Developer.IdentityService", "watch"];
        let mut command = self.library(&self.signal(), NAME, "MSALCache", &own);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Watch { child, answers, asked: true }
    }
}

pub(crate) struct Watch {
    child: Child,
    answers: BufReader<ChildStdout>,
    asked: bool,
}

impl Watch {
    /// Returns the secrets that the process finds now, sorted.
    pub(crate) fn next(&mut self) -> Vec<String> {
        if !self.asked {
            self.child.stdin.as_mut().unwrap().write_all(b"again\n").unwrap();
        }
        self.asked = false;
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        read(&line)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn read(line: &str) -> Vec<String> {
    sorted(serde_json::from_str::<Vec<String>>(line).unwrap())
}

pub(crate) fn sorted<Text: Into<String>>(texts: impl IntoIterator<Item = Text>) -> Vec<String> {
    let mut texts: Vec<String> = texts.into_iter().map(Into::into).collect();
    texts.sort();
    texts
}
