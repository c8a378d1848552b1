use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::thread;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use tokcache_core::oauth::{FieldValue, Form};
use tokcache_core::secret::RefreshToken;

use super::*;

/// Longer than any of these tests takes on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn network(timeout: Duration, ca_file: Option<&str>) -> Network {
    Network::new(NetworkOptions {
        timeout,
        ca_file: ca_file.map(|name| Path::new(env!("CARGO_MANIFEST_DIR")).join("src/testdata").join(name)),
        ..NetworkOptions::default()
    })
}

fn send_to(network: &Network, url: String) -> Result<Response, TransportError> {
    let mut form = Form::new();
    form.secret("token", &RefreshToken::new("c&a=n á"));
    form.public("plain", "*-._~");
    let headers = vec![
        ("X-Test", FieldValue::public("yes")),
        ("Authorization", FieldValue::secret(&RefreshToken::new("Basic YTpi"))),
    ];
    network.exchange(&Request { headers, ..Request::post_form(url, form) })
}

/// Accepts one connection and hands it to `serve`.
fn serve<Served: Send + 'static>(
    serve: impl FnOnce(TcpStream) -> Served + Send + 'static,
) -> (SocketAddr, thread::JoinHandle<Served>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (address, thread::spawn(move || serve(listener.accept().unwrap().0)))
}

/// Reads a whole request. Returns its head in lower case, and its body.
fn read_request(stream: &mut impl std::io::Read) -> (String, String) {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut head).unwrap(), 0, "the request ended early");
    }
    let head = head.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (head, String::from_utf8(body).unwrap())
}

/// Sends a request to a server that answers `answer` and then closes.
fn exchange_with(answer: impl Into<Vec<u8>>) -> Result<Response, TransportError> {
    let answer = answer.into();
    let (address, server) = serve(move |mut stream| {
        read_request(&mut stream);
        // The client may have closed the connection because the answer is too long.
        let _ = stream.write_all(&answer);
    });
    let result = send_to(&network(PATIENCE, None), format!("http://{address}/token"));
    server.join().unwrap();
    result
}

#[test]
fn a_form_is_posted_and_the_answer_read() {
    let (address, server) = serve(|mut stream| {
        let request = read_request(&mut stream);
        let answer = "HTTP/1.1 400 Bad Request\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
                      Retry-After: Sun, 06 Nov 1994 08:50:37 GMT\r\nContent-Length: 2\r\n\r\n{}";
        stream.write_all(answer.as_bytes()).unwrap();
        request
    });
    let response = send_to(&network(PATIENCE, None), format!("http://{address}/token?a=b")).unwrap();
    assert_eq!((response.status, response.body.as_slice()), (400, &b"{}"[..]));
    assert_eq!((response.date, response.retry_after), (Some(Timestamp(784_111_777)), Some(60)));

    let (head, body) = server.join().unwrap();
    assert_eq!(body, "token=c%26a%3Dn%20%C3%A1&plain=*-._%7E");
    assert!(head.starts_with("post /token?a=b http/1.1\r\n"), "{head}");
    for line in [
        concat!("user-agent: tokcache/", env!("CARGO_PKG_VERSION")),
        "content-type: application/x-www-form-urlencoded",
        "accept: application/json",
        "accept-encoding: identity",
        "authorization: basic ytpi",
        "x-test: yes",
    ] {
        assert!(head.contains(&format!("{line}\r\n")), "{line} is not in {head}");
    }
}

#[test]
fn retry_after_comes_in_seconds_too() {
    let response = exchange_with("HTTP/1.1 429 Later\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n").unwrap();
    assert_eq!(response.retry_after, Some(120));
    let response =
        exchange_with("HTTP/1.1 429 Later\r\nRetry-After: 99999999999999999999\r\nContent-Length: 0\r\n\r\n").unwrap();
    assert_eq!(response.retry_after, Some(u64::from(u32::MAX)), "too large for a number, and not for patience");
    let dated = "HTTP/1.1 429 Later\r\nRetry-After: Mon, 01 Jan 2125 00:00:00 GMT\r\nContent-Length: 0\r\n\r\n";
    let wait = exchange_with(dated).unwrap().retry_after;
    assert!(wait.is_some_and(|wait| wait > 86_400 * 365), "the server tells no date of its own: {wait:?}");
    let response = exchange_with("HTTP/1.1 429 Later\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n").unwrap();
    assert_eq!(response.retry_after, None);
}

#[test]
fn a_redirect_is_an_answer_and_is_not_followed() {
    for status in [302, 307] {
        let answer = format!("HTTP/1.1 {status} R\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(exchange_with(answer).unwrap().status, status);
    }
}

#[test]
fn a_redirect_to_a_page_of_another_host_without_tls_is_the_network_s() {
    let answer = "HTTP/1.1 302 R\r\nLocation: http://portal.example/login?canary\r\nContent-Length: 0\r\n\r\n";
    let error = exchange_with(answer).unwrap_err();
    assert_eq!(error.stage, Stage::Unknown);
    assert!(error.message.contains("http://portal.example: this network wants you to sign in"), "{error}");
    assert!(!error.message.contains("canary"));
}

#[test]
fn an_answer_of_more_than_1_mib_is_refused() {
    let mut answer = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    answer.resize(answer.len() + LONGEST_BODY + 1, b' ');
    let error = exchange_with(answer).unwrap_err();
    assert_eq!(error.stage, Stage::Unreadable);
    assert!(error.message.ends_with("more than 1 MiB"), "{error}");
}

#[test]
fn an_answer_that_is_compressed_though_nobody_asked_is_read() {
    let compressed = |status: &str, coding: &str, body: &[u8]| {
        let head = format!("HTTP/1.1 {status}\r\nContent-Encoding: {coding}\r\nContent-Length: {}\r\n\r\n", body.len());
        [head.as_bytes(), body].concat()
    };
    let zlib = include_bytes!("testdata/answer.zlib");
    let read = exchange_with(compressed("200 OK", "deflate", zlib)).unwrap();
    assert!(read.body.starts_with(b"{\"access_token\""));
    let bomb = include_bytes!("testdata/bomb.gz");
    assert_eq!(exchange_with(compressed("200 OK", "gzip", bomb)).unwrap().body.len(), LONGEST_BODY);

    let unknown = exchange_with(compressed("200 OK", "br", b"canary")).unwrap_err();
    assert_eq!(unknown.stage, Stage::Unreadable);
    assert!(unknown.message.contains("the coding \"br\"") && !unknown.message.contains("canary"), "{unknown}");
    let cut = exchange_with(compressed("200 OK", "gzip", &bomb[..99])).unwrap_err();
    assert_eq!(cut.stage, Stage::Unknown, "{cut}");
    assert_eq!(exchange_with(compressed("503 Busy", "br", b"canary")).unwrap().status, 503);
}

#[test]
fn an_interim_answer_is_passed_over() {
    let answer = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    assert_eq!(exchange_with(answer).unwrap().status, 200);
}

#[test]
fn an_answer_of_1_mib_is_read() {
    let mut answer = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    answer.resize(answer.len() + LONGEST_BODY, b' ');
    assert_eq!(exchange_with(answer).unwrap().body.len(), LONGEST_BODY);
}

#[test]
fn a_lost_answer_leaves_in_doubt_whether_the_request_was_carried_out() {
    for answer in ["", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"canary\":"] {
        let error = exchange_with(answer).unwrap_err();
        assert_eq!(error.stage, Stage::Unknown, "{error}");
        assert!(error.message.starts_with("the answer of 127.0.0.1:"), "{error}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
}

#[test]
fn a_server_that_does_not_speak_http_is_not_asked_again() {
    for answer in ["garbage canary\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n"] {
        let error = exchange_with(answer).unwrap_err();
        assert_eq!(error.stage, Stage::Unreadable, "{error}");
        assert!(error.message.contains("does not answer in HTTP"), "{error}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let (address, server) = serve(|mut stream| {
        read_request(&mut stream);
        // Returns when the client closes the connection.
        stream.read_to_end(&mut Vec::new())
    });
    let error = send_to(&network(Duration::from_secs(2), None), format!("http://{address}/")).unwrap_err();
    assert_eq!(error.stage, Stage::Unknown);
    assert_eq!(error.message, format!("{address} did not answer within 2 s"));
    drop(server.join());
}

#[test]
fn a_refused_connection_was_never_made() {
    // Nothing listens on port 1. A port that was free a moment ago may belong to another test now.
    let address = "127.0.0.1:1";
    let error = send_to(&network(PATIENCE, None), format!("http://{address}/canary")).unwrap_err();
    assert_eq!(error.stage, Stage::NotSent);
    assert!(error.message.starts_with(&format!("cannot reach {address}: ")), "{error}");
    assert!(!error.message.contains("canary"));
}

#[test]
fn what_is_not_safe_is_not_sent() {
    let error = send_to(&network(PATIENCE, None), "http://idp.example.com/canary".to_owned()).unwrap_err();
    assert_eq!(error.stage, Stage::Unsendable);
    assert!(error.message.ends_with("type https://idp.example.com"), "{error}");
}

#[test]
fn a_name_that_does_not_resolve_was_never_reached() {
    let error = send_to(&network(PATIENCE, Some("ca.pem")), "https://idp.invalid/".to_owned()).unwrap_err();
    assert!(matches!(error.stage, Stage::NotSent | Stage::NoSuchHost), "{error}");
    assert!(error.message.contains("idp.invalid"), "{error}");
}

fn serve_tls() -> (SocketAddr, thread::JoinHandle<std::io::Result<()>>) {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let certificate = CertificateDer::from_pem_slice(include_bytes!("testdata/server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("testdata/server.key")).unwrap();
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
    let connection = ServerConnection::new(Arc::new(config)).unwrap();
    serve(move |stream| {
        let mut stream = StreamOwned::new(connection, stream);
        stream.conn.complete_io(&mut stream.sock)?;
        read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    })
}

#[test]
fn a_certificate_of_the_ca_file_s_ca_is_trusted() {
    let (address, server) = serve_tls();
    let url = format!("https://localhost:{}/", address.port());
    assert_eq!(send_to(&network(PATIENCE, Some("ca.pem")), url).unwrap().status, 200);
    server.join().unwrap().unwrap();
}

#[test]
fn a_certificate_of_an_unknown_ca_ends_the_exchange_before_anything_is_sent() {
    let (address, server) = serve_tls();
    // This certificate has not signed the server's.
    let error = send_to(&network(PATIENCE, Some("server.pem")), format!("https://{address}/canary")).unwrap_err();
    assert_eq!(error.stage, Stage::Unsendable);
    assert!(error.message.contains("\"tokcache test CA\"") && error.message.ends_with("--ca-file"), "{error}");
    assert!(!error.message.contains("canary"));
    server.join().unwrap().unwrap_err();
}

#[test]
fn a_server_without_tls_fails_the_handshake_before_anything_is_sent() {
    let (address, server) = serve(|mut stream| stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
    let error = send_to(&network(PATIENCE, Some("ca.pem")), format!("https://{address}/")).unwrap_err();
    assert_eq!(error.stage, Stage::Unsendable, "{error}");
    assert!(error.message.contains("does not answer in TLS"), "{error}");
    server.join().unwrap().unwrap();
}

#[test]
fn a_proxy_that_refuses_the_tunnel_has_seen_nothing() {
    let (address, server) = serve(|mut stream| {
        let (head, _) = read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 407 Authenticate\r\nContent-Length: 0\r\n\r\n").unwrap();
        head
    });
    let proxy = format!("http://user:canary@{address}");
    let network = Network::new(NetworkOptions {
        proxy: ProxyRules::from_environment(move |name| (name == "https_proxy").then(|| proxy.clone())),
        ..network(PATIENCE, Some("ca.pem")).options
    });
    let error = send_to(&network, "https://idp.example.com/".to_owned()).unwrap_err();
    assert_eq!(error.stage, Stage::Unsendable);
    assert!(
        error.message.starts_with(&format!("cannot reach idp.example.com through the proxy {address}: ")),
        "{error}"
    );
    assert!(error.message.contains("407"), "{error}");
    assert!(!format!("{error:?} {network:?}").contains("canary"));
    assert!(server.join().unwrap().starts_with("connect idp.example.com:443 "));
}

#[test]
fn trust_anchors_are_loaded_for_https_only() {
    let network = network(PATIENCE, Some("missing.pem"));
    let (address, server) = serve(|mut stream| {
        read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    });
    assert_eq!(send_to(&network, format!("http://{address}/")).unwrap().status, 200);
    server.join().unwrap().unwrap();
    let error = send_to(&network, "https://localhost:1/".to_owned()).unwrap_err();
    assert_eq!(error.stage, Stage::Unsendable);
    assert!(error.message.contains("missing.pem"), "{error}");
}
