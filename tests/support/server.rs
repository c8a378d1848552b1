//! An HTTP server on loopback, with or without TLS, that remembers its requests.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tokcache_testing::servers::Certificates;

/// A request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The path and the query.
    pub(crate) target: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn authorization(&self) -> Option<&str> {
        self.header("Authorization")
    }

    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    /// Reads a request; `None` at the end of the connection.
    fn read(stream: &mut impl BufRead) -> Option<Request> {
        let mut request = Request::default();
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let mut words = line.split_whitespace().map(str::to_owned);
        (request.method, request.target) = (words.next()?, words.next()?);
        loop {
            line.clear();
            stream.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            request.headers.push((name.to_owned(), value.trim().to_owned()));
        }
        if request.header("Transfer-Encoding").is_some() {
            loop {
                line.clear();
                stream.read_line(&mut line).ok()?;
                let mut chunk = vec![0; usize::from_str_radix(line.trim(), 16).ok()? + 2];
                stream.read_exact(&mut chunk).ok()?;
                chunk.truncate(chunk.len() - 2);
                if chunk.is_empty() {
                    break;
                }
                request.body.extend(chunk);
            }
        } else if let Some(length) = request.header("Content-Length") {
            request.body = vec![0; length.parse().ok()?];
            stream.read_exact(&mut request.body).ok()?;
        }
        Some(request)
    }
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn ok(kind: &str, body: impl Into<Vec<u8>>) -> Answer {
        Answer { status: 200, headers: vec![("Content-Type".to_owned(), kind.to_owned())], body: body.into() }
    }

    pub(crate) fn json(body: &serde_json::Value) -> Answer {
        Answer::ok("application/json", body.to_string())
    }

    pub(crate) fn missing() -> Answer {
        Answer { status: 404, headers: Vec::new(), body: b"not found".to_vec() }
    }

    /// Returns an answer that demands credentials.
    pub(crate) fn challenge(challenge: &str) -> Answer {
        Answer::challenges(&[challenge])
    }

    /// Returns an answer that demands credentials, with a header for each challenge.
    pub(crate) fn challenges(challenges: &[&str]) -> Answer {
        let headers = challenges.iter().map(|challenge| ("WWW-Authenticate".to_owned(), (*challenge).to_owned()));
        Answer { status: 401, headers: headers.collect(), body: b"unauthorized".to_vec() }
    }

    /// Returns an answer to a request that is not allowed, whatever the credentials.
    pub(crate) fn forbidden() -> Answer {
        Answer { status: 403, headers: Vec::new(), body: b"forbidden".to_vec() }
    }

    fn write(&self, stream: &mut impl Write) -> std::io::Result<()> {
        let mut head = format!("HTTP/1.1 {} Status\r\n", self.status);
        self.headers.iter().for_each(|(name, value)| head += &format!("{name}: {value}\r\n"));
        head += &format!("Content-Length: {}\r\nConnection: close\r\n\r\n", self.body.len());
        stream.write_all(head.as_bytes())?;
        stream.write_all(&self.body)?;
        stream.flush()
    }
}

/// A server that runs until the end of the tests.
pub(crate) struct Server {
    pub(crate) port: u16,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Starts a server without TLS at 127.0.0.1.
    pub(crate) fn start(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Server {
        Server::with(None, answer)
    }

    /// Starts a server with TLS, at localhost and 127.0.0.1.
    pub(crate) fn start_tls(
        certificates: &Certificates,
        answer: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> Server {
        let chain = CertificateDer::pem_file_iter(certificates.file("server.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_file(certificates.file("server.key")).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let config = config.with_single_cert(chain.map(Result::unwrap).collect(), key).unwrap();
        Server::with(Some(Arc::new(config)), answer)
    }

    fn with(config: Option<Arc<ServerConfig>>, answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (remembered, answer) = (seen.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, answer, config) = (remembered.clone(), answer.clone(), config.clone());
                std::thread::spawn(move || match config {
                    Some(config) => {
                        let mut tls = StreamOwned::new(ServerConnection::new(config).unwrap(), stream);
                        serve(&mut tls, &seen, &*answer);
                        tls.conn.send_close_notify();
                        let _ = tls.flush();
                    }
                    None => serve(&mut &stream, &seen, &*answer),
                });
            }
        });
        Server { port, seen }
    }

    /// Returns the host and port.
    pub(crate) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Returns the requests so far.
    pub(crate) fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    /// Returns the different credentials that were sent.
    pub(crate) fn credentials(&self) -> Vec<String> {
        let mut all: Vec<_> = self.seen().iter().filter_map(|it| it.authorization().map(str::to_owned)).collect();
        all.sort();
        all.dedup();
        all
    }
}

/// Answers the only request of a connection.
fn serve(stream: &mut (impl Read + Write), seen: &Mutex<Vec<Request>>, answer: &dyn Fn(&Request) -> Answer) {
    let Some(request) = Request::read(&mut BufReader::new(&mut *stream)) else { return };
    seen.lock().unwrap().push(request.clone());
    // The client may be gone.
    let _ = answer(&request).write(stream);
}
