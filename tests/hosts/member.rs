//! One of the processes: this test program, started again on a host.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tokcache_core::acquire::{ClientApplication, Registration, Source};
use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::{Endpoints, Http, Request, Response, Stage, TransportError};
use tokcache_testing::TokioClock;
use tokcache_testing::provider::{ISSUER, registration};
use tokcache_testing::servers::Host;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::backend::open;
use crate::{alice, request};

/// The variables that tell a process the store, the address of the provider, and the time of a lease in milliseconds.
const TOLD: [&str; 3] = ["TOKCACHE_HOSTS_STORE", "TOKCACHE_HOSTS_PROVIDER", "TOKCACHE_HOSTS_LEASE"];
/// The prefix of what a process says, because the test harness prints to the same stream.
const SAYS: &str = "says: ";
/// The longest wait for an answer of a process.
const PATIENCE: Duration = Duration::from_secs(60);

/// Says `ready`, and for each line that it reads a token or a failure.
#[test]
#[ignore = "the other tests start it, on a host"]
fn member() {
    let [url, provider, lease_time] = TOLD.map(|name| std::env::var(name).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (store, network, clock) = (open(&url), Network { provider }, TokioClock::new());
        let client = ClientApplication {
            partition: alice(),
            lease_time: Duration::from_millis(lease_time.parse().unwrap()),
            ..ClientApplication::new(undiscovered(), store.as_ref(), &network, &clock)
        };
        say(&json!("ready"));
        while std::io::stdin().read_line(&mut String::new()).unwrap() > 0 {
            let start = Instant::now();
            let mut said = match client.acquire_token_silent(&request()).await {
                Ok(token) => json!({"token": token.access_token.expose(), "is_new": token.source == Source::Refresh}),
                Err(error) => json!({"error": error.to_string(), "is_retryable": error.is_retryable()}),
            };
            said["seconds"] = json!(start.elapsed().as_secs_f64());
            say(&said);
        }
    });
}

/// Writes past the harness's own buffer, so that the test reads it at once.
fn say(what: &Value) {
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{SAYS}{what}").unwrap();
    stdout.flush().unwrap();
}

/// A client whose provider's metadata have to be read before a token is refreshed.
fn undiscovered() -> Registration {
    Registration { endpoints: Endpoints::default(), ..registration(ISSUER) }
}

/// As much HTTP as the provider of the tests needs. It stands for TLS to the address of the provider.
struct Network {
    provider: String,
}

impl Http for Network {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move {
            let failed = |stage, message: String| TransportError { stage, message };
            let connected = timeout(Duration::from_secs(5), TcpStream::connect(&self.provider)).await;
            let mut stream = match connected {
                Ok(Ok(stream)) => stream,
                Ok(Err(error)) => return Err(failed(Stage::NotSent, error.to_string())),
                Err(error) => return Err(failed(Stage::NotSent, error.to_string())),
            };
            let exchange = timeout(Duration::from_secs(20), exchange(&mut stream, request)).await;
            exchange
                .map_err(|error| failed(Stage::Unknown, error.to_string()))?
                .map_err(|error| failed(Stage::Unknown, error.to_string()))
        })
    }
}

async fn exchange(stream: &mut TcpStream, request: &Request) -> std::io::Result<Response> {
    let form = request.form().and_then(|form| form.get("refresh_token"));
    let (method, body) = match form {
        Some(sent) => ("POST", format!("refresh_token={}", sent.expose())),
        None => ("GET", String::new()),
    };
    let head = format!("{method} / HTTP/1.0\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| std::io::Error::other("the answer is no HTTP"))?;
    Ok(Response { status, body: body.as_bytes().to_vec().into(), retry_after: None, date: None, location: None })
}

/// The answer of a process: a token or a failure.
#[derive(Debug)]
#[expect(dead_code, reason = "the failure is shown")]
pub(crate) struct Answer {
    /// The token.
    pub(crate) token: Option<String>,
    /// Whether the process has refreshed the token itself.
    pub(crate) is_new: bool,
    /// The failure.
    failure: Option<String>,
    /// Whether the failure says that trying again can help.
    pub(crate) is_retryable: bool,
    /// The time that it took.
    pub(crate) time: Duration,
}

/// A process on a host.
pub(crate) struct Member {
    process: Child,
    input: ChildStdin,
    lines: Receiver<Value>,
}

impl Member {
    /// Starts the process.
    pub(crate) fn start(host: &Host, store: &str, provider: &str, lease_time: Duration) -> Self {
        let mut command = host.command(std::env::current_exe().unwrap());
        command.args(["--exact", "member::member", "--ignored", "--nocapture"]);
        command.envs(TOLD.iter().zip([store, provider, &lease_time.as_millis().to_string()]));
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Some((_, said)) = line.split_once(SAYS) {
                    let _ = sender.send(serde_json::from_str(said).unwrap());
                }
            }
        });
        Member { process, input, lines }
    }

    pub(crate) fn wait_until_ready(&self) {
        assert_eq!(self.hear(), "ready");
    }

    /// Lets the process ask for a token.
    pub(crate) fn go(&mut self) {
        self.input.write_all(b"go\n").unwrap();
    }

    pub(crate) fn answer(&self) -> Answer {
        let said = self.hear();
        Answer {
            token: said["token"].as_str().map(str::to_owned),
            is_new: said["is_new"] == true,
            failure: said["error"].as_str().map(str::to_owned),
            is_retryable: said["is_retryable"] == true,
            time: Duration::from_secs_f64(said["seconds"].as_f64().unwrap()),
        }
    }

    fn hear(&self) -> Value {
        self.lines.recv_timeout(PATIENCE).expect("the process says something")
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.process), signal).unwrap();
    }

    /// Whether all threads of the process are stopped. A signal stops one of them first.
    pub(crate) fn is_stopped(&self) -> bool {
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.process.id())).unwrap();
        threads.map(|thread| thread.unwrap().path().join("stat")).all(|stat| {
            // The state comes after the name, which is in parentheses.
            std::fs::read_to_string(stat).is_ok_and(|stat| stat.rsplit(')').next().unwrap().starts_with(" T"))
        })
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
