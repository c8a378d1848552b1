//! Measures what a cached token and a refresh of a web app cost in Redis, beside a bare `GET`, MSAL Python and MSAL Node, in
//! one run: `cargo bench --profile server -p tokcache-redis --bench web_app`. `benches/run stores` installs the libraries.
//! `-- 1000` measures one number of users alone.
//!
//! Everything runs on loopback with 32 calls in flight. Each call is for a random user, whose document holds three access
//! tokens, an ID token and a refresh token.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, reason = "this is a program for a terminal")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use redis::aio::MultiplexedConnection;
use serde_json::{Value, json};
use tokcache_core::acquire::{ConfidentialClient, Registration, SilentRequest, Source};
use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::{Authority, ClientAuthentication, Http, Request, Response, TransportError};
use tokcache_core::secret::ClientSecret;
use tokcache_core::store::Store as _;
use tokcache_core::types::{ClientId, HomeAccountId, ScopeSet};
use tokcache_redis::{RedisStore, Settings};
use tokcache_testing::TokioClock;
use tokcache_testing::servers::{RedisOptions, RedisServer};

const AUTHORITY: &str = "https://idp.example.com/tenant";
const IN_FLIGHT: usize = 32;
const CALLS: usize = 32_000;
const PEER_CALLS: usize = 4_000;
const REFRESHES: usize = 8_000;

/// Answers at once, in the place of the network.
struct Provider;

impl Http for Provider {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        let body = if request.form().is_none() {
            json!({"issuer": AUTHORITY, "token_endpoint": format!("{AUTHORITY}/token")})
        } else {
            json!({"access_token": jwt(2000), "refresh_token": jwt(1500), "token_type": "Bearer", "expires_in": 3600,
                "scope": "api.read"})
        };
        let body = body.to_string().into_bytes().into();
        let response = Response { status: 200, body, retry_after: None, date: None, location: None };
        Box::pin(std::future::ready(Ok(response)))
    }
}

fn main() {
    // `cargo test --benches` passes other arguments; there is nothing to test here.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(measure());
}

async fn measure() {
    let mut notes = Vec::new();
    println!("Tokens in a second. 1/2.0: tokcache serves twice as many.\n");
    println!("| users | | a bare GET | tokcache | MSAL Python | MSAL Node |");
    println!("| ---: | --- | ---: | ---: | ---: | ---: |");
    let wanted: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    for users in [1, 1_000, 10_000, 100_000] {
        if !wanted.is_empty() && !wanted.contains(&users) {
            continue;
        }
        let server = RedisServer::start(RedisOptions::default());
        fill(&server, users);
        let bare = bare_gets(&server, users).await;
        let memory = resident_kilobytes();
        let tokcache = acquisitions(&server, users, CALLS, Source::Cache).await;
        let grown = resident_kilobytes().saturating_sub(memory);
        let peers = [python(), node()].map(|mut program| peer(&mut program, &server, users, "hit"));
        print_row(users, "cached", bare, tokcache, peers);
        let time = list(&server, users).await;
        // With one user, all calls would wait for one another.
        if users >= 1_000 {
            // A refresh waits for what MSAL Node may write after it has written a document.
            fill(&server, users);
            server.take_commands();
            let tokcache = acquisitions(&server, users, REFRESHES, Source::Refresh).await;
            let commands: u64 = server.take_commands().values().sum();
            let peers = [python(), node()].map(|mut program| peer(&mut program, &server, users, "refresh"));
            print_row(users, "refreshed", bare, tokcache, peers);
            let each = commands as f64 / REFRESHES as f64;
            notes.push(format!("{users} users: {each:.1} commands a refresh, with those in scripts"));
        }
        let seconds = time.as_secs_f64();
        notes.push(format!("{users} users: listed in {seconds:.2} s; {grown} KB more memory after {CALLS} calls"));
    }
    println!("\n{}", notes.join("\n"));
}

/// Prints the rates, their ratios to a bare `GET`, and how many times faster tokcache is.
fn print_row(users: usize, kind: &str, bare: f64, tokcache: f64, peers: [Option<f64>; 2]) {
    let [python, node] =
        peers.map(|rate| rate.map_or_else(|| "-".to_owned(), |rate| format!("{rate:.0}/s (1/{:.1})", tokcache / rate)));
    let tokcache = format!("{tokcache:.0}/s, {:.2} of the GET", tokcache / bare);
    println!("| {users} | {kind} | {bare:.0}/s | {tokcache} | {python} | {node} |");
}

fn user(number: usize) -> String {
    format!("user{number:06}.tenant")
}

fn jwt(length: usize) -> String {
    "eyJ0eXAiOiJKV1Qi.".to_owned() + &"a".repeat(length)
}

/// Returns an ID token that names the issuer, by which the tokens of a library are known.
fn id_token(user: &str) -> String {
    let claims = json!({"iss": AUTHORITY, "sub": user, "aud": "app"}).to_string();
    format!("e30.{}.{}", BASE64_URL_SAFE_NO_PAD.encode(claims), "a".repeat(1400))
}

/// A document as MSAL Python writes it.
fn document(user: &str) -> Value {
    let token = |scope: &str| {
        json!({"credential_type": "AccessToken", "secret": jwt(2000), "home_account_id": user,
            "environment": "idp.example.com", "client_id": "app", "target": scope, "realm": "tenant",
            "token_type": "Bearer", "cached_at": "1700000000", "expires_on": "4000000000",
            "extended_expires_on": "4000000000"})
    };
    let key = |scope: &str| format!("{user}-idp.example.com-accesstoken-app-tenant-{scope}");
    json!({
        "AccessToken": {key("api.read"): token("api.read"), key("mail.read"): token("mail.read"),
            key("user.read"): token("user.read")},
        "Account": {format!("{user}-idp.example.com-tenant"): {"home_account_id": user,
            "environment": "idp.example.com", "realm": "tenant", "local_account_id": user,
            "username": format!("{user}@example.com"), "authority_type": "MSSTS"}},
        "IdToken": {format!("{user}-idp.example.com-idtoken-app-tenant-"): {"credential_type": "IdToken",
            "secret": id_token(user), "home_account_id": user, "environment": "idp.example.com", "realm": "tenant",
            "client_id": "app"}},
        "RefreshToken": {format!("{user}-idp.example.com-refreshtoken-app--api.read"): {
            "credential_type": "RefreshToken", "secret": jwt(1500), "home_account_id": user,
            "environment": "idp.example.com", "client_id": "app", "target": "api.read",
            "last_modification_time": "1700000000"}},
        "AppMetadata": {"appmetadata-idp.example.com-app": {"client_id": "app", "environment": "idp.example.com"}},
    })
}

fn fill(server: &RedisServer, users: usize) {
    let mut pipe = Command::new("redis-cli")
        .args(["-u", &server.url(), "--pipe"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-cli");
    let mut input = std::io::BufWriter::new(pipe.stdin.take().unwrap());
    for number in 0..users {
        let name = format!("msal:{}", user(number));
        // With white space, as MSAL Python writes.
        let value = format!("{:#}", document(&user(number)));
        write!(input, "*3\r\n$3\r\nSET\r\n${}\r\n{name}\r\n${}\r\n{value}\r\n", name.len(), value.len()).unwrap();
    }
    drop(input);
    assert!(pipe.wait().unwrap().success(), "the documents were not written");
}

/// Runs calls, `IN_FLIGHT` at a time, and returns how many there were in a second.
async fn rate<Call, Calling>(users: usize, calls: usize, call: Call) -> f64
where
    Call: Fn(String) -> Calling + Clone + Send + 'static,
    Calling: Future<Output = ()> + Send,
{
    let start = Instant::now();
    let tasks: Vec<_> = (0..IN_FLIGHT)
        .map(|task| {
            let call = call.clone();
            tokio::spawn(async move {
                for _ in 0..calls / IN_FLIGHT {
                    // Two refreshes for one user at a time would be one.
                    let number = match users / IN_FLIGHT {
                        0 => fastrand::usize(..users),
                        own => task + IN_FLIGHT * fastrand::usize(..own),
                    };
                    call(user(number)).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    calls as f64 / start.elapsed().as_secs_f64()
}

async fn bare_gets(server: &RedisServer, users: usize) -> f64 {
    let client = redis::Client::open(server.url()).unwrap();
    let connection = client.get_multiplexed_async_connection().await.unwrap();
    rate(users, CALLS, move |user| {
        let mut connection: MultiplexedConnection = connection.clone();
        async move {
            let bytes: Vec<u8> =
                redis::cmd("GET").arg(format!("msal:{user}")).query_async(&mut connection).await.unwrap();
            assert!(!bytes.is_empty());
        }
    })
    .await
}

/// Acquires tokens from this source.
async fn acquisitions(server: &RedisServer, users: usize, calls: usize, source: Source) -> f64 {
    let store = RedisStore::open(Settings::parse(&server.url()).unwrap().prefix("msal:")).unwrap();
    let registration = Registration::new(Authority::parse(AUTHORITY, None).unwrap(), ClientId::new("app"));
    let credential = Arc::new(ClientAuthentication::SecretPost(ClientSecret::new("secret")));
    let clock = Arc::new(TokioClock::new());
    let client =
        Arc::new(ConfidentialClient::new(registration, credential, Arc::new(store), Arc::new(Provider), clock));
    let force_refresh = source == Source::Refresh;
    let request = SilentRequest { scopes: ScopeSet::parse("api.read"), force_refresh, ..SilentRequest::default() };
    rate(users, calls, move |user| {
        let (client, request) = (Arc::clone(&client), request.clone());
        async move {
            let token = client.acquire_token_silent(&HomeAccountId::new(user), &request).await.unwrap();
            assert_eq!(token.source, source);
        }
    })
    .await
}

async fn list(server: &RedisServer, users: usize) -> Duration {
    let store = RedisStore::open(Settings::parse(&server.url()).unwrap().prefix("msal:")).unwrap();
    let start = Instant::now();
    let (mut last, mut count) = (None, 0);
    loop {
        let page = store.partitions("", last.as_ref()).await.unwrap();
        count += page.len();
        match page.into_iter().last() {
            Some(name) => last = Some(name),
            None => break,
        }
    }
    assert_eq!(count, users);
    start.elapsed()
}

/// Runs a peer, which prints its rate. `None`: it is not installed.
fn peer(program: &mut Command, server: &RedisServer, users: usize, kind: &str) -> Option<f64> {
    let (calls, users) = (PEER_CALLS.to_string(), users.to_string());
    let output =
        program.args([&server.url(), AUTHORITY, &users, &calls, &IN_FLIGHT.to_string(), kind]).output().ok()?;
    if !output.status.success() {
        println!("({program:?}: {})", String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default());
        return None;
    }
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn python() -> Command {
    let mut python = Command::new(repository("target/e2e/python/bin/python"));
    python.arg(repository("benches/peers/redis_python.py"));
    python
}

fn node() -> Command {
    let mut node = Command::new("node");
    // The packages are where the end-to-end tests have them.
    node.arg("--input-type=module")
        .arg("--eval")
        .arg(std::fs::read_to_string(repository("benches/peers/redis_node.mjs")).expect("the peer's source"));
    node.arg("--").current_dir(repository("tests/e2e"));
    node
}

/// The memory of this process.
fn resident_kilobytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or_default()
}
