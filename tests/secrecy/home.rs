//! A home with canaries for secrets.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::prelude::{BASE64_STANDARD_NO_PAD, Engine};
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::process::geteuid;
use tempfile::TempDir;

use crate::process::Running;
use crate::provider::Provider;

/// The access token in the cache; some of its characters have to be escaped elsewhere.
pub(crate) const ACCESS_TOKEN: &str = "canary/+access'token\"of=a\\long$life";
/// The refresh token in the cache.
pub(crate) const REFRESH_TOKEN: &str = "canary/+refresh'token\"of=a\\long$life";

/// The passphrase that `--encrypt passphrase` finds.
pub(crate) const PASSPHRASE: &str = "canary/+passphrase'with\"a=lot\\of$life";

const PASSPHRASE_FILE: &str = "passphrase";
const NOBODY: u32 = 65_534;

pub(crate) struct Home {
    folder: TempDir,
    program: PathBuf,
}

impl Home {
    pub(crate) fn new() -> Home {
        let folder = tempfile::tempdir().unwrap();
        let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/homes/signed-in");
        assert!(Command::new("cp").arg("-r").arg(template).arg(folder.path().join("home")).status().unwrap().success());
        let program = folder.path().join("tokcache");
        // By another process: what this one has open for writing cannot be run while another test starts a program.
        let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_tokcache")).arg(&program).status().unwrap();
        assert!(copied.success());
        let home = Home { folder, program };
        let mut passphrase =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(home.path(PASSPHRASE_FILE));
        passphrase.as_mut().unwrap().write_all(PASSPHRASE.as_bytes()).unwrap();
        home.edit("home/state/token_cache.json", &[("AT-bob", ACCESS_TOKEN), ("RT-bob", REFRESH_TOKEN)]);
        if geteuid().is_root() {
            let give = format!("{NOBODY}:{NOBODY}");
            assert!(Command::new("chown").args(["-R", &give]).arg(home.folder.path()).status().unwrap().success());
        }
        home
    }

    /// One whose provider this is.
    pub(crate) fn at(provider: &Provider) -> Home {
        let home = Home::new();
        home.edit("home/config/profiles/default.toml", &[("http://127.0.0.1:1", &provider.address())]);
        home
    }

    /// Cuts the cache off within its last string.
    pub(crate) fn damage_cache(&self) {
        let text = self.cache();
        let end = text.rfind(": \"").unwrap() + 5;
        self.edit("home/state/token_cache.json", &[(&text[end..], "")]);
    }

    fn edit(&self, file: &str, changes: &[(&str, &str)]) {
        let path = self.folder.path().join(file);
        let mut text = fs::read_to_string(&path).unwrap();
        for (from, to) in changes {
            assert!(text.contains(from));
            let to = if file.ends_with("json") { to.replace('\\', "\\\\").replace('"', "\\\"") } else { (*to).into() };
            text = text.replace(from, &to);
        }
        #[expect(clippy::disallowed_methods, reason = "a file of the user's")]
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// Encrypts the cache with a key file, and returns the key as it stands there.
    pub(crate) fn encrypt(&self) -> String {
        assert!(self.tokcache(&["cache", "encrypt", "--encrypt", "key-file:key"]).status().unwrap().success());
        fs::read_to_string(self.path("key")).unwrap().trim().to_owned()
    }

    /// The cache, as it stands.
    pub(crate) fn cache(&self) -> String {
        fs::read_to_string(self.folder.path().join("home/state/token_cache.json")).unwrap()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// A program of this home's user, who may make core dumps.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -c unlimited && exec \"$@\"", "sh"]).arg(program.as_ref());
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", self.path("home"));
        command.env("TOKCACHE_CONFIG_DIR", self.path("home/config"));
        command.env("TOKCACHE_STATE_DIR", self.path("home/state"));
        command.env("TOKCACHE_PASSPHRASE_FILE", self.path(PASSPHRASE_FILE));
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        if geteuid().is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    pub(crate) fn tokcache(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(&self.program);
        command.args(arguments);
        command
    }

    /// A `tokcache` that waits, once it has said so.
    pub(crate) fn running(&self, arguments: &[&str], when_it_says: &str) -> Running {
        let mut command = self.tokcache(arguments);
        command.stdin(Stdio::piped()).stdout(full_pipe()).stderr(Stdio::piped());
        Running::started(command, when_it_says)
    }

    /// A `tokcache` that has a token to print, and nobody who reads.
    pub(crate) fn printing_a_token(&self) -> Running {
        self.running(&["token", "-v"], "the token comes from")
    }

    /// The core dump in the current folder, if there is one.
    pub(crate) fn core_dump(&self) -> Option<Vec<u8>> {
        let names = fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let mut dumps = names.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("core"));
        dumps.next().map(|path| fs::read(path).unwrap())
    }
}

/// Where whoever writes waits for ever: nobody reads, and the other end is never closed.
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

/// Whether a secret is in there: as it is, or as base64, or as a URL or JSON has it.
pub(crate) fn tells(bytes: &[u8], secret: &str) -> bool {
    let url = percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC).to_string();
    let json = serde_json::to_string(secret).unwrap();
    let mut forms = vec![secret.to_owned(), url, json.trim_matches('"').to_owned()];
    // Base64 of a text depends on where in a group of three bytes it starts; its ends depend on what stands around it.
    forms.extend((0..3).map(|start| {
        let text = BASE64_STANDARD_NO_PAD.encode(&secret[start..]);
        text[..text.len() - 4].to_owned()
    }));
    forms.iter().any(|form| memchr::memmem::find(bytes, form.as_bytes()).is_some())
}
