//! A server with a script of expected requests and answers. It fails the test at an unexpected request, and at the end
//! if an expected request has not come.

use std::collections::VecDeque;
use std::sync::Mutex;

use serde_json::Value;
use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::{FieldValue, Http, Request, Response, Stage, TransportError};
use tokcache_core::time::Timestamp;
use zeroize::Zeroizing;

/// An expected request: the end of the URL, and some of the form fields.
pub(crate) struct Want {
    url: &'static str,
    fields: Vec<(&'static str, String)>,
}

/// A request and its answer.
pub(crate) struct Exchange {
    want: Want,
    answer: Result<Response, TransportError>,
}

pub(crate) fn want<'a>(url: &'static str, fields: impl IntoIterator<Item = (&'static str, &'a str)>) -> Want {
    Want { url, fields: fields.into_iter().map(|(name, value)| (name, value.to_owned())).collect() }
}

/// Returns an answer with `status` and a JSON body.
fn answer(status: u16, body: &Value) -> Result<Response, TransportError> {
    Ok(Response {
        status,
        body: Zeroizing::new(body.to_string().into_bytes()),
        retry_after: None,
        date: None,
        location: None,
    })
}

impl Want {
    pub(crate) fn and_answer(self, status: u16, body: &Value) -> Exchange {
        Exchange { want: self, answer: answer(status, body) }
    }

    /// Breaks the connection after the request was sent, so that the server may have processed it.
    pub(crate) fn and_lose_the_answer(self) -> Exchange {
        let error = TransportError { stage: Stage::Unknown, message: "the answer was lost".to_owned() };
        Exchange { want: self, answer: Err(error) }
    }

    /// Breaks the connection before the request is sent.
    pub(crate) fn and_refuse_connection(self) -> Exchange {
        let error = TransportError { stage: Stage::NotSent, message: "connection refused".to_owned() };
        Exchange { want: self, answer: Err(error) }
    }

    /// Answers as if the host had no address any more.
    pub(crate) fn and_find_no_host(self) -> Exchange {
        let error = TransportError { stage: Stage::NoSuchHost, message: "no such host".to_owned() };
        Exchange { want: self, answer: Err(error) }
    }
}

impl Exchange {
    /// Adds a `Retry-After` to the answer.
    pub(crate) fn retry_after(mut self, seconds: u64) -> Exchange {
        self.answer.as_mut().unwrap().retry_after = Some(seconds);
        self
    }

    /// Adds a `Date` to the answer.
    pub(crate) fn dated(mut self, seconds: i64) -> Exchange {
        self.answer.as_mut().unwrap().date = Some(Timestamp(seconds));
        self
    }
}

pub(crate) struct ScriptedServer {
    script: Mutex<VecDeque<Exchange>>,
}

impl ScriptedServer {
    pub(crate) fn new() -> Self {
        ScriptedServer { script: Mutex::new(VecDeque::new()) }
    }

    /// Expects `exchanges` next, and nothing else.
    pub(crate) fn expects(&self, exchanges: impl IntoIterator<Item = Exchange>) {
        self.script.lock().unwrap().extend(exchanges);
    }

    /// Asserts that every exchange has taken place.
    pub(crate) fn assert_finished(&self) {
        let script = self.script.lock().unwrap();
        assert!(script.is_empty(), "never asked: {:?}", script.iter().map(|next| next.want.url).collect::<Vec<_>>());
    }
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.assert_finished();
        }
    }
}

impl ScriptedServer {
    fn exchange(&self, request: &Request) -> Result<Response, TransportError> {
        let exchange = self.script.lock().unwrap().pop_front();
        let Exchange { want, answer } = exchange.unwrap_or_else(|| panic!("unwanted request to {}", request.url));
        assert!(request.url.ends_with(want.url), "wanted {}, got {}", want.url, request.url);
        for (name, value) in &want.fields {
            let sent = request.form().and_then(|form| form.get(name)).map(FieldValue::expose);
            assert_eq!(sent, Some(value.as_str()), "field {name} of {}", request.url);
        }
        answer
    }
}

impl Http for ScriptedServer {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move { self.exchange(request) })
    }
}

/// A server that calls `act` during each request.
pub(crate) struct Meanwhile<'a> {
    pub(crate) server: &'a ScriptedServer,
    pub(crate) act: &'a (dyn Fn() + Sync),
}

impl Meanwhile<'_> {
    fn exchange(&self, request: &Request) -> Result<Response, TransportError> {
        (self.act)();
        self.server.exchange(request)
    }
}

impl Http for Meanwhile<'_> {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move { self.exchange(request) })
    }
}
