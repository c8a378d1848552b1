//! Protects every handler: refuses requests that another site has made, and tells the browser what pages may do.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use crate::app::App;
use crate::failure::Failure;

/// No script, no frame, nothing from elsewhere; forms go to the app only.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
                                       base-uri 'none'; frame-ancestors 'none'";

/// Headers of every response.
const HEADERS: [(header::HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    // Not `no-referrer`, which would take the origin out of the app's own forms.
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // The back button shows nothing of a user who has signed out.
    (header::CACHE_CONTROL, "no-store"),
];

/// The middleware.
pub(crate) async fn protect(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = match refusal(&app, &request) {
        Some(response) => response,
        // A task of its own goes on when the browser closes the connection: a refresh that was given up in the middle would
        // lose the new refresh token.
        None => match tokio::spawn(next.run(request)).await {
            Ok(response) => response,
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        },
    };
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    if app.is_secure() {
        let year = HeaderValue::from_static("max-age=31536000");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    response
}

fn refusal(app: &App, request: &Request) -> Option<Response> {
    let host = request.headers().get(header::HOST).map(HeaderValue::as_bytes);
    let is_safe = request.method().is_safe();
    // Under another name, such as localhost for 127.0.0.1, the browser would not send the cookies to the redirect URI.
    if is_safe && host != app.origin.split_once("://").map(|(_, host)| host.as_bytes()) {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        return Some(Redirect::temporary(&format!("{}{path}", app.origin)).into_response());
    }
    (!is_safe && !is_same_origin(request.headers(), &app.origin)).then(|| Failure::AnotherSite.into_response())
}

/// Whether a page of the app has made the request. Every browser of today says so in a header that pages cannot set, so
/// that forms need no token, and anonymous visitors no session that remembers one.
fn is_same_origin(headers: &HeaderMap, origin: &str) -> bool {
    headers.get(header::ORIGIN).is_some_and(|sent| sent == origin)
        && headers.get("sec-fetch-site").is_none_or(|site| site == "same-origin")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_of_the_app_may_post() {
        let is_same_origin = |origin: Option<&'static str>, site: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            let mut insert = |name: &'static str, value: Option<&'static str>| {
                value.map(|value| headers.insert(name, HeaderValue::from_static(value)))
            };
            insert("origin", origin);
            insert("sec-fetch-site", site);
            is_same_origin(&headers, "https://app.example")
        };
        assert!(is_same_origin(Some("https://app.example"), Some("same-origin")));
        assert!(is_same_origin(Some("https://app.example"), None));
        for origin in ["https://evil.example", "null", "http://app.example", "https://app.example.evil", ""] {
            assert!(!is_same_origin(Some(origin), None), "{origin}");
        }
        for site in ["cross-site", "same-site", "none"] {
            assert!(!is_same_origin(Some("https://app.example"), Some(site)), "{site}");
        }
        assert!(!is_same_origin(None, Some("same-origin")));
        assert!(!is_same_origin(None, None));
    }
}
