//! A Windows home with the program.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use tempfile::TempDir;

use crate::provider::Provider;
use crate::support::{answer_of, failure_of};

/// Returns a program that `tests/run windows` has built, beside a DLL that Wine 8 lacks.
pub(crate) fn built(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/windows/x86_64-pc-windows-gnu/debug");
    let program = folder.join(name);
    assert!(program.is_file(), "tests/run windows builds {}", program.display());
    program
}

/// Returns Wine's Windows folder, which is created once for all tests, because that takes ten seconds.
fn prefix() -> &'static Path {
    static MADE: LazyLock<PathBuf> = LazyLock::new(|| {
        let prefix = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/wine");
        fs::create_dir_all(&prefix).unwrap();
        let mut boot = Command::new("wine");
        boot.args(["cmd", "/c", "exit 0"]).env_clear().envs(variables(&prefix)).stdin(Stdio::null());
        let started =
            boot.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("tests/run windows installs wine");
        assert!(started.success(), "wine does not start: {started}");
        prefix
    });
    &MADE
}

/// Returns the environment of Wine and the program.
fn variables(prefix: &Path) -> Vec<(&'static str, OsString)> {
    vec![
        ("HOME", prefix.into()),
        ("LANG", "C.UTF-8".into()),
        ("PATH", std::env::var_os("PATH").unwrap()),
        ("WINEDEBUG", "-all".into()),
        // Otherwise Wine would offer to download components for .NET and web pages.
        ("WINEDLLOVERRIDES", "mscoree,mshtml=d".into()),
        ("WINEPREFIX", prefix.into()),
    ]
}

/// Returns a path of this machine as Windows programs see it under Wine.
pub(crate) fn windows_path(path: &Path) -> String {
    format!("Z:{}", path.to_str().unwrap().replace('/', "\\"))
}

/// A user's folders for profiles and cache, in a temporary folder.
pub(crate) struct Home {
    folder: TempDir,
    subfolder: String,
}

impl Home {
    pub(crate) fn empty() -> Self {
        Home::in_folder("home")
    }

    /// Creates a home in a folder with this name.
    pub(crate) fn in_folder(name: &str) -> Self {
        let home = Home { folder: tempfile::tempdir().unwrap(), subfolder: name.to_owned() };
        fs::create_dir(home.path("")).unwrap();
        home
    }

    /// Creates a home in which Alice has signed in at `provider`.
    pub(crate) fn signed_in(provider: &Provider) -> Self {
        let home = Home::empty();
        home.sign_in(provider, &[]);
        home
    }

    #[track_caller]
    pub(crate) fn sign_in(&self, provider: &Provider, further: &[&str]) {
        let authority = provider.authority();
        let login = ["login", "--authority", &authority, "--client-id", "app", "--scope", "notes"];
        let output = self.tokcache(&[&login, further].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(&self.subfolder).join(name)
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.path("state/token_cache.json")
    }

    /// Returns a Windows program in this home.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new("wine");
        command.arg(program).env_clear().envs(variables(prefix())).stdin(Stdio::null());
        command.env("TOKCACHE_CONFIG_DIR", windows_path(&self.path("config")));
        command.env("TOKCACHE_STATE_DIR", windows_path(&self.path("state")));
        command.current_dir(self.path(""));
        command
    }

    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(built("tokcache.exe"));
        command.args(arguments);
        command
    }

    /// Runs the program. Wine fails without a word now and then, before it has started the program, which always says why
    /// it fails.
    pub(crate) fn tokcache(&self, arguments: &[&str]) -> Output {
        let output = self.program(arguments).output().unwrap();
        let is_of_wine = output.status.code() == Some(1) && output.stdout.is_empty() && output.stderr.is_empty();
        if is_of_wine { self.program(arguments).output().unwrap() } else { output }
    }

    #[track_caller]
    pub(crate) fn answer(&self, line: &str) -> String {
        answer_of(&self.tokcache(&line.split(' ').collect::<Vec<_>>()))
    }

    #[track_caller]
    pub(crate) fn failure(&self, status: i32, line: &str) -> String {
        failure_of(status, &self.tokcache(&line.split(' ').collect::<Vec<_>>()))
    }
}
