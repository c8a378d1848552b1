//! A home with a profile and a cache whose access token has expired, so that the next run refreshes.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;
use tokcache::cache::{Grant, Owner, SignIn, TokenCache};
use tokcache::secret::{AccessToken, RefreshToken};
use tokcache::terms::{AuthorityType, ClientId, Environment, HomeAccountId, Realm, ScopeSet};
use tokcache::time::Timestamp;

use crate::provider::Provider;
use crate::put;

pub(crate) struct Home {
    folder: TempDir,
    pub(crate) cache: PathBuf,
}

impl Home {
    /// A home whose refresh token is the provider's first one.
    pub(crate) fn at(provider: &Provider) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cache = folder.path().join("state/token_cache.json");
        for name in ["state", "config/profiles"] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        let authority = provider.authority();
        let profile = format!(
            "authority = {authority:?}\nclient_id = \"app\"\nscopes = [\"notes\"]\n\
             [learned]\nauthority = {authority:?}\nissuer = {authority:?}\n[learned.endpoints]\ntoken_endpoint = \"{authority}/token\"\n"
        );
        put(&folder.path().join("config/profiles/default.toml"), profile);
        let home = Home { folder, cache };
        home.sign_in_again();
        home
    }

    /// Puts the cache back to the beginning: an expired access token, and `RT-0`.
    pub(crate) fn sign_in_again(&self) {
        for folder in [self.state(), self.elsewhere()] {
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir(folder).unwrap();
        }
        put(&self.cache, expired_cache());
        fs::set_permissions(&self.cache, fs::Permissions::from_mode(0o600)).unwrap();
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of the cache.
    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// The folder for what cannot be kept in the other one.
    pub(crate) fn elsewhere(&self) -> PathBuf {
        self.folder.path().join("run")
    }

    /// `program` with this home in its environment.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let path = |name: &str| self.folder.path().join(name);
        command.env_clear().env("PATH", std::env::var("PATH").unwrap()).env("HOME", self.folder.path());
        command.env("TOKCACHE_CONFIG_DIR", path("config")).env("TOKCACHE_STATE_DIR", path("state"));
        command.env("XDG_RUNTIME_DIR", path("run")).env("TMPDIR", path("run"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// `strace`, as somebody who may read the memory of what it runs: without that it sees no path.
    pub(crate) fn strace(&self) -> Command {
        if rustix::process::geteuid().is_root() {
            return self.command("strace");
        }
        let mut command = self.command("unshare");
        command.args(["--user", "--map-root-user", "strace"]);
        command
    }

    /// Runs `tokcache` to its end.
    pub(crate) fn tokcache(&self, arguments: &[&str]) -> Output {
        self.command(env!("CARGO_BIN_EXE_tokcache")).args(arguments).output().unwrap()
    }

    /// Runs `tokcache`, which succeeds, and returns what it answers.
    #[track_caller]
    pub(crate) fn answer(&self, arguments: &[&str]) -> String {
        let output = self.tokcache(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
        text(&output.stdout).trim_end().to_owned()
    }

    /// Runs `tokcache`, which fails with `status`, and returns its two lines.
    #[track_caller]
    pub(crate) fn failure(&self, status: i32, arguments: &[&str]) -> String {
        let output = self.tokcache(arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty(), "{arguments:?}: a failure leaves standard output empty");
        said
    }

    pub(crate) fn mode(&self) -> u32 {
        fs::metadata(&self.cache).unwrap().mode() & 0o777
    }
}

/// A cache with an expired access token and `RT-0`.
pub(crate) fn expired_cache() -> Vec<u8> {
    let mut cache = TokenCache::new();
    let grant = Grant {
        sign_in: Some(SignIn {
            local_account_id: Some("uid".to_owned()),
            username: "jane".to_owned(),
            authority_type: AuthorityType::Mssts,
            account_source: None,
        }),
        refresh_token: Some(RefreshToken::new("RT-0")),
        ..Grant::new(
            ClientId::new("app"),
            Environment::new("127.0.0.1"),
            Realm::new(""),
            Owner::User(HomeAccountId::new("uid.utid")),
            AccessToken::new("AT-0"),
            ScopeSet::parse("notes"),
            3600,
        )
    };
    cache.record(&grant, Timestamp(1_700_000_000));
    cache.serialize().as_bytes().to_vec()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
