//! A user's home with somebody signed in.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rustix::process::geteuid;
use tempfile::TempDir;

use crate::provider::Provider;

/// The secrets in the cache that a home starts with.
pub(crate) const ACCESS_TOKEN: &str = "AT-bob";
pub(crate) const REFRESH_TOKEN: &str = "RT-bob-canary-5f0c9c7d";

/// A home: a profile, and a cache with a token that is valid for decades.
pub(crate) struct Home {
    folder: TempDir,
    settings: Vec<(&'static str, String)>,
}

impl Home {
    pub(crate) fn new() -> Home {
        let folder = tempfile::tempdir().unwrap();
        let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/homes/signed-in");
        let copied = Command::new("cp").arg("-r").arg(template).arg(folder.path().join("home")).status().unwrap();
        assert!(copied.success());
        let home = Home { folder, settings: Vec::new() };
        let cache = fs::read_to_string(home.cache()).unwrap();
        assert!(cache.contains("\"RT-bob\"") && cache.contains("\"AT-bob\""), "the template has other secrets");
        home.write("home/state/token_cache.json", cache.replace("\"RT-bob\"", &format!("{REFRESH_TOKEN:?}")));
        home
    }

    /// A home of a session with this bus.
    pub(crate) fn on(bus: &super::Bus) -> Home {
        let mut home = Home::new();
        home.settings.push(("DBUS_SESSION_BUS_ADDRESS", bus.address.clone()));
        home
    }

    /// Its provider is this one from now on.
    pub(crate) fn use_provider(&self, provider: &Provider) {
        let profile = "home/config/profiles/default.toml";
        let text = fs::read_to_string(self.path(profile)).unwrap();
        self.write(profile, text.replace("http://127.0.0.1:1", &provider.address()));
    }

    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.settings.push((name, value.into()));
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.path("home/state/token_cache.json")
    }

    /// `key-file:` of this name.
    pub(crate) fn key_file(&self, name: &str) -> String {
        format!("key-file:{}", self.path(name).display())
    }

    /// Writes a file that only its owner can read.
    #[expect(clippy::disallowed_methods, reason = "a file of the user's")]
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    /// The names of all files of this home, wherever in it, that have this text in them.
    pub(crate) fn files_with(&self, text: &str) -> Vec<String> {
        let grep = Command::new("grep").args(["-rlaF", text]).arg(self.folder.path()).output().unwrap();
        let paths = String::from_utf8(grep.stdout).unwrap();
        paths.lines().map(|path| path.rsplit('/').next().unwrap().to_owned()).collect()
    }

    /// The first line of a sealed cache.
    pub(crate) fn header(&self) -> String {
        let bytes = fs::read(self.cache()).unwrap();
        let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        assert!(line.starts_with(b"tokcache-sealed 1 "), "the cache is not sealed");
        String::from_utf8(line.to_vec()).unwrap()
    }

    pub(crate) fn is_sealed(&self) -> bool {
        fs::read(self.cache()).unwrap().starts_with(b"tokcache-sealed 1 ")
    }

    /// A program in this home, in a session of its own: nothing of the machine's, and nobody to ask.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", self.path("home"));
        command.env("TOKCACHE_CONFIG_DIR", self.path("home/config")).env("TOKCACHE_STATE_DIR", self.path("home/state"));
        command.env("XDG_RUNTIME_DIR", self.folder.path());
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    /// `strace`, in a way that lets it read the memory of what it runs, and with it what is written: tokcache shows
    /// that to nobody but root.
    pub(crate) fn strace(&self) -> Command {
        if geteuid().is_root() {
            return self.command("strace");
        }
        let mut command = self.command("unshare");
        command.args(["--user", "--map-current-user", "--keep-caps", "strace"]);
        command
    }

    pub(crate) fn tokcache(&self, line: &str) -> Output {
        self.command(env!("CARGO_BIN_EXE_tokcache")).args(line.split(' ')).output().unwrap()
    }

    /// Runs `tokcache`, which succeeds, and returns what it answers.
    #[track_caller]
    pub(crate) fn answer(&self, line: &str) -> String {
        assert_succeeds(&self.tokcache(line))
    }

    /// Runs `tokcache`, which fails with the status of a store that cannot be used, and returns what it says.
    #[track_caller]
    pub(crate) fn refusal(&self, line: &str) -> String {
        assert_fails(&self.tokcache(line))
    }
}

#[track_caller]
pub(crate) fn assert_succeeds(output: &Output) -> String {
    assert!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap().trim_end().to_owned()
}

#[track_caller]
pub(crate) fn assert_fails(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(7), "{errors}");
    assert!(output.stdout.is_empty(), "a failure leaves standard output empty");
    assert!(errors.contains("error: ") && errors.contains("\n  try: "), "{errors}");
    errors
}
