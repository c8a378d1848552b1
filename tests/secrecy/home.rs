//! A home with canaries as secrets.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::prelude::{BASE64_STANDARD_NO_PAD, Engine};
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::process::geteuid;

use crate::process::Running;
use crate::support::provider::Provider;
use crate::support::strace::strace;
use crate::support::{self, wrapped};

/// The access token in the cache. Some of its characters are escaped in other formats.
pub(crate) const ACCESS_TOKEN: &str = "canary/+access'token\"of=a\\long$life";
/// The refresh token in the cache.
pub(crate) const REFRESH_TOKEN: &str = "canary/+refresh'token\"of=a\\long$life";

/// The passphrase for `--encrypt passphrase`.
pub(crate) const PASSPHRASE: &str = "canary/+passphrase'with\"a=lot\\of$life";

const CACHE: &str = "state/token_cache.json";
const NOBODY: u32 = 65_534;

/// A home of a user other than root. If the tests run as root, programs run as `nobody`.
pub(crate) struct Home {
    home: support::home::Home,
    program: PathBuf,
}

impl Home {
    pub(crate) fn new() -> Home {
        let mut home = support::home::Home::signed_in();
        for (secret, canary) in [("\"AT-bob\"", ACCESS_TOKEN), ("\"RT-bob\"", REFRESH_TOKEN)] {
            home.edit(CACHE, secret, &serde_json::to_string(canary).unwrap());
        }
        let passphrase = home.write("passphrase", PASSPHRASE);
        home.set("TOKCACHE_PASSPHRASE_FILE", passphrase);
        let program = home.path("tokcache");
        // Copied by another process: a file that this process has open for writing cannot be run when another test
        // starts a program.
        let built = std::env::var_os("TOKCACHE_TEST_PROGRAM").unwrap_or(env!("CARGO_BIN_EXE_tokcache").into());
        let copied = Command::new("cp").arg(built).arg(&program).status().unwrap();
        assert!(copied.success());
        give_away(home.folder());
        Home { home, program }
    }

    /// Creates a home with this provider.
    pub(crate) fn at(provider: &Provider) -> Home {
        let home = Home::new();
        home.home.use_provider(&provider.address());
        home
    }

    /// Sets a variable of all programs.
    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<OsString>) {
        self.home.set(name, value);
    }

    /// Writes a file that only its owner can change.
    pub(crate) fn write(&self, name: &str, text: &str) {
        give_away(&self.home.write(name, text));
    }

    /// Copies a file, which then belongs to the user.
    pub(crate) fn copy(&self, from: &str, name: &str) -> PathBuf {
        let path = self.path(name);
        fs::copy(from, &path).unwrap();
        give_away(&path);
        path
    }

    /// Truncates the cache within its last string.
    pub(crate) fn damage_cache(&self) {
        let text = self.cache();
        let end = text.rfind(": \"").unwrap() + 5;
        self.home.write(CACHE, &text[..end]);
    }

    /// Encrypts the cache with a key file, and returns the content of that file.
    pub(crate) fn encrypt(&self) -> String {
        assert!(self.tokcache(&["cache", "encrypt", "--encrypt", "key-file:key"]).status().unwrap().success());
        fs::read_to_string(self.path("key")).unwrap().trim().to_owned()
    }

    /// Returns the text of the cache.
    pub(crate) fn cache(&self) -> String {
        fs::read_to_string(self.home.cache()).unwrap()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path(name)
    }

    /// Returns a program of this home's user.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        as_user(&self.home.command(program))
    }

    pub(crate) fn tokcache(&self, arguments: &[&str]) -> Command {
        as_user(self.home.command(&self.program).args(arguments))
    }

    /// Returns `tokcache` under `strace` with these options.
    pub(crate) fn strace(&self, options: &[&str], line: &str) -> Command {
        as_user(&strace(options, self.home.command(&self.program).args(line.split(' '))))
    }

    /// Starts a `tokcache` that waits, and returns once it has printed `when_it_says`.
    pub(crate) fn running(&self, arguments: &[&str], when_it_says: &str) -> Running {
        let mut command = self.tokcache(arguments);
        command.stdin(Stdio::piped()).stdout(full_pipe()).stderr(Stdio::piped());
        Running::started(command, when_it_says)
    }

    /// Starts a `tokcache` that cannot print its token, because nobody reads it.
    pub(crate) fn printing_a_token(&self) -> Running {
        self.running(&["token", "-v"], "the token comes from")
    }

    /// Returns the core dump in the current folder, if there is one.
    pub(crate) fn core_dump(&self) -> Option<Vec<u8>> {
        let names = fs::read_dir(self.home.folder()).unwrap().map(|entry| entry.unwrap().path());
        let mut dumps = names.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("core"));
        dumps.next().map(|path| fs::read(path).unwrap())
    }
}

/// Returns `command` as a user other than root, with core dumps allowed.
fn as_user(command: &Command) -> Command {
    let mut command = wrapped(&["sh", "-c", "ulimit -c unlimited && exec \"$@\"", "sh"], command);
    command.stdin(Stdio::null());
    if geteuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

/// Returns a pipe that blocks writers for ever: it is full, and its other end is never closed.
fn full_pipe() -> Stdio {
    let (reader, mut writer) = std::io::pipe().unwrap();
    fcntl_setfl(&writer, OFlags::NONBLOCK).unwrap();
    let full = loop {
        if let Err(error) = writer.write(&[0; 4096]) {
            break error;
        }
    };
    assert_eq!(full.kind(), ErrorKind::WouldBlock);
    fcntl_setfl(&writer, OFlags::empty()).unwrap();
    std::mem::forget(reader);
    Stdio::from(writer)
}

/// Whether the bytes contain the secret: as it is, in base64, or escaped as in a URL or JSON.
pub(crate) fn tells(bytes: &[u8], secret: &str) -> bool {
    let url = percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC).to_string();
    let json = serde_json::to_string(secret).unwrap();
    let mut forms = vec![secret.to_owned(), url, json.trim_matches('"').to_owned()];
    // The base64 form depends on the position in a group of three bytes; its ends depend on the text around it.
    forms.extend((0..3).map(|start| {
        let text = BASE64_STANDARD_NO_PAD.encode(&secret[start..]);
        text[..text.len() - 4].to_owned()
    }));
    forms.iter().any(|form| memchr::memmem::find(bytes, form.as_bytes()).is_some())
}

/// Gives a file or folder to the user of the programs.
fn give_away(path: &Path) {
    if geteuid().is_root() {
        let user = format!("{NOBODY}:{NOBODY}");
        assert!(Command::new("chown").args(["-R", &user]).arg(path).status().unwrap().success());
    }
}
