//! Tests the ways to a provider: proxies of each kind, and IPv6.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::certificate::Certificates;
use crate::support::home::Home;
use crate::tls::{answer, config, is_trusted, sign_in, trusting};

/// The name does not exist, so only the proxy can resolve it.
const AUTHORITY: &str = "https://idp.invalid";

/// Serves a connection, and reports its target.
type Tunnel = fn(TcpStream, Arc<ServerConfig>, &Sender<String>) -> io::Result<()>;

/// Starts a proxy that makes every connection to the provider itself, and reports the targets.
fn start(config: Arc<ServerConfig>, tunnel: Tunnel) -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, targets) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that closes the connection early is not an error of the proxy.
            let _ = tunnel(stream, config.clone(), &sender);
        }
    });
    (port, targets)
}

/// Answers `CONNECT` (RFC 9110 §9.3.6), and then the request in the tunnel.
fn connect(mut stream: impl Read + Write, config: Arc<ServerConfig>, targets: &Sender<String>) -> io::Result<()> {
    let mut reader = BufReader::new(&mut stream);
    let (mut head, mut line) = (String::new(), String::new());
    while line != "\r\n" {
        line.clear();
        reader.read_line(&mut line)?;
        head.push_str(&line);
    }
    targets.send(head.to_ascii_lowercase()).unwrap();
    stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    stream.flush()?;
    answer(stream, config)
}

fn connect_over_tls(stream: TcpStream, config: Arc<ServerConfig>, targets: &Sender<String>) -> io::Result<()> {
    let connection = ServerConnection::new(config.clone()).map_err(io::Error::other)?;
    connect(StreamOwned::new(connection, stream), config, targets)
}

/// Answers as in RFC 1928 and RFC 1929.
fn socks(mut stream: TcpStream, config: Arc<ServerConfig>, targets: &Sender<String>) -> io::Result<()> {
    let text = |stream: &mut TcpStream| -> io::Result<String> {
        let mut length = [0];
        stream.read_exact(&mut length)?;
        let mut text = vec![0; length[0].into()];
        stream.read_exact(&mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    };
    let mut version = [0];
    stream.read_exact(&mut version)?;
    let methods = text(&mut stream)?;
    assert!(version == [5] && methods.contains('\u{2}'), "{methods:?}");
    stream.write_all(&[5, 2])?;
    stream.read_exact(&mut version)?;
    let (user, password) = (text(&mut stream)?, text(&mut stream)?);
    stream.write_all(&[1, 0])?;
    let mut request = [0; 4];
    stream.read_exact(&mut request)?;
    assert_eq!(request, [5, 1, 0, 3], "a connection to a name");
    let host = text(&mut stream)?;
    let mut port = [0; 2];
    stream.read_exact(&mut port)?;
    targets.send(format!("{user} {password} {host}:{}", u16::from_be_bytes(port))).unwrap();
    stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])?;
    answer(stream, config)
}

#[track_caller]
fn reaches(home: &Home) {
    let failure = sign_in(home, AUTHORITY);
    assert!(is_trusted(&failure), "{failure}");
}

#[test]
fn a_proxy_of_each_kind_makes_the_connection_and_resolves_the_name() {
    let certificates = Certificates::issue(["idp.invalid", "localhost"]);
    let trusted = certificates.authority.clone();
    let config = config(certificates);
    for (scheme, tunnel, expected) in [
        ("http", connect as Tunnel, "proxy-authorization: basic "),
        ("https", connect_over_tls, "connect idp.invalid:443 "),
        ("socks5h", socks, "user a b/c idp.invalid:443"),
    ] {
        let (port, targets) = start(config.clone(), tunnel);
        let mut home = trusting(&trusted);
        home.set("HTTPS_PROXY", format!("{scheme}://user:a%20b%2Fc@localhost:{port}"));
        reaches(&home);
        let seen: Vec<_> = targets.try_iter().collect();
        assert!(!seen.is_empty() && seen.iter().all(|target| target.contains(expected)), "{seen:?}");

        // The host is an exception, so there is no way to it.
        home.set("NO_PROXY", ".invalid");
        let mut login = home.program("login --client-id app --scope a --authority");
        assert!(!login.arg(AUTHORITY).output().unwrap().status.success());
        assert!(targets.try_recv().is_err());
    }
}

#[test]
fn a_provider_on_ipv6_is_reached() {
    let Ok(listener) = TcpListener::bind("[::1]:0") else {
        println!("this machine has no IPv6: this shows nothing here");
        return;
    };
    let authority = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = BufReader::new(&stream).read_line(&mut String::new());
            let _ = stream.write_all(b"HTTP/1.1 404 Nothing\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    let failure = sign_in(&Home::empty(), &authority);
    assert!(is_trusted(&failure), "{failure}");
}
