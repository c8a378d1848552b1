//! The common part of the web applications of the tests: a server on loopback, and users whose providers rotate refresh
//! tokens.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use tokcache_core::acquire::{AcquireError, ConfidentialClient, NoCredential, SilentRequest};
use tokcache_core::store::{Change, MemoryStore, Partition, Store, StoreError, Update};
use tokcache_core::types::{HomeAccountId, ScopeSet};
use tokcache_testing::TokioClock;
use tokcache_testing::provider::{ISSUER, RotatingProvider, expired_sign_in, registration};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tower_sessions::{SessionManagerLayer, SessionStore};

/// The answer of a handler.
pub(crate) type Reply = Result<String, (StatusCode, String)>;

/// A failure of the application itself.
pub(crate) fn broken(error: impl Display) -> (StatusCode, String) {
    (StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}

pub(crate) fn not_signed_in() -> (StatusCode, String) {
    (StatusCode::UNAUTHORIZED, "sign in first".to_owned())
}

/// A web application that runs until it is dropped.
pub(crate) struct Server {
    pub(crate) url: String,
    _runtime: Runtime,
}

impl Server {
    /// Serves `routes` behind sessions that lie in `sessions`.
    pub(crate) fn start(routes: Router, sessions: impl SessionStore + Clone) -> Self {
        // The browsers of the tests do not come by TLS.
        let routes = routes.layer(SessionManagerLayer::new(sessions).with_secure(false));
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(async { axum::serve(listener, routes).await });
        Server { url, _runtime: runtime }
    }
}

/// A user, and the provider at which nobody else signs in.
pub(crate) struct User {
    pub(crate) id: HomeAccountId,
    pub(crate) provider: Arc<RotatingProvider<'static>>,
    /// Its store is another one for each request.
    client: ConfidentialClient,
}

impl User {
    /// A user whose provider takes `time` for an answer.
    pub(crate) fn new(name: &str, time: Duration) -> Self {
        let clock: &TokioClock = Box::leak(Box::default());
        let provider = Arc::new(RotatingProvider::new(clock, time));
        let (credential, clock) = (Arc::new(NoCredential), Arc::new(TokioClock::new()));
        let store = Arc::new(MemoryStore::new());
        let client = ConfidentialClient::new(registration(ISSUER), credential, store, provider.clone(), clock);
        User { id: HomeAccountId::new(name), provider, client }
    }

    /// Puts the tokens of a sign-in into the store, as `finish_sign_in` does. The access token has expired.
    pub(crate) async fn sign_in(&self, store: &dyn Store) -> Result<(), StoreError> {
        let document = String::from_utf8(expired_sign_in(ISSUER)).unwrap().replace("alice", self.id.as_str());
        let put = &mut |_: Option<&[u8]>| Change::Replace(document.as_bytes().to_vec().into());
        store.update(&Partition::user(&self.id), Update::default(), put).await.map(drop)
    }

    /// Returns whose token it is, and an access token; one that was not there before, if `is_forced`.
    ///
    /// In a task of its own, as the browser may go away during a refresh, and the handler with it.
    pub(crate) async fn token(&self, store: Arc<dyn Store>, is_forced: bool) -> Reply {
        let (client, user) = (ConfidentialClient { store, ..self.client.clone() }, self.id.clone());
        let scopes = ScopeSet::parse("api.read");
        let request = SilentRequest { scopes, force_refresh: is_forced, ..SilentRequest::default() };
        let token = tokio::spawn(async move { client.acquire_token_silent(&user, &request).await });
        match token.await.map_err(broken)? {
            Ok(token) => Ok(format!("{} has {}", token.account.unwrap().username, token.access_token.expose())),
            Err(AcquireError::Store(error)) if error.is_retryable() => {
                Err((StatusCode::SERVICE_UNAVAILABLE, error.to_string()))
            }
            Err(AcquireError::Store(error)) => Err(broken(error)),
            Err(error) => Err((StatusCode::UNAUTHORIZED, error.to_string())),
        }
    }
}
