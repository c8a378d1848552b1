//! Thirty processes that need the same token at the same moment, at a provider that ends the sign-in if a refresh token is
//! sent twice.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use tokcache_core::acquire::ClientApplication;
use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::{Http, Request, Response, TransportError};
use tokcache_core::time::{Clock as _, SystemClock};
use tokcache_redis::{RedisStore, Settings};
use tokcache_testing::TokioClock;
use tokcache_testing::provider::registration;
use tokcache_testing::servers::{ProviderServer, RedisOptions, RedisServer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::users::{refresh_tokens, request, sign_in};
use crate::{alice, open};

const PROCESSES: usize = 30;

/// The variables that tell a process the server, the provider and the time of a lease in milliseconds.
const TOLD: [&str; 3] = ["TOKCACHE_HERD_REDIS", "TOKCACHE_HERD_AUTHORITY", "TOKCACHE_HERD_LEASE"];

/// One of the thirty processes. It prints `ready`, waits for a line, and prints the token.
#[test]
#[ignore = "the other tests of this file run it"]
fn member() {
    let [url, authority, lease_time] = TOLD.map(|name| std::env::var(name).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = RedisStore::open(Settings::parse(&url).unwrap().prefix("msal:")).unwrap();
        let clock = TokioClock::new();
        let client = ClientApplication {
            partition: alice(),
            lease_time: Duration::from_millis(lease_time.parse().unwrap()),
            ..ClientApplication::new(registration(&authority), &store, &Network, &clock)
        };
        println!("ready");
        std::io::stdin().read_line(&mut String::new()).unwrap();
        let token = client.acquire_token_silent(&request()).await.unwrap();
        println!("token {}", token.access_token.expose());
    });
}

/// As much HTTP as the provider of the test needs. It does not block, so that the lease is renewed meanwhile.
struct Network;

impl Http for Network {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move {
            let (host, path) = request.url.strip_prefix("http://").unwrap().split_once('/').unwrap();
            let sent = request.form().unwrap().get("refresh_token").unwrap().expose();
            let body = format!("refresh_token={sent}");
            let mut stream = TcpStream::connect(host).await.unwrap();
            let head = format!("POST /{path} HTTP/1.0\r\nHost: {host}\r\nContent-Length: {}\r\n\r\n", body.len());
            stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            let status = head.split(' ').nth(1).unwrap().parse().unwrap();
            let body = body.as_bytes().to_vec().into();
            Ok(Response { status, body, retry_after: None, date: None, location: None })
        })
    }
}

/// One of the processes, with its input and output.
struct Member {
    process: Child,
    begin: ChildStdin,
    output: BufReader<std::process::ChildStdout>,
}

impl Member {
    fn start(server: &RedisServer, provider: &ProviderServer, lease_time: Duration) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "herd::member", "--ignored", "--nocapture"]);
        let told = [server.url(), provider.authority(), lease_time.as_millis().to_string()];
        command.envs(TOLD.iter().zip(told)).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let (begin, output) = (process.stdin.take().unwrap(), BufReader::new(process.stdout.take().unwrap()));
        Member { process, begin, output }
    }

    /// Reads up to the next line that has this text, and returns the rest of the line.
    fn read(&mut self, start: &str) -> String {
        let mut line = String::new();
        while self.output.read_line(&mut line).unwrap() > 0 {
            if let Some(at) = line.find(start) {
                return line[at + start.len()..].trim().to_owned();
            }
            line.clear();
        }
        let mut errors = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        panic!("a process has ended without {start}: {errors}");
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Lets thirty processes ask for alice's token while `meanwhile` runs. All must get the token of the only refresh.
async fn herd(time: Duration, lease_time: Duration, meanwhile: impl FnOnce(&mut RedisServer)) {
    let arguments = &["--appendonly", "yes", "--appendfsync", "always"];
    let mut server = RedisServer::start(RedisOptions { arguments, ..RedisOptions::default() });
    let provider = ProviderServer::start(time);
    let store = open(&server.url());
    sign_in(&store, &provider.authority()).await;

    let mut members: Vec<_> = (0..PROCESSES).map(|_| Member::start(&server, &provider, lease_time)).collect();
    members.iter_mut().for_each(|member| assert_eq!(member.read("ready"), ""));
    for member in &mut members {
        member.begin.write_all(b"go\n").unwrap();
    }
    meanwhile(&mut server);
    let tokens: Vec<_> = members.iter_mut().map(|member| member.read("token ")).collect();
    assert_eq!(tokens, vec!["AT-1"; PROCESSES]);
    assert_eq!((provider.rotation().requests(), provider.rotation().is_signed_in()), (1, true));
    assert_eq!(refresh_tokens(&store).await, ["RT-1"]);
}

/// Lets time pass, and blocks the test.
fn pass(time: Duration) {
    SystemClock::new().sleep(time);
}

#[tokio::test]
async fn thirty_processes_on_one_expired_token_are_one_request() {
    herd(Duration::from_millis(300), Duration::from_secs(90), |_| {}).await;
}

#[tokio::test]
async fn thirty_processes_at_an_endpoint_slower_than_the_lease_are_one_request() {
    herd(Duration::from_secs(6), Duration::from_secs(2), |_| {}).await;
}

#[tokio::test]
async fn thirty_processes_whose_server_is_killed_and_started_meanwhile_are_one_request() {
    let restart = |server: &mut RedisServer| {
        pass(Duration::from_millis(500));
        server.process().kill();
        pass(Duration::from_secs(1));
        server.start_again();
    };
    herd(Duration::from_secs(4), Duration::from_secs(10), restart).await;
}

#[tokio::test]
async fn thirty_processes_whose_server_is_suspended_meanwhile_are_one_request() {
    let pause = |server: &mut RedisServer| {
        pass(Duration::from_millis(500));
        server.process().suspend();
        pass(Duration::from_secs(1));
        server.process().resume();
    };
    herd(Duration::from_secs(4), Duration::from_secs(10), pause).await;
}
