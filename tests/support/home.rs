//! A user's home in a temporary folder, without the machine's own configuration. Each tier adds its own methods.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use super::{answer_of, failure_of, put};

/// A home: `config` and `state` are tokcache's folders, `run` is the session's.
pub(crate) struct Home {
    folder: TempDir,
    settings: Vec<(&'static str, OsString)>,
    program: PathBuf,
}

impl Home {
    /// Creates an empty home.
    pub(crate) fn empty() -> Home {
        let program = PathBuf::from(env!("CARGO_BIN_EXE_tokcache"));
        let mut home = Home { folder: tempfile::tempdir().unwrap(), settings: Vec::new(), program };
        home.set("HOME", home.folder().to_owned());
        home.set("PATH", std::env::var_os("PATH").unwrap());
        let folders = [("TOKCACHE_CONFIG_DIR", "config"), ("TOKCACHE_STATE_DIR", "state"), ("XDG_RUNTIME_DIR", "run")];
        for (setting, name) in folders {
            fs::create_dir(home.path(name)).unwrap();
            home.set(setting, home.path(name));
        }
        home
    }

    /// Creates the home `signed-in` of `tests/cli`: the provider is down, and the token is valid for decades.
    pub(crate) fn signed_in() -> Home {
        Home::of("signed-in")
    }

    /// Creates a home of `tests/cli` by its name.
    pub(crate) fn of(name: &str) -> Home {
        let home = Home::empty();
        let template = format!("{}/tests/cli/homes/{name}/.", env!("CARGO_MANIFEST_DIR"));
        assert!(Command::new("cp").args(["-r", &template]).arg(home.folder()).status().unwrap().success());
        home
    }

    /// Sets the address of the provider.
    pub(crate) fn use_provider(&self, address: &str) {
        for name in ["config/profiles/default.toml", "state/token_cache.json"] {
            self.edit(name, "http://127.0.0.1:1", address);
        }
    }

    /// Sets a variable for all programs of this home.
    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<OsString>) {
        self.settings.push((name, value.into()));
    }

    /// Sets the `tokcache` to run.
    pub(crate) fn use_program(&mut self, program: PathBuf) {
        self.program = program;
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.path("state/token_cache.json")
    }

    /// Writes a file that only its owner can read.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        put(&path, bytes);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    /// Replaces `from`, which must exist, by `to` in a file that only its owner can read.
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from), "{name} has no {from}");
        self.write(name, text.replace(from, to));
    }

    /// Returns a program in this home, without a terminal.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(self.settings.iter().map(|(name, value)| (name, value)));
        command.current_dir(self.folder()).stdin(Stdio::null());
        command
    }

    /// Returns `tokcache` with these arguments, separated by spaces.
    pub(crate) fn program(&self, line: &str) -> Command {
        let mut command = self.command(&self.program);
        command.args(line.split(' '));
        command
    }

    /// Returns another program with these arguments, separated by spaces.
    pub(crate) fn program_named(&self, program: &str, line: &str) -> Command {
        let mut command = self.command(program);
        command.args(line.split(' '));
        command
    }

    /// Runs `tokcache` to its end.
    pub(crate) fn tokcache(&self, line: &str) -> Output {
        self.program(line).output().unwrap()
    }

    /// Runs `tokcache`, which must succeed, and returns its output.
    #[track_caller]
    pub(crate) fn answer(&self, line: &str) -> String {
        answer_of(&self.tokcache(line))
    }

    /// Runs `tokcache`, which must exit with `status`, and returns its message.
    #[track_caller]
    pub(crate) fn failure(&self, status: i32, line: &str) -> String {
        failure_of(status, &self.tokcache(line))
    }

    /// Runs `tokcache`, which must fail because of the store, and returns its message.
    #[track_caller]
    pub(crate) fn refusal(&self, line: &str) -> String {
        self.failure(7, line)
    }
}
