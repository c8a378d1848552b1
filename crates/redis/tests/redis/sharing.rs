//! One cache, shared with the real MSAL libraries as web apps use them (`tests/e2e/msal/redis_*`).

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokcache_core::acquire::{PublicClient, Registration, SignInRequest, SilentRequest, Source};
use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::{Authority, Http, Request, Response, TransportError};
use tokcache_core::store::Store as _;
use tokcache_core::time::SystemClock;
use tokcache_core::types::{ClientId, ScopeSet};
use tokcache_redis::RedisStore;
use tokcache_testing::servers::{RedisOptions, RedisServer};

use crate::{alice, open};

const AUTHORITY: &str = "https://idp.example.com/tenant";

/// Approves every sign-in, and counts the refreshes.
#[derive(Default)]
struct Provider {
    refreshes: Mutex<usize>,
}

impl Provider {
    fn answer(&self, request: &Request) -> Value {
        let path = request.url.strip_prefix(AUTHORITY).unwrap();
        if path == "/.well-known/openid-configuration" {
            return json!({"issuer": AUTHORITY, "token_endpoint": format!("{AUTHORITY}/token"),
                "device_authorization_endpoint": format!("{AUTHORITY}/device")});
        }
        if path == "/device" {
            return json!({"device_code": "DC", "user_code": "WDJB-MJHT", "interval": 0, "expires_in": 600,
                "verification_uri": format!("{AUTHORITY}/go")});
        }
        let form = request.form().unwrap();
        let is_refresh = form.get("grant_type").map(|value| value.expose()) == Some("refresh_token");
        let name = if is_refresh {
            let mut refreshes = self.refreshes.lock().unwrap();
            *refreshes += 1;
            format!("refresh-{refreshes}")
        } else {
            "sign-in".to_owned()
        };
        json!({"access_token": format!("AT-{name}"), "refresh_token": format!("RT-{name}"), "token_type": "Bearer",
            "expires_in": 3600, "scope": "api.read", "id_token": id_token()})
    }
}

impl Http for Provider {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        let body = self.answer(request).to_string().into_bytes().into();
        let response = Response { status: 200, body, retry_after: None, date: None, location: None };
        Box::pin(std::future::ready(Ok(response)))
    }
}

/// Returns an ID token without a signature. The token endpoint itself sends it.
fn id_token() -> String {
    let claims = json!({"iss": AUTHORITY, "sub": "alice", "aud": "app", "preferred_username": "alice@example.com",
        "iat": 1_700_000_000, "exp": 4_000_000_000_i64});
    let encoded = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", encoded(json!({"alg": "none"})), encoded(claims))
}

fn client<'a>(store: &'a RedisStore, provider: &'a Provider, clock: &'a SystemClock) -> PublicClient<'a> {
    let registration = Registration::new(Authority::parse(AUTHORITY, None).unwrap(), ClientId::new("app"));
    let mut client = PublicClient::new(registration, store, provider, clock);
    client.partition = alice();
    client
}

/// Runs a program on alice's document.
fn msal(program: &mut Command, server: &RedisServer, answer: Option<&str>) -> Value {
    program.args(["--url", &server.url(), "--key", "msal:alice", "--authority", AUTHORITY]);
    if let Some(answer) = answer {
        program.args(["--answer", answer, "--id-token", &id_token()]);
    }
    let output = program.output().expect("the program is there after tests/run packages");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&said).unwrap()
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn python() -> Command {
    let mut python = Command::new(repository("target/e2e/python/bin/python"));
    python.arg(repository("tests/e2e/msal/redis_python.py"));
    python
}

fn node() -> Command {
    let mut node = Command::new("node");
    node.arg(repository("tests/e2e/msal/redis_node.mjs"));
    node
}

async fn is_shared(program: impl Fn() -> Command) {
    let server = RedisServer::start(RedisOptions::default());
    // This clock blocks, as the one of a command does.
    let (store, provider, clock) = (open(&server.url()), Provider::default(), SystemClock::new());
    let client = client(&store, &provider, &clock);
    let scopes = ScopeSet::parse("api.read");
    client.sign_in_by_device_code(&SignInRequest { scopes: scopes.clone(), ..SignInRequest::default() }).await.unwrap();
    let silent = |force_refresh| SilentRequest { scopes: scopes.clone(), force_refresh, ..SilentRequest::default() };

    // The library serves the token that tokcache has saved.
    let found = msal(&mut program(), &server, None);
    assert_eq!((&found["access_token"], &found["requests"]), (&json!("AT-sign-in"), &json!(0)), "{found}");
    // tokcache serves the token that the library has saved.
    let found = msal(&mut program(), &server, Some("theirs"));
    assert_eq!((&found["access_token"], &found["requests"]), (&json!("AT-theirs"), &json!(1)), "{found}");
    let token = client.acquire_token_silent(&silent(false)).await.unwrap();
    assert_eq!((token.access_token.expose(), token.source), ("AT-theirs", Source::Cache));
    // tokcache redeems the library's refresh token, and the library serves the new token.
    let token = client.acquire_token_silent(&silent(true)).await.unwrap();
    assert_eq!((token.access_token.expose(), token.source), ("AT-refresh-1", Source::Refresh));
    let found = msal(&mut program(), &server, None);
    assert_eq!((&found["access_token"], &found["requests"]), (&json!("AT-refresh-1"), &json!(0)), "{found}");

    let document = store.load(&alice()).await.unwrap().unwrap();
    let document: Value = serde_json::from_slice(&document.bytes).unwrap();
    let secrets: Vec<_> =
        document["RefreshToken"].as_object().unwrap().values().map(|entry| &entry["secret"]).collect();
    assert_eq!(secrets, ["RT-refresh-1"], "nobody can redeem an old one");
}

#[tokio::test]
async fn a_cache_is_shared_with_the_serializable_token_cache_of_msal_python() {
    is_shared(python).await;
}

#[tokio::test]
async fn a_cache_is_shared_with_the_distributed_cache_plugin_of_msal_node() {
    is_shared(node).await;
}
