//! Measures the requests that the sample web app serves in a second, beside Flask with Flask-Session and MSAL Python:
//! `cargo bench --profile server -p tokcache-webapp --bench requests`, or `benches/run stores`, which installs Flask first.
//!
//! Each request is of one of 100 sessions: the server loads the session and the cached token from Redis, calls an
//! API with the token, and renders a page. Both servers have two workers, and the same Redis and API on loopback.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "for a terminal")]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use tokcache_sandbox::{Options, Sandbox};
use tokcache_testing::servers::{RedisOptions, RedisServer};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

const SESSIONS: usize = 100;
const CONNECTIONS: usize = 16;
const WARM_UP: usize = 500;
const REQUESTS: usize = 8_000;

fn main() {
    // `cargo test --benches` passes other arguments; there is nothing to test here.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(measure());
}

async fn measure() {
    let redis = RedisServer::start(RedisOptions::default());
    let api = start_api().await;
    println!("| server | requests a second | median | 99 % within |");
    println!("| --- | ---: | ---: | ---: |");
    let sample = serves("tokcache-webapp", &mut tokcache(&redis, &api).await).await;
    match flask(&redis, &api).await {
        Some(mut flask) => {
            let peer = serves("Flask, Flask-Session, MSAL Python", &mut flask).await;
            println!("\ntokcache-webapp serves {:.1} times as many.", sample / peer);
        }
        None => println!("\n(Flask is not installed: benches/run stores installs it.)"),
    }
}

/// A server that runs, with the cookies of its signed-in users.
struct Server {
    process: Child,
    address: String,
    cookies: Vec<String>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let pid = self.process.id().to_string();
        // gunicorn ends its workers.
        let _ = Command::new("kill").arg(pid).status();
        let _ = self.process.wait();
    }
}

async fn start_api() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let answer = ([("content-type", "application/json")], r#"{"notes": ["one", "two"]}"#);
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/", get(answer))).await });
    url
}

async fn tokcache(redis: &RedisServer, api: &str) -> Server {
    let options = Options { port: 0, approve_after: None, delay: Duration::ZERO, lifetime: 3600 };
    let sandbox = Sandbox::listen(&options).unwrap();
    let authority = sandbox.issuer().to_owned();
    std::thread::spawn(move || sandbox.serve(Duration::from_secs(3600), |_| {}));
    let folder = tempfile::tempdir().unwrap();
    let mut process = Command::new(env!("CARGO_BIN_EXE_tokcache-webapp"))
        .args(["--listen", "127.0.0.1:0", "--store", &redis.url(), "--authority", &authority, "--api", api])
        .args(["--scope", "openid profile notes.read", "--folder"])
        .arg(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let open = lines.map_while(Result::ok).find_map(|line| line.strip_prefix("Open http://").map(str::to_owned));
    let address = open.expect("the address").trim_end_matches('/').to_owned();
    let mut server = Server { process, address, cookies: Vec::new() };
    for number in 0..SESSIONS {
        // The sandbox knows these people.
        let cookie = sign_in(&server.address, ["alice", "bob"][number % 2]).await;
        server.cookies.push(cookie);
    }
    server
}

/// Signs a user in at the sandbox provider, and returns the cookie of the session.
async fn sign_in(address: &str, user: &str) -> String {
    let origin = format!("origin: http://{address}\r\nsec-fetch-site: same-origin\r\n");
    let begun = once(address, "POST", "/sign-in", &origin, "return_to=/").await;
    let url = begun.header("refresh").next().unwrap().split_once("url=http://").unwrap().1.to_owned();
    let (provider, path) = url.split_once('/').unwrap();
    let approved = once(provider, "POST", &format!("/{path}"), "", &format!("person={user}")).await;
    let callback = approved.header("location").next().unwrap().strip_prefix(&format!("http://{address}")).unwrap();
    let cookies = format!("cookie: {}\r\n", begun.cookies());
    once(address, "GET", callback, &cookies, "").await.cookies()
}

/// Starts Flask, if it is installed.
async fn flask(redis: &RedisServer, api: &str) -> Option<Server> {
    let packages = repository("target/e2e/flask");
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    if !packages.exists() {
        return None;
    }
    let process = Command::new(repository("target/e2e/python/bin/python"))
        .args(["-m", "gunicorn", "--workers", "2", "--threads", "8", "--log-level", "error", "--bind", &address])
        .arg("flask_app:app")
        .current_dir(repository("benches/peers"))
        .env("PYTHONPATH", packages)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .envs([("REDIS_URL", redis.url().as_str()), ("API_URL", api)])
        .spawn()
        .ok()?;
    let mut server = Server { process, address, cookies: Vec::new() };
    for _ in 0..100 {
        if TcpStream::connect(&server.address).await.is_ok() {
            break;
        }
        sleep(Duration::from_millis(100)).await;
    }
    for number in 0..SESSIONS {
        let signed_in = once(&server.address, "GET", &format!("/sign-in?user=user{number}"), "", "").await;
        server.cookies.push(signed_in.cookies());
    }
    Some(server)
}

/// Asks the server for the page of the API on all connections, and prints and returns its rate.
async fn serves(name: &str, server: &mut Server) -> f64 {
    run(server, WARM_UP).await;
    let start = Instant::now();
    let mut times = run(server, REQUESTS).await;
    let rate = times.len() as f64 / start.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |share: f64| times[(times.len() as f64 * share) as usize].as_secs_f64() * 1000.0;
    println!("| {name} | {rate:.0} | {:.1} ms | {:.1} ms |", at(0.5), at(0.99));
    rate
}

async fn run(server: &Server, requests: usize) -> Vec<Duration> {
    let cookies: Arc<[String]> = server.cookies.clone().into();
    let tasks: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (address, cookies) = (server.address.clone(), Arc::clone(&cookies));
            tokio::spawn(async move {
                let (mut connection, mut times) = (Connection::open(&address).await, Vec::new());
                for _ in 0..requests / CONNECTIONS {
                    let cookie = format!("cookie: {}\r\n", cookies[fastrand::usize(..cookies.len())]);
                    let start = Instant::now();
                    let page = connection.send("GET", "/api", &cookie, "").await;
                    times.push(start.elapsed());
                    assert!(page.status == 200 && page.body.contains("two"), "{} {}", page.status, page.body);
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.unwrap());
    }
    times
}

struct Page {
    status: u16,
    headers: Vec<String>,
    body: String,
}

impl Page {
    fn header(&self, name: &str) -> impl Iterator<Item = &str> {
        let values = self.headers.iter().filter_map(|line| line.split_once(": "));
        values.filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Returns the cookies that the page sets, as a browser sends them.
    fn cookies(&self) -> String {
        self.header("set-cookie").map(|cookie| cookie.split(';').next().unwrap()).collect::<Vec<_>>().join("; ")
    }
}

async fn once(address: &str, method: &str, path: &str, headers: &str, form: &str) -> Page {
    Connection::open(address).await.send(method, path, headers, form).await
}

/// A connection that is kept open from one request to the next.
struct Connection(tokio::io::BufStream<TcpStream>, String);

impl Connection {
    async fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Connection(tokio::io::BufStream::new(stream), address.to_owned())
    }

    async fn send(&mut self, method: &str, path: &str, headers: &str, form: &str) -> Page {
        let Connection(stream, address) = self;
        let kind = "content-type: application/x-www-form-urlencoded";
        let length = form.len();
        let head =
            format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\n{headers}{kind}\r\ncontent-length: {length}");
        stream.write_all(format!("{head}\r\n\r\n{form}").as_bytes()).await.unwrap();
        stream.flush().await.unwrap();
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            assert_ne!(stream.read_line(&mut line).await.unwrap(), 0, "the server has closed the connection");
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let status = lines[0].split(' ').nth(1).unwrap().parse().unwrap();
        let mut page = Page { status, headers: lines.split_off(1), body: String::new() };
        let length = page.header("content-length").next().map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.unwrap();
        page.body = String::from_utf8_lossy(&body).into_owned();
        page
    }
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}
