//! A provider on loopback with its own host names: a proxy that answers instead of connecting.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::certificate::Certificates;
use crate::script::{Request, Script};

/// The origin, in the data files, of the requests to the platform on which a program runs.
pub(crate) const PLATFORM: &str = "http://platform";

/// A server that answers until the end of the test.
pub(crate) struct Server {
    /// The address of the proxy, and of the platform.
    pub(crate) proxy: String,
    pub(crate) authority: String,
    seen: Arc<Mutex<Seen>>,
}

struct Seen {
    script: Script,
    requests: Vec<Request>,
    unanswered: Vec<Request>,
    /// The nonce of the page that the user has opened last.
    nonce: String,
    /// The earliest time of the next poll.
    poll_after: Option<Instant>,
}

impl Server {
    pub(crate) fn start(script: Script) -> Server {
        let certificates = Certificates::issue(script.hosts());
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let config = Arc::new(config.with_single_cert(certificates.chain, certificates.key).unwrap());

        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = format!("http://{}", listener.local_addr().unwrap());
        let (requests, unanswered, nonce) = (Vec::new(), Vec::new(), String::new());
        let seen = Arc::new(Mutex::new(Seen { script, requests, unanswered, nonce, poll_after: None }));
        let answering = seen.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (config, seen) = (config.clone(), answering.clone());
                // A client that closes the connection early is not an error of the server.
                std::thread::spawn(move || serve(stream, config, &seen).ok());
            }
        });
        Server { proxy, authority: certificates.authority, seen }
    }

    /// Puts the nonce of the page that the user has opened into the next ID tokens.
    pub(crate) fn approve(&self, nonce: String) {
        self.seen.lock().unwrap().nonce = nonce;
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap().requests.clone()
    }

    /// Returns the requests that the data file has no answer for, or that came too early.
    pub(crate) fn unanswered(&self) -> Vec<Request> {
        self.seen.lock().unwrap().unanswered.clone()
    }
}

/// Answers the only request of a connection through the proxy, or of one without TLS, to a platform.
fn serve(stream: TcpStream, config: Arc<ServerConfig>, seen: &Mutex<Seen>) -> std::io::Result<()> {
    let mut plain = BufReader::new(stream);
    let (target, headers) = read_head(&mut plain)?;
    let Some(host) = target.strip_prefix("CONNECT ").and_then(|rest| rest.split(':').next()) else {
        let request = read_request(&mut plain, &target, headers, PLATFORM)?;
        let answer = seen.lock().unwrap().answer(request);
        return plain.get_mut().write_all(answer.as_bytes());
    };
    let origin = format!("https://{host}");
    let mut stream = plain.into_inner();
    stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;

    let connection = ServerConnection::new(config).map_err(std::io::Error::other)?;
    let mut tls = BufReader::new(StreamOwned::new(connection, stream));
    let (first, headers) = read_head(&mut tls)?;
    let request = read_request(&mut tls, &first, headers, &origin)?;
    let answer = seen.lock().unwrap().answer(request);
    let stream = tls.get_mut();
    stream.write_all(answer.as_bytes())?;
    stream.conn.send_close_notify();
    stream.flush()
}

/// Reads the rest of a request, whose first line and headers were read.
fn read_request(
    stream: &mut impl Read,
    first: &str,
    headers: BTreeMap<String, String>,
    origin: &str,
) -> std::io::Result<Request> {
    let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or_default();
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    let mut words = first.split(' ');
    Ok(Request {
        method: words.next().unwrap_or_default().to_owned(),
        url: format!("{origin}{}", words.next().unwrap_or_default()),
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}

impl Seen {
    fn answer(&mut self, request: Request) -> String {
        self.requests.push(request.clone());
        let is_poll = request.form().contains_key("device_code");
        if is_poll && self.poll_after.is_some_and(|earliest| Instant::now() < earliest) {
            self.unanswered.push(request.clone());
        }
        let (status, mut head, body) = match self.script.answer(&request) {
            Some(answer) => {
                self.poll_after = answer.wait.map(|seconds| Instant::now() + Duration::from_secs(seconds));
                let kind = answer.content_type.as_deref().unwrap_or("application/json");
                let mut head = format!("Content-Type: {kind}\r\n");
                for (name, value) in &answer.headers {
                    let _ = write!(head, "{name}: {value}\r\n");
                }
                (answer.status, head, answer.body(&self.nonce))
            }
            None => {
                self.unanswered.push(request);
                (404, "Content-Type: text/html\r\n".to_owned(), "<html>not in the provider's file</html>".to_owned())
            }
        };
        let _ = write!(head, "Content-Length: {}\r\nConnection: close\r\n", body.len());
        format!("HTTP/1.1 {status} Scripted\r\n{head}\r\n{body}")
    }
}

/// Reads the first line and the headers, with names in lower case.
fn read_head(stream: &mut impl BufRead) -> std::io::Result<(String, BTreeMap<String, String>)> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let headers = lines.iter().skip(1).filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
    Ok((lines.swap_remove(0), headers))
}
