//! A provider that rotates refresh tokens, and a user who has signed in there.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde::Serialize as _;
use serde_json::ser::{PrettyFormatter, Serializer};
use serde_json::{Value, json};
use tokcache_core::acquire::Registration;
use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::{Authority, Endpoint, Endpoints, FieldValue, Http, Request, Response, TransportError};
use tokcache_core::store::mutex::locked;
use tokcache_core::time::Clock;
use tokcache_core::types::ClientId;

/// The authority of a provider that is no server.
pub const ISSUER: &str = "https://idp.example.com";

/// The refresh tokens of one sign-in. The first one is `RT-0`; the answer to the n-th request has `AT-n` and `RT-n`. If an
/// old refresh token is used again, the sign-in is revoked.
pub struct Rotation {
    requests: AtomicUsize,
    /// The valid refresh token; `None` once the sign-in is revoked.
    valid: Mutex<Option<String>>,
    is_tolerant: AtomicBool,
}

impl Rotation {
    /// Returns how often a refresh token was sent.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// Returns whether the sign-in is not revoked.
    pub fn is_signed_in(&self) -> bool {
        locked(&self.valid).is_some()
    }

    /// Revokes the sign-in.
    pub fn revoke(&self) {
        *locked(&self.valid) = None;
    }

    /// Accepts old refresh tokens from now on, as a provider with a grace period does.
    pub fn tolerate_reuse(&self) {
        self.is_tolerant.store(true, Ordering::SeqCst);
    }

    /// Returns the status and the body of the answer to a refresh token.
    pub fn redeem(&self, refresh_token: &str) -> (u16, Value) {
        let number = self.requests.fetch_add(1, Ordering::SeqCst) + 1;
        let mut valid = locked(&self.valid);
        let is_old = valid.as_deref() != Some(refresh_token);
        if valid.is_none() || is_old && !self.is_tolerant.load(Ordering::SeqCst) {
            *valid = None;
            return (400, json!({"error": "invalid_grant"}));
        }
        *valid = Some(format!("RT-{number}"));
        let answer = json!({
            "access_token": format!("AT-{number}"), "token_type": "Bearer", "expires_in": 3600,
            "refresh_token": format!("RT-{number}"), "scope": "api.read",
        });
        (200, answer)
    }
}

impl Default for Rotation {
    fn default() -> Self {
        let valid = Mutex::new(Some("RT-0".to_owned()));
        Rotation { requests: AtomicUsize::new(0), valid, is_tolerant: AtomicBool::new(false) }
    }
}

/// A provider in the process of the test.
pub struct RotatingProvider<'a> {
    /// The refresh tokens.
    pub rotation: Rotation,
    clock: &'a dyn Clock,
    time: Duration,
    meanwhile: Box<dyn Fn() + Send + Sync + 'a>,
}

impl<'a> RotatingProvider<'a> {
    /// Returns a provider that takes `time` for an answer, by this clock.
    pub fn new(clock: &'a dyn Clock, time: Duration) -> Self {
        RotatingProvider { rotation: Rotation::default(), clock, time, meanwhile: Box::new(|| {}) }
    }

    /// Runs `meanwhile` while a request is in flight, when the refresh token is redeemed.
    #[must_use]
    pub fn meanwhile(self, meanwhile: impl Fn() + Send + Sync + 'a) -> Self {
        RotatingProvider { meanwhile: Box::new(meanwhile), ..self }
    }
}

impl Http for RotatingProvider<'_> {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move {
            let sent = request.form().and_then(|form| form.get("refresh_token")).map(FieldValue::expose);
            let (status, body) = self.rotation.redeem(sent.unwrap_or_default());
            self.clock.delay(self.time).await;
            (self.meanwhile)();
            let body = body.to_string().into_bytes().into();
            Ok(Response { status, body, retry_after: None, date: None, location: None })
        })
    }
}

/// Returns the client `app` at an authority, whose token endpoint is known.
pub fn registration(authority: &str) -> Registration {
    let token = Endpoint::parse(&format!("{authority}/token")).expect("a token endpoint");
    Registration {
        endpoints: Endpoints { token: Some(token), ..Endpoints::default() },
        ..Registration::new(Authority::parse(authority, None).expect("an authority"), ClientId::new("app"))
    }
}

/// Returns the document of alice, who has signed in to the client `app` at an authority. The access token for `api.read`
/// has expired, and the refresh token is `RT-0`.
pub fn expired_sign_in(authority: &str) -> Vec<u8> {
    let parsed = Authority::parse(authority, None).expect("an authority");
    let (environment, realm) = (parsed.environment(), parsed.realm());
    let (environment, realm) = (environment.canonical(), realm.as_str());
    let document = json!({
        "AccessToken": {"a": {"credential_type": "AccessToken", "secret": "AT-0", "home_account_id": "alice",
            "environment": environment, "client_id": "app", "target": "api.read", "realm": realm,
            "cached_at": "1699990000", "expires_on": "1699993600", "authority": authority}},
        "RefreshToken": {"r": {"credential_type": "RefreshToken", "secret": "RT-0", "home_account_id": "alice",
            "environment": environment, "client_id": "app", "target": "api.read",
            "last_modification_time": "1699990000", "authority": authority}},
        "Account": {"alice": {"home_account_id": "alice", "environment": environment, "realm": realm,
            "local_account_id": "alice", "username": "alice@example.com", "authority_type": "OIDC",
            "authority": authority}},
    });
    // In MSAL Python's format. After a save beside MSAL Node, the store would be read again.
    let mut bytes = Vec::new();
    let mut indented = Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(b"    "));
    document.serialize(&mut indented).expect("a document");
    bytes
}
