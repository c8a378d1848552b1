//! Sign-ins that are under way: between the request to the provider and the browser's return.
//!
//! Each has a record and a cookie of its own, so that several tabs can sign in at once, and an anonymous visitor needs no
//! session. The record is deleted when it is read: a sign-in is finished once.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use time::{Duration, OffsetDateTime};
use tokcache_core::oauth::PendingAuthorization;
use tower_cookies::{Cookie, Cookies};
use tower_sessions::SessionStore as _;
use tower_sessions::cookie::SameSite;
use tower_sessions::session::{Id, Record};

use crate::app::App;
use crate::failure::Failure;

/// How long a user has to sign in at the provider.
const LIFETIME: Duration = Duration::minutes(10);

/// A sign-in that is under way.
pub(crate) struct Pending {
    /// The request to the provider.
    pub(crate) authorization: PendingAuthorization,
    /// The path that the user wanted to see.
    pub(crate) return_to: String,
}

impl Pending {
    /// Keeps the sign-in, and binds it to this browser.
    pub(crate) async fn keep(&self, app: &App, cookies: &Cookies) -> Result<(), Failure> {
        let authorization = self.authorization.serialize().as_str().into();
        let data = [("authorization", authorization), ("return_to", self.return_to.as_str().into())];
        let data = data.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let mut record = Record { id: Id::default(), data, expiry_date: OffsetDateTime::now_utc() + LIFETIME };
        app.sessions.create(&mut record).await?;
        let name = cookie_name(app, self.authorization.state.expose());
        let cookie = Cookie::build((name, record.id.to_string())).path("/").max_age(LIFETIME);
        cookies.add(cookie.http_only(true).secure(app.is_secure()).same_site(SameSite::Lax).build());
        Ok(())
    }

    /// Returns the sign-in that this browser has begun with `state`, for the first and last time.
    pub(crate) async fn take(app: &App, cookies: &Cookies, state: &str) -> Result<Option<Self>, Failure> {
        let name = cookie_name(app, state);
        let Some(cookie) = cookies.get(&name) else { return Ok(None) };
        let Ok(id) = cookie.value().parse::<Id>() else { return Ok(None) };
        let record = app.sessions.load(&id).await?;
        app.sessions.delete(&id).await?;
        cookies.remove(Cookie::build(name).path("/").secure(app.is_secure()).build());
        let text = |name: &str| record.as_ref().and_then(|record| record.data.get(name)?.as_str());
        let authorization = text("authorization").and_then(PendingAuthorization::deserialize);
        let return_to = text("return_to").unwrap_or("/").to_owned();
        Ok(authorization.map(|authorization| Pending { authorization, return_to }))
    }
}

/// The provider sends `state` back as anybody may have written it: the digest is a valid name in any case.
fn cookie_name(app: &App, state: &str) -> String {
    let digest = digest(&SHA256, state.as_bytes());
    app.cookie_name(&format!("sign-in-{}", BASE64_URL_SAFE_NO_PAD.encode(&digest.as_ref()[..12])))
}
