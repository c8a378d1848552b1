//! A server and a clock that do as they are told.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use zeroize::Zeroizing;

use super::http::{Body, Http, Request, Response, Stage, TransportError};
use crate::time::{Clock, Timestamp};

/// An answer with no headers that matter.
pub(super) fn answer(status: u16, body: &str) -> Response {
    Response { status, body: Zeroizing::new(body.as_bytes().to_vec()), retry_after: None, date: None, location: None }
}

/// Gives the answers in order and keeps the requests. A request too many fails the test.
pub(super) struct Scripted {
    answers: Mutex<VecDeque<Result<Response, TransportError>>>,
    pub(super) requests: Mutex<Vec<Request>>,
}

impl Scripted {
    pub(super) fn new<const N: usize>(answers: [Response; N]) -> Self {
        Scripted { answers: Mutex::new(answers.into_iter().map(Ok).collect()), requests: Mutex::default() }
    }

    /// After the answers so far, a broken connection.
    pub(super) fn then_broken(self) -> Self {
        self.then_failing(Stage::Unknown)
    }

    /// After that, a failure on the way.
    pub(super) fn then_failing(self, stage: Stage) -> Self {
        let error = TransportError { stage, message: "the connection broke".into() };
        self.answers.lock().unwrap().push_back(Err(error));
        self
    }

    /// After that, this answer.
    pub(super) fn then(self, answer: Response) -> Self {
        self.answers.lock().unwrap().push_back(Ok(answer));
        self
    }

    /// The fields of the `index`th request, one in a line, sorted.
    pub(super) fn form(&self, index: usize) -> String {
        let requests = self.requests.lock().unwrap();
        let Body::Form(fields) = &requests[index].body else { panic!("no form") };
        let mut lines: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", value.expose())).collect();
        lines.sort();
        lines.join("\n")
    }

    pub(super) fn url(&self, index: usize) -> String {
        self.requests.lock().unwrap()[index].url.clone()
    }

    /// How many answers were not asked for.
    pub(super) fn left(&self) -> usize {
        self.answers.lock().unwrap().len()
    }
}

impl Http for Scripted {
    fn send(&self, request: &Request) -> Result<Response, TransportError> {
        self.requests.lock().unwrap().push(request.clone());
        self.answers.lock().unwrap().pop_front().expect("a request that the test did not foresee")
    }
}

/// A clock that only sleeping moves; the wall clock stands still.
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
