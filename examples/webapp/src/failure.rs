//! The failures, each with its page.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokcache_core::acquire::{AcquireError, ErrorKind};
use tokcache_session::SessionError;
use tower_sessions::{session, session_store};

use crate::pages;
use crate::sign_in::User;

/// Seconds after which a browser may try again what a store or a provider could not do.
const RETRY_AFTER: u64 = 5;

/// Why a request could not be answered.
#[derive(Debug)]
pub(crate) enum Failure {
    /// There is no token, or nobody could sign in.
    Acquire(AcquireError),
    /// Another site has made the request.
    AnotherSite,
    /// The API has not done what it was asked.
    Api {
        /// Its status.
        status: u16,
    },
    /// The API has not answered.
    ApiUnreachable {
        /// The reason.
        message: String,
    },
    /// The browser has come back from the provider, and has begun no such sign-in, or has finished it already.
    NoPendingSignIn,
    /// There is no such page.
    NotFound,
    /// The session cannot be read or saved.
    Session(String),
    /// The page is for users who are signed in.
    SignInNeeded,
}

impl From<AcquireError> for Failure {
    fn from(error: AcquireError) -> Self {
        Failure::Acquire(error)
    }
}

impl From<session::Error> for Failure {
    fn from(error: session::Error) -> Self {
        Failure::Session(error.to_string())
    }
}

impl From<session_store::Error> for Failure {
    fn from(error: session_store::Error) -> Self {
        Failure::Session(error.to_string())
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        Failure::Session(error.to_string())
    }
}

#[derive(Template)]
#[template(path = "failure.html")]
struct Page {
    user: Option<User>,
    title: &'static str,
    text: &'static str,
    /// The answer of the provider, the API or the store: never a secret, and escaped by the template.
    detail: Option<String>,
    /// Whether to offer a sign-in, and the path to come back to.
    sign_in: Option<&'static str>,
    /// Whether to offer a sign-out.
    sign_out: bool,
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, retry_after, page) = self.page();
        if status.is_server_error() {
            eprintln!("{} {}: {}", status.as_u16(), page.title, page.detail.as_deref().unwrap_or_default());
        }
        let mut response = pages::page(status, &page);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after));
        }
        response
    }
}

impl Failure {
    /// Returns the status, the seconds until a retry, and the page.
    fn page(self) -> (StatusCode, u64, Page) {
        let page = |title, text| Page { user: None, title, text, detail: None, sign_in: None, sign_out: false };
        match self {
            Failure::Acquire(error) => acquire_page(&error),
            Failure::AnotherSite => {
                let text = "Only a page of this app may send this form. Nothing was done.";
                (StatusCode::FORBIDDEN, 0, page("Request refused", text))
            }
            Failure::Api { status } => {
                let detail = Some(format!("HTTP status {status}"));
                let page =
                    Page { detail, ..page("The API refused", "The token is valid, but the API did not answer.") };
                (StatusCode::BAD_GATEWAY, 0, page)
            }
            Failure::ApiUnreachable { message } => {
                let text = "You are still signed in. Try again in a moment.";
                let page = Page { detail: Some(message), ..page("The API does not answer", text) };
                (StatusCode::SERVICE_UNAVAILABLE, RETRY_AFTER, page)
            }
            Failure::NoPendingSignIn => {
                let text = "This sign-in was finished already, took too long, or was begun in another browser.";
                let page = Page { sign_in: Some("/"), ..page("Start again", text) };
                (StatusCode::BAD_REQUEST, 0, page)
            }
            Failure::NotFound => (StatusCode::NOT_FOUND, 0, page("Not found", "There is no page at this address.")),
            Failure::Session(detail) => store_page(detail),
            Failure::SignInNeeded => {
                let page = Page { sign_in: Some("/api"), ..page("Sign in first", "The API is called in your name.") };
                (StatusCode::FORBIDDEN, 0, page)
            }
        }
    }
}

fn acquire_page(error: &AcquireError) -> (StatusCode, u64, Page) {
    let detail = Some(error.to_string());
    let page =
        |title, text, sign_in| Page { user: None, title, text, detail: detail.clone(), sign_in, sign_out: false };
    match (error.kind(), error) {
        (ErrorKind::Store, error) if error.is_retryable() => store_page(error.to_string()),
        (ErrorKind::Store, _) => {
            let text = "The cache of your tokens is damaged, or in a form that this app does not know. To begin with an \
                        empty one, sign out. Nobody else is affected.";
            let page = Page { sign_out: true, ..page("Your tokens cannot be read", text, None) };
            (StatusCode::INTERNAL_SERVER_ERROR, 0, page)
        }
        // The only failure that asks for the user. An outage never does.
        (ErrorKind::InteractionRequired, _) => {
            let text = "The provider does not renew your sign-in any more.";
            (StatusCode::FORBIDDEN, 0, page("Sign in again", text, Some("/api")))
        }
        (ErrorKind::Unavailable, _) => {
            let text = "Nothing is lost, and you are still signed in if you were. Try again in a moment.";
            let after = match error {
                AcquireError::Unavailable { retry_after: Some(seconds), .. } => *seconds,
                _ => RETRY_AFTER,
            };
            (StatusCode::SERVICE_UNAVAILABLE, after, page("The provider does not answer", text, None))
        }
        (_, AcquireError::AuthorizationResponse(_)) => {
            let text = "The provider has sent you back without signing you in.";
            (StatusCode::BAD_REQUEST, 0, page("You are not signed in", text, Some("/")))
        }
        _ => {
            let text = "The provider has answered, but not as this app needs it.";
            (StatusCode::BAD_GATEWAY, 0, page("The sign-in failed", text, Some("/")))
        }
    }
}

fn store_page(detail: String) -> (StatusCode, u64, Page) {
    let (title, text) = ("The store does not answer", "You are still signed in. Try again in a moment.");
    (
        StatusCode::SERVICE_UNAVAILABLE,
        RETRY_AFTER,
        Page { user: None, title, text, detail: Some(detail), sign_in: None, sign_out: false },
    )
}
