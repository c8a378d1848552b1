//! A home in which tokens of two kilobytes are cached, with a profile and one account. Six of them is what most people
//! have.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

use tempfile::TempDir;
use tokcache::cache::{Grant, Owner, SignIn, TokenCache};
use tokcache::secret::{AccessToken, RawIdToken, RefreshToken};
use tokcache::terms::{AuthorityType, ClientId, Environment, HomeAccountId, Realm, ScopeSet};
use tokcache::time::{Clock, SystemClock};

use crate::put;

const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const TOKENS: usize = 6;
const PROFILE: &str = "authority = \"https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47\"\n\
                       client_id = \"6731de76-14a6-49ae-97bc-6eba6914391e\"\nscopes = [\"api://0/read\"]\n";

pub(crate) struct WarmHome {
    pub(crate) folder: TempDir,
    tokens: usize,
}

impl WarmHome {
    pub(crate) fn new() -> Self {
        WarmHome::with(TOKENS)
    }

    pub(crate) fn with(tokens: usize) -> Self {
        let home = WarmHome { folder: tempfile::tempdir().unwrap(), tokens };
        fs::create_dir_all(home.path("config/profiles")).unwrap();
        fs::create_dir_all(home.path("state")).unwrap();
        put(&home.path("config/profiles/default.toml"), PROFILE);
        put(&home.path("state/token_cache.json"), cache(tokens));
        home
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `program token`, which prints [`token`](WarmHome::token). Its environment is the same on every machine.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.args(["token", "--scope", &scope(self.tokens - 1)]).env_clear().env("HOME", self.folder.path());
        command.env("TOKCACHE_CONFIG_DIR", self.path("config")).env("TOKCACHE_STATE_DIR", self.path("state"));
        command
    }

    /// The token that is asked for, which is the last in the file.
    pub(crate) fn token(&self) -> String {
        secret("access", self.tokens - 1)
    }
}

/// The static program, of the newest source.
pub(crate) fn static_program() -> &'static str {
    static BUILT: LazyLock<()> = LazyLock::new(|| {
        let mut cargo = Command::new(env!("CARGO"));
        // What cargo tells this test of its package would have that build start again from the C of `ring`.
        let is_of_package =
            |name: &str| name == "OUT_DIR" || name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
        for (name, _) in std::env::vars().filter(|(name, _)| is_of_package(name)) {
            cargo.env_remove(name);
        }
        let built = cargo.arg("static").current_dir(env!("CARGO_MANIFEST_DIR")).status().unwrap();
        assert!(built.success(), "tests/run cost installs what the static program needs");
    });
    LazyLock::force(&BUILT);
    concat!(env!("CARGO_MANIFEST_DIR"), "/target/x86_64-unknown-linux-musl/release/tokcache")
}

fn cache(tokens: usize) -> Vec<u8> {
    let mut cache = TokenCache::new();
    for number in 0..tokens {
        cache.record(&grant(number), SystemClock::new().now());
    }
    cache.serialize().as_bytes().to_vec()
}

/// The first one comes with a sign-in.
fn grant(number: usize) -> Grant {
    let grant = Grant::new(
        ClientId::new("6731de76-14a6-49ae-97bc-6eba6914391e"),
        Environment::new("login.microsoftonline.com"),
        Realm::new(TENANT),
        Owner::User(HomeAccountId::new(format!("a3a2a1a0-0000-4000-8000-0123456789ab.{TENANT}"))),
        AccessToken::new(secret("access", number)),
        ScopeSet::parse(&scope(number)),
        Duration::from_hours(24).as_secs(),
    );
    if number > 0 {
        return grant;
    }
    Grant {
        sign_in: Some(SignIn {
            local_account_id: Some("a3a2a1a0-0000-4000-8000-0123456789ab".to_owned()),
            username: "jane@contoso.example".to_owned(),
            authority_type: AuthorityType::Mssts,
            account_source: None,
        }),
        refresh_token: Some(RefreshToken::new(secret("refresh", number))),
        id_token: Some(RawIdToken::new(secret("id", number))),
        ..grant
    }
}

fn scope(number: usize) -> String {
    format!("api://{number}/read")
}

/// Made up, and as long as Entra's are.
fn secret(kind: &str, number: usize) -> String {
    format!("{kind}-{number}-").repeat(200)
}
