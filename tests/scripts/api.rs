//! An API on loopback that records the requests, and a provider whose tokens have numbers.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::json;
use tiny_http::{Header, Response, Server};

use crate::support::provider::Provider;

/// A request that an API has seen.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The `Authorization` header.
    pub(crate) authorization: Option<String>,
    pub(crate) body: String,
}

/// An answer: status, headers, body.
pub(crate) type Answer = (u16, Vec<(&'static str, String)>, String);

/// An API that answers until it is dropped.
pub(crate) struct Api {
    server: Arc<Server>,
    seen: Arc<Mutex<Vec<Seen>>>,
    thread: Option<JoinHandle<()>>,
}

impl Api {
    /// Starts an API at this address, on a free port.
    pub(crate) fn at(address: impl Into<IpAddr>, answer: impl Fn(&Seen) -> Answer + Send + 'static) -> Api {
        let server = Arc::new(Server::http((address.into(), 0)).unwrap());
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let (serving, recorded) = (server.clone(), seen.clone());
        let thread = std::thread::spawn(move || {
            for mut request in serving.incoming_requests() {
                let mut body = String::new();
                if request.as_reader().read_to_string(&mut body).is_err() {
                    continue;
                }
                let authorization = request.headers().iter().find(|header| header.field.equiv("Authorization"));
                let authorization = authorization.map(|header| header.value.to_string());
                let (method, path) = (request.method().to_string(), request.url().to_owned());
                let now = Seen { method, path, authorization, body };
                recorded.lock().unwrap().push(now.clone());
                let (status, headers, text) = answer(&now);
                let mut response = Response::from_string(text).with_status_code(status);
                for (name, value) in headers {
                    response.add_header(Header::from_bytes(name, value).unwrap());
                }
                let _ = request.respond(response);
            }
        });
        Api { server, seen, thread: Some(thread) }
    }

    /// Starts an API that answers each request with its token.
    pub(crate) fn start() -> Api {
        Api::answering(|seen| (200, Vec::new(), seen.authorization.clone().unwrap_or_default()))
    }

    /// Starts an API on 127.0.0.1.
    pub(crate) fn answering(answer: impl Fn(&Seen) -> Answer + Send + 'static) -> Api {
        Api::at(Ipv4Addr::LOCALHOST, answer)
    }

    /// Returns the URL of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.server_addr())
    }

    /// Returns the host and the port.
    pub(crate) fn host(&self) -> String {
        self.server.server_addr().to_string()
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Returns the tokens of all requests.
    pub(crate) fn tokens(&self) -> Vec<String> {
        let header = |seen: &Seen| seen.authorization.clone().unwrap_or_default();
        self.seen().iter().map(|seen| header(seen).trim_start_matches("Bearer ").to_owned()).collect()
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// Starts a provider whose tokens are valid for `seconds` and are named `AT-1`, `AT-2` and so on. `may_issue` decides by
/// the number of the request and its form.
pub(crate) fn numbered(seconds: u32, may_issue: impl Fn(u32, &str) -> bool + Send + 'static) -> Provider {
    let issued = Mutex::new(0);
    Provider::start(move |path, form| {
        if !path.ends_with("/token") {
            return (200, json!(null));
        }
        let mut issued = issued.lock().unwrap();
        *issued += 1;
        if !may_issue(*issued, form) {
            return (503, json!({ "error": "temporarily_unavailable" }));
        }
        let scope = form.split('&').find_map(|field| field.strip_prefix("scope=")).unwrap_or("api%3Aread");
        let scope = percent_encoding::percent_decode_str(&scope.replace('+', " ")).decode_utf8_lossy().into_owned();
        let tokens = json!({
            "access_token": format!("AT-{issued}"), "refresh_token": format!("RT-{issued}"), "token_type": "Bearer",
            "expires_in": seconds, "scope": scope
        });
        (200, tokens)
    })
}
