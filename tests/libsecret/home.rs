//! A home whose cache is an item of the keyring.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use tempfile::TempDir;

use crate::bus::Bus;
use crate::provider::Provider;

/// The name that azure-identity gives its cache of tokens without continuous access evaluation.
pub(crate) const NAME: &str = "msal.cache.nocae";

pub(crate) struct Home {
    folder: TempDir,
    settings: Vec<(&'static str, String)>,
}

impl Home {
    pub(crate) fn new(bus: &Bus, provider: &Provider) -> Home {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".IdentityService")).unwrap();
        let settings = vec![
            ("DBUS_SESSION_BUS_ADDRESS", bus.address.clone()),
            ("HOME", folder.path().display().to_string()),
            ("PATH", std::env::var("PATH").unwrap()),
            ("TOKCACHE_AUTHORITY", format!("{}/tenant", provider.address())),
            ("TOKCACHE_CLIENT_ID", "app".to_owned()),
            ("TOKCACHE_STORE", format!("libsecret:{NAME}")),
            ("XDG_RUNTIME_DIR", folder.path().display().to_string()),
        ];
        Home { folder, settings }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn signal(&self) -> PathBuf {
        self.path(".IdentityService").join(NAME)
    }

    #[track_caller]
    pub(crate) fn sign_in(&self) {
        self.answer("login --scope api:read");
    }

    /// What `tokcache` answers, which succeeds.
    #[track_caller]
    pub(crate) fn answer(&self, command: &str) -> String {
        let output = self.tokcache(command);
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// What `tokcache` says, whose store cannot be used.
    #[track_caller]
    pub(crate) fn refusal(&self, command: &str) -> String {
        let output = self.tokcache(command);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout), (Some(7), Vec::new()), "{command}: {said}");
        said
    }

    pub(crate) fn tokcache(&self, command: &str) -> Output {
        self.command(env!("CARGO_BIN_EXE_tokcache")).args(command.split(' ')).output().unwrap()
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(self.settings.iter().map(|(name, value)| (name, value)));
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    /// Whether any file of the home has this text.
    pub(crate) fn has_on_disk(&self, text: &str) -> bool {
        let grep = self.command("grep").args(["-rqF", text, "."]).status().unwrap();
        grep.success()
    }

    /// msal-extensions on the cache of this home.
    pub(crate) fn python(&self, arguments: &[&str]) -> String {
        let own = ["MsalClientID=Microsoft.Developer.IdentityService"];
        self.python_on(&self.signal(), NAME, "MSALCache", &[&own, arguments].concat(), "")
    }

    /// msal-extensions on any item.
    pub(crate) fn python_on(&self, signal: &Path, schema: &str, label: &str, rest: &[&str], input: &str) -> String {
        let mut command = self.library(signal, schema, label, rest);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{rest:?}: {}", output.status);
        String::from_utf8(output.stdout).unwrap()
    }

    /// The system's Python has libsecret, as it cannot be had from PyPI; the libraries are those of the end-to-end
    /// tier.
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

    /// The secrets that a new process finds, sorted.
    pub(crate) fn secrets_by_python(&self) -> Vec<String> {
        read(&self.python(&["secrets"]))
    }

    /// A process that has the cache in its memory.
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
    /// The secrets that it finds now, sorted.
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
