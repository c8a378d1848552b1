//! `tokcache curl` over TLS.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::Output;
use std::sync::{Arc, Mutex};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::api::Api;
use crate::certificate::Certificates;
use crate::support::home::Home;
use crate::support::{answer_of, failure_of, text};

/// An API at `https://localhost` that redirects `/http` to plain http, and answers other requests with their token.
struct TlsApi {
    port: u16,
    /// The headers of the requests.
    seen: Arc<Mutex<Vec<String>>>,
}

impl TlsApi {
    fn start(certificates: Certificates, plain: String) -> TlsApi {
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let config = Arc::new(config.with_single_cert(certificates.chain, certificates.key).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let api = TlsApi { port: listener.local_addr().unwrap().port(), seen: Arc::default() };
        let seen = api.seen.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that does not trust the server closes the connection.
                let _ = answer(stream, config.clone(), &seen, &plain);
            }
        });
        api
    }

    fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }
}

fn answer(
    stream: impl Read + Write,
    config: Arc<ServerConfig>,
    seen: &Mutex<Vec<String>>,
    plain: &str,
) -> std::io::Result<()> {
    let connection = ServerConnection::new(config).map_err(std::io::Error::other)?;
    let mut tls = BufReader::new(StreamOwned::new(connection, stream));
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if tls.read_line(&mut head)? == 0 {
            return Ok(());
        }
    }
    seen.lock().unwrap().push(head.clone());
    let token = head.lines().find_map(|line| line.strip_prefix("Authorization: ")).unwrap_or_default();
    let response = match head.starts_with("GET /http ") {
        true => format!("302 Found\r\nLocation: {plain}\r\nContent-Length: 0"),
        false => format!("200 OK\r\nContent-Length: {}", token.len()),
    };
    let body = if head.starts_with("GET /http ") { "" } else { token };
    let stream = tls.get_mut();
    stream.write_all(format!("HTTP/1.1 {response}\r\nConnection: close\r\n\r\n{body}").as_bytes())?;
    stream.conn.send_close_notify();
    stream.flush()
}

fn curl(home: &Home, arguments: &[&str]) -> Output {
    home.program("curl").args(arguments).output().unwrap()
}

#[test]
fn only_a_trusted_server_gets_the_token_and_no_redirect_leads_from_https_to_http() {
    let (home, plain) = (Home::signed_in(), Api::start());
    let certificates = Certificates::issue(["localhost"]);
    home.write("ca.pem", &certificates.authority);
    let api = TlsApi::start(certificates, plain.url("/"));
    let seen = || api.seen.lock().unwrap().len();

    assert_eq!(answer_of(&curl(&home, &["-sS", "--cacert", "ca.pem", &api.url("/")])), "Bearer AT-bob");
    let untrusted = curl(&home, &["-sS", &api.url("/")]);
    assert_eq!((untrusted.status.code(), seen()), (Some(60), 1), "{}", text(&untrusted.stderr));
    assert_eq!(answer_of(&curl(&home, &["-sSk", &api.url("/")])), "Bearer AT-bob", "on this machine");
    let elsewhere = curl(&home, &["-sSk", &api.url("/").replace("localhost", "localhost.example.com")]);
    assert!(failure_of(2, &elsewhere).contains("--insecure could send the token to anybody"));

    let redirected = curl(&home, &["-sSL", "--cacert", "ca.pem", &api.url("/http")]);
    assert_eq!(redirected.status.code(), Some(1), "{}", text(&redirected.stderr));
    assert_eq!((seen(), plain.seen().len()), (3, 0));
}
