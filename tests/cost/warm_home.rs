//! A home with a profile, one account and cached tokens of two kilobytes. Most users have about six tokens.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use tokcache_core::cache::{Grant, Owner, SignIn, TokenCache};
use tokcache_core::oauth::Authority;
use tokcache_core::secret::{AccessToken, RawIdToken, RefreshToken};
use tokcache_core::time::{Clock, SystemClock};
use tokcache_core::types::{AuthorityType, ClientId, HomeAccountId, Realm, ScopeSet};

use crate::support::home::Home;

const CLIENT_ID: &str = "6731de76-14a6-49ae-97bc-6eba6914391e";
const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const SUBJECT: &str = "a3a2a1a0-0000-4000-8000-0123456789ab";
const USERNAME: &str = "jane@contoso.example";
const TOKENS: usize = 6;
/// The usual folders of the profiles and the cache. The tests use them too, because the lookup is part of the cost.
const PROFILES: &str = ".config/tokcache/profiles";
const STATE: &str = ".local/state/tokcache";

/// The issuer of the tokens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Provider {
    /// Microsoft. The host alone shows that an account belongs to it.
    Entra,
    /// Any other provider. An ID token shows that an account belongs to it, so that is parsed too.
    Oidc,
}

impl Provider {
    fn host(self) -> &'static str {
        match self {
            Provider::Entra => "login.microsoftonline.com",
            Provider::Oidc => "id.example.com",
        }
    }

    fn authority(self) -> String {
        format!("https://{}/{TENANT}", self.host())
    }

    /// Returns an ID token of a kilobyte or two.
    fn id_token(self) -> String {
        let groups: Vec<_> = (0..20).map(|number| format!("group-{number}-of-the-directory-of-contoso")).collect();
        let claims = json!({"iss": self.authority(), "sub": SUBJECT, "aud": CLIENT_ID, "preferred_username": USERNAME,
                            "groups": groups});
        let parts = [json!({"alg": "RS256"}).to_string(), claims.to_string(), "signature".repeat(28)];
        parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".")
    }
}

pub(crate) struct WarmHome {
    home: Home,
    tokens: usize,
}

impl WarmHome {
    pub(crate) fn at(provider: Provider) -> Self {
        WarmHome::with(provider, TOKENS)
    }

    pub(crate) fn with(provider: Provider, tokens: usize) -> Self {
        let home = Home::empty();
        let authority = provider.authority();
        let profile =
            format!("authority = \"{authority}\"\nclient_id = \"{CLIENT_ID}\"\nscopes = [\"api://0/read\"]\n");
        for folder in [PROFILES, STATE] {
            fs::create_dir_all(home.path(folder)).unwrap();
        }
        home.write(&format!("{PROFILES}/default.toml"), profile);
        home.write(&format!("{STATE}/token_cache.json"), cache(provider, tokens));
        WarmHome { home, tokens }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.home.folder()
    }

    /// Returns `program token`, which prints [`token`](WarmHome::token). Its environment is the same on every machine.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = self.home.command(program);
        command.args(["token", "--scope", &scope(self.tokens - 1)]);
        // Use the default folders instead of the variables of a test's home.
        command.env_clear().env("HOME", self.folder());
        command
    }

    /// Returns the requested token, which is the last in the file.
    pub(crate) fn token(&self) -> String {
        secret("access", self.tokens - 1)
    }
}

/// Returns the static program, built from the current source.
pub(crate) fn static_program() -> &'static str {
    static BUILT: LazyLock<String> = LazyLock::new(build_static);
    &BUILT
}

fn build_static() -> String {
    let mut cargo = Command::new(env!("CARGO"));
    // With cargo's variables about this package, that build would compile the C code of `ring` again.
    let is_of_package =
        |name: &str| name == "OUT_DIR" || name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in std::env::vars().filter(|(name, _)| is_of_package(name)) {
        cargo.env_remove(name);
    }
    let target = root().join("target");
    cargo.args(["static", "--target-dir"]).arg(&target);
    assert!(
        cargo.current_dir(root()).status().unwrap().success(),
        "tests/run cost installs what the static program needs"
    );
    target.join("x86_64-unknown-linux-musl/release/tokcache").into_os_string().into_string().unwrap()
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn cache(provider: Provider, tokens: usize) -> Vec<u8> {
    let mut cache = TokenCache::new();
    for number in 0..tokens {
        cache.record(&grant(provider, number), SystemClock::new().now());
    }
    cache.serialize().as_bytes().to_vec()
}

/// Returns a grant. The first one comes with a sign-in.
fn grant(provider: Provider, number: usize) -> Grant {
    let grant = Grant::new(
        ClientId::new(CLIENT_ID),
        Authority::parse(&provider.authority(), None).unwrap().issuer(),
        Realm::new(TENANT),
        Owner::User(HomeAccountId::new(format!("{SUBJECT}.{TENANT}"))),
        AccessToken::new(secret("access", number)),
        ScopeSet::parse(&scope(number)),
        24 * 3600,
    );
    if number > 0 {
        return grant;
    }
    Grant {
        sign_in: Some(SignIn {
            local_account_id: Some(SUBJECT.to_owned()),
            username: USERNAME.to_owned(),
            authority_type: AuthorityType::Mssts,
            account_source: None,
        }),
        refresh_token: Some(RefreshToken::new(secret("refresh", number))),
        id_token: Some(RawIdToken::new(provider.id_token())),
        ..grant
    }
}

fn scope(number: usize) -> String {
    format!("api://{number}/read")
}

/// Returns a made-up secret of the length of Entra's.
fn secret(kind: &str, number: usize) -> String {
    format!("{kind}-{number}-").repeat(200)
}
