//! A running endpoint of `tokcache serve` or `proxy`, and requests to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::process::{Child, ChildStdout, Output};
use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;

use crate::harness::{Home, Provider, SCOPE, end_of, signal};

const PATIENCE: Duration = Duration::from_secs(60);

/// A provider, and a home that is signed in there.
pub(crate) fn signed_in() -> (Provider, Home) {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);
    (provider, home)
}

/// An endpoint, killed on drop.
pub(crate) struct Endpoint {
    process: Option<Child>,
    _stdout: BufReader<ChildStdout>,
    /// The first line that was printed.
    printed: String,
}

impl Endpoint {
    /// Starts `tokcache` with these arguments, and waits until the endpoint listens.
    #[track_caller]
    pub(crate) fn start(home: &Home, arguments: &[&str]) -> Endpoint {
        let mut process = home.start(arguments);
        let mut stdout = BufReader::new(process.stdout.take().expect("its output is piped"));
        let mut printed = String::new();
        stdout.read_line(&mut printed).expect("text");
        if printed.is_empty() {
            panic!("no endpoint: {}", String::from_utf8_lossy(&end_of(process).stderr));
        }
        Endpoint { process: Some(process), _stdout: stdout, printed: printed.trim_end().to_owned() }
    }

    /// Starts `tokcache serve`.
    #[track_caller]
    pub(crate) fn serve(home: &Home, arguments: &[&str]) -> Endpoint {
        Endpoint::start(home, &[&["serve", "-o", "json"], arguments].concat())
    }

    /// Starts `tokcache proxy`.
    #[track_caller]
    pub(crate) fn proxy(home: &Home, arguments: &[&str]) -> Endpoint {
        Endpoint::start(home, &[&["proxy"], arguments].concat())
    }

    /// Returns the printed address of a proxy.
    pub(crate) fn url(&self) -> &str {
        &self.printed
    }

    /// Returns the variable that `serve` has printed.
    pub(crate) fn variable(&self, name: &str) -> String {
        let variables: Value = serde_json::from_str(&self.printed).expect("JSON");
        variables[name].as_str().expect("a variable").to_owned()
    }

    /// Returns the host and port.
    pub(crate) fn address(&self) -> String {
        let url = if self.printed.starts_with('{') { self.variable("IDENTITY_ENDPOINT") } else { self.printed.clone() };
        url.split('/').nth(2).expect("a host").to_owned()
    }

    /// Returns the headers of a correct request to `serve`.
    pub(crate) fn headers(&self) -> Vec<String> {
        vec![format!("Host: {}", self.address()), format!("X-IDENTITY-HEADER: {}", self.variable("IDENTITY_HEADER"))]
    }

    /// Asks `serve` for a token.
    #[track_caller]
    pub(crate) fn token(&self, resource: &str) -> Answer {
        request(&self.address(), &format!("GET {}", token_path(resource)), &self.headers())
    }

    pub(crate) fn signal(&self, which: Signal) {
        signal(self.process.as_ref().expect("it runs"), which);
    }

    /// Waits for the end.
    pub(crate) fn end(mut self) -> Output {
        end_of(self.process.take().expect("it runs"))
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().ok();
            process.wait().ok();
        }
    }
}

pub(crate) fn token_path(resource: &str) -> String {
    format!("/msi/token?api-version=2019-08-01&resource={resource}")
}

/// A response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The status line and the headers, in lower case.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    #[track_caller]
    pub(crate) fn access_token(&self) -> String {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()["access_token"].as_str().expect("a token").to_owned()
    }
}

/// Sends one request with exactly these headers, and reads the answer to its end.
pub(crate) fn request(address: &str, line: &str, headers: &[String]) -> Answer {
    let stream = TcpStream::connect(address).expect("somebody listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
    exchange(stream, line, headers)
}

/// The same, through a Unix socket.
pub(crate) fn request_on_socket(path: &std::path::Path, line: &str, headers: &[String]) -> Answer {
    let stream = UnixStream::connect(path).expect("somebody listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
    exchange(stream, line, headers)
}

fn exchange(mut stream: impl Read + Write, line: &str, headers: &[String]) -> Answer {
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    write!(stream, "{line} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n").expect("it is read");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let answer = String::from_utf8(answer).expect("text");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head: {answer:?}"));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Answer { status, head: head.to_lowercase(), body: body.to_owned() }
}

/// Runs `tokcache token` for the common scope, and returns the cached token.
pub(crate) fn cached_token(home: &Home) -> String {
    home.token(&["--offline"])
}

/// The common scope, with the flag.
pub(crate) const FOR_SCOPE: [&str; 2] = ["--scope", SCOPE];
