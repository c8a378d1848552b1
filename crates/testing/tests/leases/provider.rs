//! The provider, which checks the leases.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::{FieldValue, Http, Request, Response, Stage, TransportError};
use tokcache_core::store::Fence;
use tokcache_core::store::mutex::locked;
use tokcache_core::time::Clock;
use tokcache_testing::{RemoteStore, TokioClock};

use crate::plan::{Answer, Kind};
use crate::watched::Ledger;
use crate::{USERS, partition};

/// A provider that checks, whenever it gets a refresh token, who holds the lease.
pub(crate) struct Provider {
    pub(crate) store: RemoteStore,
    pub(crate) ledger: Arc<Mutex<Ledger>>,
    pub(crate) clock: Arc<TokioClock>,
    pub(crate) answers: Vec<Answer>,
    pub(crate) requests: AtomicUsize,
}

/// One process's connection to the provider.
pub(crate) struct Connection<'a> {
    pub(crate) provider: &'a Provider,
    pub(crate) process: usize,
}

impl Provider {
    async fn answer(&self, process: usize, request: &Request) -> Result<Response, TransportError> {
        let field = |name| request.form().and_then(|form| form.get(name)).map(FieldValue::expose);
        let Some(secret) = field("refresh_token") else { return Ok(response(200, None, &json!({}))) };
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let user = USERS.into_iter().find(|user| secret.starts_with(user)).unwrap();
        let fence = self.check(process, user, secret);
        let Answer { kind, seconds } = self.answers[number % self.answers.len()].clone();
        self.clock.delay(Duration::from_secs(seconds)).await;
        locked(&self.ledger).sent.retain(|(_, sent)| Some(sent) != fence.as_ref());
        let tokens = |refresh_token: Value| {
            json!({"access_token": format!("AT-{number}"), "token_type": "Bearer", "expires_in": 3600,
                   "refresh_token": refresh_token, "scope": "api.read"})
        };
        let failed = |stage| Err(TransportError { stage, message: "no answer".to_owned() });
        match kind {
            Kind::Tokens => Ok(response(200, None, &tokens(json!(format!("{user}-{number}"))))),
            Kind::SameRefreshToken => Ok(response(200, None, &tokens(Value::Null))),
            Kind::Lost => failed(Stage::Unknown),
            Kind::NotSent => failed(Stage::NotSent),
            Kind::Page => Ok(response(200, None, &json!("a web page"))),
            Kind::Unavailable { retry_after } => Ok(response(503, retry_after, &json!({}))),
            Kind::Busy { retry_after } => Ok(response(429, retry_after, &json!({}))),
        }
    }

    /// Checks that the process holds a lease for this user, by the store's own account, and that no other holder is
    /// sending the same refresh token. Returns the lease.
    fn check(&self, process: usize, user: &str, secret: &str) -> Option<Fence> {
        let mut ledger = locked(&self.ledger);
        let is_held = |fence: &Fence| self.store.is_held(&partition(), fence);
        let of_user = |fence: &&Fence| fence.credential.contains(&format!("\naccount {user}\n"));
        let own = ledger.held.get(&process).into_iter().flatten().filter(of_user).find(|fence| is_held(fence));
        let Some(own) = own.cloned() else {
            ledger.violations.push(format!("{secret} is sent without a lease"));
            return None;
        };
        if ledger.sent.iter().any(|(sent, fence)| sent == secret && is_held(fence)) {
            ledger.violations.push(format!("{secret} is sent under two leases"));
        }
        ledger.sent.push((secret.to_owned(), own.clone()));
        Some(own)
    }
}

impl Http for Connection<'_> {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(self.provider.answer(self.process, request))
    }
}

fn response(status: u16, retry_after: Option<u64>, body: &Value) -> Response {
    Response { status, body: body.to_string().into_bytes().into(), retry_after, date: None, location: None }
}
