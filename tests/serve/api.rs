//! A resource server on loopback, which records what it gets.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A request as it has arrived.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) line: String,
    /// In lower case, except for the values.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Received {
    /// Returns the value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Returns the bearer token.
    #[track_caller]
    pub(crate) fn token(&self) -> &str {
        let header = self.header("authorization").unwrap_or_else(|| panic!("no token: {self:?}"));
        header.strip_prefix("Bearer ").expect("a bearer token")
    }
}

/// Answers requests, one on each connection.
pub(crate) struct Api {
    address: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Api {
    /// Starts a server. `answer` gets the number of the request, the request, and the connection.
    pub(crate) fn start(answer: impl Fn(usize, &Received, &mut TcpStream) + Send + Sync + 'static) -> Api {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let received = Arc::new(Mutex::new(Vec::new()));
        let (records, answer) = (Arc::clone(&received), Arc::new(answer));
        thread::spawn(move || {
            for connection in listener.incoming() {
                let mut connection = connection.expect("a connection");
                let (records, answer) = (Arc::clone(&records), Arc::clone(&answer));
                thread::spawn(move || {
                    let Some(request) = receive(&connection) else { return };
                    let number = {
                        let mut records = records.lock().expect("no panic");
                        records.push(request.clone());
                        records.len() - 1
                    };
                    answer(number, &request, &mut connection);
                });
            }
        });
        Api { address, received }
    }

    /// Returns the URL without a path.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the host and port.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Returns the requests so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().expect("no panic").clone()
    }
}

/// Sends a whole answer. `headers` end with a line break each.
pub(crate) fn respond(connection: &mut TcpStream, status: &str, headers: &str, body: &str) {
    let length = body.len();
    let answer = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n{body}");
    // The client may be gone.
    let _ = connection.write_all(answer.as_bytes());
}

/// Reads one request; `None` if it is cut off.
fn receive(connection: &TcpStream) -> Option<Received> {
    let mut reader = BufReader::new(connection);
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let request = Received { line: line.trim_end().to_owned(), headers, body: Vec::new() };
    let mut body = Vec::new();
    if let Some(length) = request.header("content-length") {
        body.resize(length.parse().ok()?, 0);
        reader.read_exact(&mut body).ok()?;
    } else if request.header("transfer-encoding").is_some() {
        loop {
            let mut size = String::new();
            reader.read_line(&mut size).ok()?;
            let size = usize::from_str_radix(size.trim(), 16).ok()?;
            let mut part = vec![0; size + 2];
            reader.read_exact(&mut part).ok()?;
            body.extend_from_slice(&part[..size]);
            if size == 0 {
                break;
            }
        }
    }
    Some(Received { body, ..request })
}
