//! A mocked provider, transport and clock.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use zeroize::Zeroizing;

use super::authentication::ClientAuthentication;
use super::authority::Authority;
use super::endpoint::{Endpoint, Endpoints};
use super::http::{Http, Response, Stage, TransportError};
use super::message::ClientContext;
use super::request::Request;
use crate::future::BoxFuture;
use crate::secret::ClientSecret;
use crate::time::{Clock, Timestamp};
use crate::types::ClientId;

/// A provider with every endpoint, and the client `app`.
pub(super) struct Provider {
    pub(super) authority: Authority,
    pub(super) endpoints: Endpoints,
    pub(super) client_id: ClientId,
    pub(super) authentication: ClientAuthentication,
}

impl Provider {
    pub(super) fn new(authority: &str) -> Self {
        let authority = Authority::parse(authority, None).unwrap();
        let endpoint = |name| Endpoint::parse(&format!("https://idp.example.com/{name}")).ok();
        let own = Endpoints {
            authorization: endpoint("authorize"),
            token: endpoint("token"),
            device_authorization: endpoint("device"),
            revocation: endpoint("revoke"),
            end_session: endpoint("logout"),
            jwks: endpoint("jwks"),
            ..Endpoints::default()
        };
        Provider {
            endpoints: authority.known_endpoints().unwrap_or_default().or(own),
            authority,
            client_id: ClientId::new("app"),
            authentication: ClientAuthentication::None,
        }
    }

    pub(super) fn authenticate_with_basic(&mut self, secret: &str) {
        self.authentication = ClientAuthentication::SecretBasic(ClientSecret::new(secret));
    }

    pub(super) fn has_pushed_authorization_requests(&mut self) {
        self.endpoints.pushed_authorization_request = Endpoint::parse("https://idp.example.com/par").ok();
    }

    pub(super) fn client(&self) -> ClientContext<'_> {
        let Provider { client_id, authentication, authority, endpoints } = self;
        ClientContext { client_id, authentication, authority, endpoints, capabilities: &[] }
    }
}

/// Returns an answer without relevant headers.
pub(super) fn answer(status: u16, body: &str) -> Response {
    Response { status, body: Zeroizing::new(body.as_bytes().to_vec()), retry_after: None, date: None, location: None }
}

/// Returns the error of a connection that broke at `stage`.
pub(super) fn broken(stage: Stage) -> Result<Response, TransportError> {
    Err(TransportError { stage, message: "the connection broke".into() })
}

/// Gives the answers in order and records the requests. An additional request fails the test.
pub(super) struct MockHttp {
    answers: Mutex<VecDeque<Result<Response, TransportError>>>,
    pub(super) requests: Mutex<Vec<Request>>,
}

impl MockHttp {
    pub(super) fn new<const N: usize>(answers: [Response; N]) -> Self {
        MockHttp { answers: Mutex::new(answers.into_iter().map(Ok).collect()), requests: Mutex::default() }
    }

    /// Breaks the connection after the answers so far.
    pub(super) fn then_broken(self) -> Self {
        self.then_failing(Stage::Unknown)
    }

    /// Adds a failure of the transport.
    pub(super) fn then_failing(self, stage: Stage) -> Self {
        self.answers.lock().unwrap().push_back(broken(stage));
        self
    }

    /// Adds an answer.
    pub(super) fn then(self, answer: Response) -> Self {
        self.answers.lock().unwrap().push_back(Ok(answer));
        self
    }

    /// Returns the fields of the request at `index`, one a line, sorted.
    pub(super) fn form(&self, index: usize) -> String {
        let requests = self.requests.lock().unwrap();
        let form = requests[index].form().expect("a form");
        let mut lines: Vec<String> = form.iter().map(|(name, value)| format!("{name}={}", value.expose())).collect();
        lines.sort();
        lines.join("\n")
    }

    pub(super) fn url(&self, index: usize) -> String {
        self.requests.lock().unwrap()[index].url.clone()
    }

    /// Returns the number of unused answers.
    pub(super) fn left(&self) -> usize {
        self.answers.lock().unwrap().len()
    }
}

impl MockHttp {
    fn exchange(&self, request: &Request) -> Result<Response, TransportError> {
        self.requests.lock().unwrap().push(request.clone());
        self.answers.lock().unwrap().pop_front().expect("a request that the test did not foresee")
    }
}

impl Http for MockHttp {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move { self.exchange(request) })
    }
}

/// A clock that advances only when it sleeps. The wall clock does not move.
#[derive(Default)]
pub(super) struct SteppedClock {
    milliseconds: AtomicU64,
    longest_sleep: AtomicU64,
}

impl SteppedClock {
    pub(super) fn seconds(&self) -> u64 {
        self.elapsed().as_secs()
    }

    pub(super) fn longest_sleep(&self) -> Duration {
        Duration::from_millis(self.longest_sleep.load(Ordering::Relaxed))
    }
}

impl Clock for SteppedClock {
    fn now(&self) -> Timestamp {
        Timestamp(1_700_000_000)
    }

    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.milliseconds.load(Ordering::Relaxed))
    }

    fn sleep(&self, wait: Duration) {
        let wait = u64::try_from(wait.as_millis()).unwrap();
        self.milliseconds.fetch_add(wait, Ordering::Relaxed);
        self.longest_sleep.fetch_max(wait, Ordering::Relaxed);
    }
}
