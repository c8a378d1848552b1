//! The response of a sign-in through the browser of this machine, at a loopback redirect URI (RFC 8252 §7.3).

mod peer;

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, Weak};
use std::thread;
use std::time::{Duration, Instant};

use tokcache_core::oauth::url::{bare_host, parse_secure};
use tokcache_core::store::mutex::locked;
use ureq::http::Uri;
use zeroize::Zeroizing;

/// The maximum length of a request in bytes. A code of Entra ID has about 1,500.
const LONGEST_REQUEST: usize = 64 * 1024;
/// How long a browser may take to send a request. Browsers also open connections that they do not use.
const LONGEST_SILENCE: Duration = Duration::from_secs(5);
/// The maximum number of connections at a time.
const MOST_CONNECTIONS: usize = 64;
/// How often the listener looks for new connections.
const PAUSE: Duration = Duration::from_millis(10);

pub use peer::user_of_peer;

/// Listens for the response of a sign-in at a loopback address. Only requests for the redirect URI get through; all
/// others are answered here.
#[derive(Debug)]
pub struct LoopbackListener {
    redirect_uri: String,
    sockets: Vec<TcpListener>,
    site: Arc<Site>,
    callbacks: Receiver<Callback>,
    sender: Sender<Callback>,
    /// The open connections, the oldest first.
    connections: Mutex<Vec<Weak<Connection>>>,
}

/// The parts of the redirect URI that a request must have.
#[derive(Debug)]
struct Site {
    host: String,
    path: String,
}

impl LoopbackListener {
    /// Listens at a redirect URI: `http` on 127.0.0.1, `[::1]` or localhost. Without a port, takes a free one, and the
    /// redirect URI has it from then on. For localhost, listens on IPv4 and, if the machine has it, on IPv6.
    ///
    /// # Errors
    /// The URI is not a loopback address with `http` ([`ErrorKind::InvalidInput`]), or the port is taken.
    pub fn bind(redirect_uri: &str) -> io::Result<Self> {
        let invalid =
            || io::Error::new(ErrorKind::InvalidInput, "not http://127.0.0.1, http://[::1] or http://localhost");
        let uri = parse_secure(redirect_uri).ok().filter(|uri| uri.scheme_str() == Some("http")).ok_or_else(invalid)?;
        if uri.query().is_some() {
            return Err(invalid());
        }
        let (host, port) = (uri.host().unwrap_or_default(), uri.port_u16().unwrap_or(0));
        let sockets = listen(&uri, port)?;
        let port = sockets.first().ok_or_else(invalid)?.local_addr()?.port();
        let rest = uri.authority().map_or("", |authority| &redirect_uri["http://".len() + authority.as_str().len()..]);
        let (sender, callbacks) = channel();
        Ok(LoopbackListener {
            redirect_uri: format!("http://{host}:{port}{rest}"),
            sockets,
            site: Arc::new(Site { host: host_header(host, port), path: uri.path().to_owned() }),
            callbacks,
            sender,
            connections: Mutex::default(),
        })
    }

    /// Returns the redirect URI, with its port.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Waits for the next request for the redirect URI, at most for `wait`. Any program of this machine can send one, so
    /// compare its `state` before you trust it. On Linux, requests of other users are refused here, except root's.
    pub fn next(&self, wait: Duration) -> Option<Callback> {
        let end = Instant::now() + wait;
        loop {
            self.sockets.iter().for_each(|socket| self.accept(socket));
            let left = end.saturating_duration_since(Instant::now());
            match self.callbacks.recv_timeout(left.min(PAUSE)) {
                Ok(callback) => return Some(callback),
                Err(RecvTimeoutError::Timeout) if left.is_zero() => return None,
                Err(_) => {}
            }
        }
    }

    /// Starts a thread for each new connection, so that a slow one does not stop the others. The system refuses a
    /// connection only for a while, when files or threads are short.
    fn accept(&self, socket: &TcpListener) {
        while let Ok((stream, _)) = socket.accept() {
            if peer::is_another_users(&stream) {
                continue;
            }
            let connection = Arc::new(Connection { stream, has_sent: AtomicBool::new(false) });
            if !self.has_room_for(&connection) {
                continue;
            }
            let (site, sender) = (Arc::clone(&self.site), self.sender.clone());
            let serve = move || {
                if let Some(callback) = serve(connection, &site) {
                    let _ = sender.send(callback);
                }
            };
            let _ = thread::Builder::new().name("loopback".to_owned()).spawn(serve);
        }
    }

    /// Counts the connection. If there are too many, ends the oldest one that has sent nothing: a browser sends its
    /// request at once.
    fn has_room_for(&self, connection: &Arc<Connection>) -> bool {
        let mut connections = locked(&self.connections);
        connections.retain(|connection| connection.strong_count() > 0);
        if connections.len() >= MOST_CONNECTIONS {
            let is_silent = |connection: &Weak<Connection>| {
                connection.upgrade().is_some_and(|connection| !connection.has_sent.load(Ordering::Relaxed))
            };
            let Some(oldest) = connections.iter().position(is_silent) else { return false };
            if let Some(oldest) = connections.remove(oldest).upgrade() {
                let _ = oldest.stream.shutdown(Shutdown::Both);
            }
        }
        connections.push(Arc::downgrade(connection));
        true
    }
}

/// Returns the `Host` header of a browser, which leaves out the port of the scheme.
fn host_header(host: &str, port: u16) -> String {
    if port == 80 { host.to_owned() } else { format!("{host}:{port}") }
}

#[derive(Debug)]
struct Connection {
    stream: TcpStream,
    has_sent: AtomicBool,
}

fn listen(uri: &Uri, port: u16) -> io::Result<Vec<TcpListener>> {
    let bind = |address: SocketAddr| -> io::Result<TcpListener> {
        let socket = TcpListener::bind(address)?;
        socket.set_nonblocking(true)?;
        Ok(socket)
    };
    let host = bare_host(uri);
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        return Ok(vec![bind((address, port).into())?]);
    }
    if let Ok(address) = host.parse::<Ipv6Addr>() {
        return Ok(vec![bind((address, port).into())?]);
    }
    // localhost: the browser tries one after the other.
    let socket = bind((Ipv4Addr::LOCALHOST, port).into())?;
    let second = bind((Ipv6Addr::LOCALHOST, socket.local_addr()?.port()).into());
    match second {
        Ok(second) => Ok(vec![socket, second]),
        // Another program would receive the code.
        Err(error) if error.kind() == ErrorKind::AddrInUse => Err(error),
        Err(_) => Ok(vec![socket]),
    }
}

/// A request for the redirect URI. The browser waits for the answer.
#[derive(Debug)]
pub struct Callback {
    parameters: Zeroizing<String>,
    connection: Arc<Connection>,
}

impl Callback {
    /// Returns the query, or the form that was posted, as it was received. It may have a code, which is secret.
    pub fn parameters(&self) -> &str {
        &self.parameters
    }

    /// Answers with a page.
    pub fn respond(self, page: &Page<'_>) {
        respond(&self.connection.stream, page);
    }

    /// Refuses the request with a page, without waiting for the sender.
    pub fn refuse(self, html: String) {
        let refuse = move || self.respond(&Page { status: 400, html: &html });
        // Without a thread, the connection ends without an answer.
        let _ = thread::Builder::new().name("loopback".to_owned()).spawn(refuse);
    }

    /// Sends the browser to another address.
    pub fn redirect(self, url: &str) {
        let head = format!("HTTP/1.1 303 See Other\r\nlocation: {url}\r\n{HEADERS}content-length: 0\r\n\r\n");
        send(&self.connection.stream, &head, "");
    }
}

/// A page for the person.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// The status of the response.
    pub status: u16,
    /// The HTML document. It may have styles, but no scripts.
    pub html: &'a str,
}

/// The code is in the address of the page, so nothing of the page may leave this machine or stay in a cache.
const HEADERS: &str = "cache-control: no-store\r\n\
                       content-security-policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\r\n\
                       referrer-policy: no-referrer\r\n\
                       x-content-type-options: nosniff\r\n\
                       connection: close\r\n";

fn respond(stream: &TcpStream, page: &Page<'_>) {
    let Page { status, html } = page;
    let reason = ureq::http::StatusCode::from_u16(*status).ok().and_then(|status| status.canonical_reason());
    let head = format!(
        "HTTP/1.1 {status} {}\r\ncontent-type: text/html; charset=utf-8\r\n{HEADERS}content-length: {}\r\n\r\n",
        reason.unwrap_or_default(),
        html.len()
    );
    send(stream, &head, html);
}

/// Sends a response. A browser that is gone misses only the page.
fn send(mut stream: &TcpStream, head: &str, body: &str) {
    let sent = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
    if sent.and_then(|()| stream.shutdown(Shutdown::Write)).is_ok() {
        // A connection that is closed with unread data is reset, and the browser may drop the page.
        let _ = stream.set_read_timeout(Some(Duration::from_millis(200)));
        let _ = stream.read(&mut [0; 512]);
    }
}

/// Reads one request. Returns it if it is for the redirect URI, and answers it otherwise.
fn serve(connection: Arc<Connection>, site: &Site) -> Option<Callback> {
    let stream = &connection.stream;
    stream.set_nonblocking(false).ok()?;
    stream.set_write_timeout(Some(LONGEST_SILENCE)).ok()?;
    match read(&connection, site) {
        Ok(parameters) => return Some(Callback { parameters, connection }),
        Err(Some(status)) => {
            respond(stream, &Page { status, html: "<!doctype html><title>tokcache</title><p>There is no such page." });
        }
        Err(None) => {}
    }
    None
}

/// Reads a request and returns its parameters; the status if it is refused, or `None` if there is nobody to answer.
fn read(connection: &Connection, site: &Site) -> Result<Zeroizing<String>, Option<u16>> {
    let end = Instant::now() + LONGEST_SILENCE;
    let mut stream = &connection.stream;
    // Never reallocated, so that no copy of a code stays in memory.
    let mut request = Zeroizing::new(Vec::with_capacity(LONGEST_REQUEST));
    let mut more = |request: &mut Vec<u8>| -> Result<(), Option<u16>> {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() || stream.set_read_timeout(Some(left)).is_err() {
            return Err(None);
        }
        let begin = request.len();
        if begin == LONGEST_REQUEST {
            return Err(Some(413));
        }
        request.resize(LONGEST_REQUEST.min(begin + 4096), 0);
        let count = stream.read(&mut request[begin..]).map_err(|_| None)?;
        request.truncate(begin + count);
        connection.has_sent.store(count > 0, Ordering::Relaxed);
        if count == 0 { Err(None) } else { Ok(()) }
    };
    loop {
        more(&mut request)?;
        let mut headers = [httparse::EMPTY_HEADER; 100];
        let mut parsed = httparse::Request::new(&mut headers);
        let head = match parsed.parse(&request) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) => continue,
            Err(_) => return Err(Some(400)),
        };
        let (path, query) =
            parsed.path.unwrap_or_default().split_once('?').unwrap_or((parsed.path.unwrap_or_default(), ""));
        let header = |name: &str| {
            let own = parsed.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
            own.and_then(|header| std::str::from_utf8(header.value).ok()).unwrap_or_default()
        };
        // Another name for this machine may belong to a page that wants to send requests here (DNS rebinding).
        if !header("host").eq_ignore_ascii_case(&site.host) {
            return Err(Some(421));
        }
        if path != site.path {
            return Err(Some(404));
        }
        match parsed.method {
            Some("GET") => return Ok(Zeroizing::new(query.to_owned())),
            Some("POST") => {}
            _ => return Err(Some(405)),
        }
        let length: usize = header("content-length").parse().map_err(|_| Some(411))?;
        if !header("content-type").starts_with("application/x-www-form-urlencoded") {
            return Err(Some(415));
        }
        if length > LONGEST_REQUEST - head {
            return Err(Some(413));
        }
        while request.len() < head + length {
            more(&mut request)?;
        }
        let form = std::str::from_utf8(&request[head..head + length]).map_err(|_| Some(400_u16))?;
        return Ok(Zeroizing::new(form.to_owned()));
    }
}

#[cfg(test)]
mod tests;
