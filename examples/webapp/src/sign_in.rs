//! Sign-in and sign-out.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, RawQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use tokcache_core::acquire::{AcquireError, AuthorizationCodeSignIn};
use tokcache_core::types::HomeAccountId;
use tower_cookies::Cookies;
use tower_sessions::Session;

use crate::app::App;
use crate::failure::Failure;
use crate::pages;
use crate::pending::Pending;

/// The user, as the session remembers it. The tokens are in the store.
#[derive(Deserialize, Serialize)]
pub(crate) struct User {
    /// The identifier of the user at the provider.
    pub(crate) home_account_id: String,
    /// The name to show.
    pub(crate) name: String,
    /// The user name.
    pub(crate) username: String,
}

impl User {
    const KEY: &str = "user";

    /// Returns the identifier that the user's token cache is named by.
    pub(crate) fn id(&self) -> HomeAccountId {
        HomeAccountId::new(self.home_account_id.as_str())
    }

    /// Returns the user of a session, if one is signed in.
    pub(crate) async fn of(session: &Session) -> Result<Option<Self>, Failure> {
        Ok(session.get(User::KEY).await?)
    }
}

#[derive(Deserialize)]
pub(crate) struct SignInForm {
    #[serde(default)]
    return_to: String,
}

/// `POST /sign-in`: sends the browser to the provider.
pub(crate) async fn begin(
    State(app): State<Arc<App>>,
    session: Session,
    cookies: Cookies,
    Form(form): Form<SignInForm>,
) -> Result<Response, Failure> {
    let sign_in = AuthorizationCodeSignIn {
        redirect_uri: format!("{}/callback", app.origin),
        scopes: app.scopes.clone(),
        ..AuthorizationCodeSignIn::default()
    };
    let authorization = app.client(&session).await?.begin_sign_in(&sign_in).await?;
    let url = authorization.url.clone();
    let return_to = local_path(&form.return_to).unwrap_or("/").to_owned();
    Pending { authorization, return_to }.keep(&app, &cookies).await?;
    Ok(leave_for(&url))
}

#[derive(Deserialize)]
pub(crate) struct Callback {
    #[serde(default)]
    state: String,
}

/// `GET /callback`: the browser comes back from the provider.
pub(crate) async fn finish(
    State(app): State<Arc<App>>,
    session: Session,
    cookies: Cookies,
    RawQuery(query): RawQuery,
    Query(callback): Query<Callback>,
) -> Result<Redirect, Failure> {
    let pending = Pending::take(&app, &cookies, &callback.state).await?.ok_or(Failure::NoPendingSignIn)?;
    let client = app.client_with(app.tokens.begin(&session).await?);
    let signed_in = client.finish_sign_in(&pending.authorization, &query.unwrap_or_default()).await?;
    let (account, name) = (signed_in.account, signed_in.name);
    let name = name.unwrap_or_else(|| account.username.clone());
    let user = User { home_account_id: account.home_account_id.to_string(), name, username: account.username };
    // Nobody who knew the identifier before is signed in by it now (session fixation).
    session.cycle_id().await?;
    session.insert(User::KEY, user).await?;
    session.save().await?;
    Ok(Redirect::to(&pending.return_to))
}

/// `POST /sign-out`: ends the session here and at the provider, and forgets the tokens.
pub(crate) async fn end(State(app): State<Arc<App>>, session: Session) -> Result<Response, Failure> {
    let Some(user) = User::of(&session).await? else { return Ok(Redirect::to("/").into_response()) };
    let client = app.client(&session).await?;
    // The provider may be down: that keeps nobody from signing out here.
    let url = client.end_session_url(&user.id(), Some(&format!("{}/", app.origin)), None).await;
    match client.sign_out(&user.id(), true).await {
        // Nothing in a damaged cache can be revoked. The next sign-in begins with an empty one.
        Err(AcquireError::Store(error)) if !error.is_retryable() => {
            let removed = client.store.remove(&client.partition_of(&user.id())).await;
            removed.map_err(AcquireError::from)?;
        }
        outcome => drop(outcome?),
    }
    app.tokens.end(&session).await?;
    Ok(match url {
        Ok(Some(url)) => leave_for(&url),
        _ => Redirect::to("/").into_response(),
    })
}

/// Sends the browser to another site after a form of this site was posted. A redirect would not do: Chromium applies the
/// page's `form-action` to every redirect that follows, and where the provider sends the browser nobody here knows. The
/// URL is in a header only, because it can hold the user's ID token.
fn leave_for(url: &str) -> Response {
    let mut response = pages::leaving(url).into_response();
    if let Ok(refresh) = HeaderValue::from_str(&format!("0; url={url}")) {
        response.headers_mut().insert(header::REFRESH, refresh);
    }
    response
}

/// Returns the text if it is a path of this app. Browsers read `//host` and `/\host` as another host, and leave out tabs
/// and line ends.
fn local_path(text: &str) -> Option<&str> {
    let is_path = text.starts_with('/') && !text.starts_with("//");
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (is_path && is_plain).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_this_app_is_returned_to() {
        for path in ["/", "/api", "/api?x=1&y=%2F%2Fevil", "/a//b", "/@evil", "/:80"] {
            assert_eq!(local_path(path), Some(path));
        }
        let evil = [
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/a\\b",
            "/\t/evil.example",
            "/\n/evil.example",
            "\t//evil.example",
            " //evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "evil",
            "",
            "/\u{2028}",
            "/ü",
            "/\u{0}",
            "/ /evil.example",
        ];
        for path in evil {
            assert_eq!(local_path(path), None, "{path:?}");
        }
    }
}
