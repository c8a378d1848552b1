//! The state that all requests share, and the routes.

use std::sync::Arc;

use axum::Router;
use axum::http::header;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use tokcache_core::acquire::{ConfidentialClient, Credential, ProviderMetadata, Registration, SilentRequest};
use tokcache_core::oauth::Http;
use tokcache_core::store::Store;
use tokcache_core::time::Clock;
use tokcache_core::types::ScopeSet;
use tower_sessions::cookie::SameSite;
use tower_sessions::{Expiry, Session, SessionManagerLayer};

use crate::failure::Failure;
use crate::sessions::StoredSessions;
use crate::stores::Tokens;
use crate::{guard, pages, sign_in};

/// How long a user stays signed in to the app.
const SESSION_LIFETIME: time::Duration = time::Duration::hours(12);

/// The state of the server.
pub struct App {
    /// The client and the authorization server.
    pub registration: Registration,
    /// The credential of the client.
    pub credential: Arc<dyn Credential>,
    /// The scopes that users consent to, and that the API wants.
    pub scopes: ScopeSet,
    /// The URL of the API.
    pub api: String,
    /// The URL of the app without a path, as browsers see it.
    pub origin: String,
    /// The place of the tokens.
    pub tokens: Tokens,
    /// The sessions.
    pub sessions: StoredSessions,
    /// The network.
    pub http: Arc<dyn Http>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The provider's endpoints and keys, once they are known.
    pub metadata: Arc<ProviderMetadata>,
}

impl App {
    /// Returns the client with the tokens of the session's user.
    pub(crate) async fn client(&self, session: &Session) -> Result<ConfidentialClient, Failure> {
        Ok(self.client_with(self.tokens.of(session).await?))
    }

    /// Returns the client with the tokens in this store.
    pub(crate) fn client_with(&self, tokens: Arc<dyn Store>) -> ConfidentialClient {
        ConfidentialClient {
            metadata: Arc::clone(&self.metadata),
            ..ConfidentialClient::new(
                self.registration.clone(),
                Arc::clone(&self.credential),
                tokens,
                Arc::clone(&self.http),
                Arc::clone(&self.clock),
            )
        }
    }

    /// Returns a request for the token that the API wants.
    pub(crate) fn token_request(&self) -> SilentRequest {
        SilentRequest { scopes: self.scopes.clone(), ..SilentRequest::default() }
    }

    /// Whether browsers reach the app by https.
    pub(crate) fn is_secure(&self) -> bool {
        self.origin.starts_with("https:")
    }

    /// Returns the name of a cookie. With `__Host-` before it, no other host can set the cookie (RFC 6265bis §4.1.3.2).
    pub(crate) fn cookie_name(&self, name: &str) -> String {
        if self.is_secure() { format!("__Host-{name}") } else { name.to_owned() }
    }
}

/// Returns the handlers of all addresses.
pub fn router(app: Arc<App>) -> Router {
    let sessions = SessionManagerLayer::new(app.sessions.clone())
        .with_name(app.cookie_name("session"))
        .with_secure(app.is_secure())
        // Not `Strict`: the browser comes back from the provider, which is another site.
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(SESSION_LIFETIME));
    Router::new()
        .route("/", get(pages::home))
        .route("/api", get(pages::call_api))
        .route("/sign-in", post(sign_in::begin))
        .route("/callback", get(sign_in::finish))
        .route("/sign-out", post(sign_in::end))
        .fallback(pages::not_found)
        .layer(sessions)
        .route("/style.css", get(([(header::CONTENT_TYPE, "text/css")], include_str!("../static/style.css"))))
        .route("/icon.svg", get(([(header::CONTENT_TYPE, "image/svg+xml")], include_str!("../static/icon.svg"))))
        .layer(from_fn_with_state(Arc::clone(&app), guard::protect))
        .with_state(app)
}
