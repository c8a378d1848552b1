//! A server with one given answer, and a clock that advances only when it sleeps.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::{
    Authority, Client, ClientAuthentication, Endpoint, Endpoints, Http, Request, Response, TransportError,
};
use tokcache_core::time::{Clock, Timestamp};
use tokcache_core::types::ClientId;
use zeroize::Zeroizing;

/// The wall-clock time.
pub const NOW: Timestamp = Timestamp(1_700_000_100);

/// Gives the same answer to every request, and counts the requests.
pub struct Server {
    answer: (u16, Vec<u8>),
    requests: AtomicUsize,
}

impl Server {
    /// Returns a server with this answer.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Server {
        Server { answer: (status, body.into()), requests: AtomicUsize::new(0) }
    }

    /// Parses `STATUS`, a line break, and the body.
    pub fn from_input(input: &[u8]) -> Option<Server> {
        let end = input.iter().position(|byte| *byte == b'\n')?;
        let status = std::str::from_utf8(&input[..end]).ok()?.parse().ok()?;
        (100..600).contains(&status).then(|| Server::new(status, &input[end + 1..]))
    }

    /// Returns the number of requests.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// Returns the status of the answer.
    pub fn status(&self) -> u16 {
        self.answer.0
    }

    /// Returns the body of the answer as UTF-8, with invalid bytes replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.answer.1).into_owned()
    }
}

impl Server {
    fn exchange(&self, _request: &Request) -> Result<Response, TransportError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let (status, body) = self.answer.clone();
        Ok(Response { status, body: Zeroizing::new(body), retry_after: None, date: None, location: None })
    }
}

impl Http for Server {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move { self.exchange(request) })
    }
}

/// A clock that advances only when it sleeps.
#[derive(Default)]
pub struct SteppedClock(AtomicU64);

impl Clock for SteppedClock {
    fn now(&self) -> Timestamp {
        NOW.plus(self.elapsed())
    }

    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }

    fn sleep(&self, wait: Duration) {
        let milliseconds = u64::try_from(wait.as_millis()).expect("nobody sleeps that long");
        self.0.fetch_add(milliseconds.max(1), Ordering::Relaxed);
    }
}

/// Runs `act` with a client of `server`, whose endpoints are known.
pub fn as_client<Answer>(server: &Server, act: impl FnOnce(&Client<'_>) -> Answer) -> Answer {
    let authority = Authority::parse("https://login.microsoftonline.com/contoso.com", None).expect("a good URL");
    let endpoint = |name: &str| Endpoint::parse(&format!("https://login.microsoftonline.com/{name}")).ok();
    let endpoints = Endpoints {
        token: endpoint("token"),
        device_authorization: endpoint("device"),
        revocation: endpoint("revoke"),
        ..Endpoints::default()
    };
    act(&Client {
        http: server,
        clock: &SteppedClock::default(),
        client_id: &ClientId::new("client"),
        authentication: ClientAuthentication::None,
        authority: &authority,
        endpoints: &endpoints,
        capabilities: &[],
        parameters: &[],
    })
}
