//! The pages, and the API call.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use tokcache_core::acquire::{AuthenticationResult, Source};
use tokcache_core::oauth::{FieldValue, Request};
use tokcache_core::secret::AccessToken;
use tower_sessions::Session;

use crate::app::App;
use crate::failure::Failure;
use crate::sign_in::User;

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    user: Option<User>,
    store: String,
    provider: String,
}

/// `GET /`
pub(crate) async fn home(State(app): State<Arc<App>>, session: Session) -> Result<Response, Failure> {
    let user = User::of(&session).await?;
    let (store, provider) = (app.tokens.url(), app.registration.authority.url().to_owned());
    Ok(page(StatusCode::OK, &Home { user, store, provider }))
}

#[derive(Template)]
#[template(path = "api.html")]
struct Api {
    user: Option<User>,
    answer: String,
    url: String,
    origin: &'static str,
    is_fresh: bool,
    seconds: i64,
    scopes: String,
    partition: String,
    store: String,
}

/// `GET /api`: calls the API for the user.
pub(crate) async fn call_api(State(app): State<Arc<App>>, session: Session) -> Result<Response, Failure> {
    let user = User::of(&session).await?.ok_or(Failure::SignInNeeded)?;
    let (client, mut request) = (app.client(&session).await?, app.token_request());
    let mut token = client.acquire_token_silent(&user.id(), &request).await?;
    let mut answer = get_with_token(&app, &token).await?;
    if answer.status == 401 {
        // The provider has revoked the token before its time: one refresh says whether the user is still signed in.
        request.force_refresh = true;
        token = client.acquire_token_silent(&user.id(), &request).await?;
        answer = get_with_token(&app, &token).await?;
    }
    if answer.status != 200 {
        return Err(Failure::Api { status: answer.status });
    }
    let page = Api {
        answer: pretty(&answer.body),
        url: app.api.clone(),
        origin: match token.source {
            Source::Cache => "the cache",
            _ => "the provider, by a refresh just now",
        },
        is_fresh: token.source != Source::Cache,
        seconds: token.expires_on.seconds_since(app.clock.now()),
        scopes: token.scopes.to_string(),
        partition: client.partition_of(&user.id()).as_str().to_owned(),
        store: app.tokens.url(),
        user: Some(user),
    };
    Ok(self::page(StatusCode::OK, &page))
}

async fn get_with_token(app: &App, token: &AuthenticationResult) -> Result<tokcache_core::oauth::Response, Failure> {
    let header = AccessToken::new(format!("Bearer {}", token.access_token.expose()));
    let mut request = Request::get(&app.api);
    request.headers.push(("Authorization", FieldValue::secret(&header)));
    app.http.send(&request).await.map_err(|error| Failure::ApiUnreachable { message: error.message })
}

/// Indents JSON.
fn pretty(body: &[u8]) -> String {
    let json: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    json.map_or_else(|| String::from_utf8_lossy(body).into_owned(), |json| format!("{json:#}"))
}

#[derive(Template)]
#[template(path = "leaving.html")]
struct Leaving<'a> {
    user: Option<User>,
    host: &'a str,
}

/// The page that is seen while the browser goes to another site.
pub(crate) fn leaving(url: &str) -> Response {
    let host = url.split_once("://").map_or("", |(_, rest)| rest.split(['/', '?']).next().unwrap_or_default());
    page(StatusCode::OK, &Leaving { user: None, host })
}

/// Any other address.
pub(crate) async fn not_found() -> Failure {
    Failure::NotFound
}

/// Renders a page.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
