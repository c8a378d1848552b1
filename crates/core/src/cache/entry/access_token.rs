use super::asked;
use super::fields::{AUTHORITY, Fields};
use crate::cache::{AskedAndGranted, Defect, Section};
use crate::secret::AccessToken;
use crate::time::Timestamp;
use crate::types::{ClientId, Environment, HomeAccountId, Realm, ScopeSet};

/// The `credential_type` of MSAL Node and .NET for tokens other than bearer tokens.
const WITH_AUTH_SCHEME: &str = "AccessToken_With_AuthScheme";

/// Fields that bind a token to more than the schema's common fields: to an assertion or to extra parameters.
const REQUEST_FIELDS: [&str; 4] = ["additionalCacheKeyComponents", "ext", "userAssertionHash", "user_assertion_hash"];

/// Whether the token's lifetime is known. Other libraries keep this field and use `expires_on`.
pub(in crate::cache) const LIFETIME: &str = "tokcache_lifetime";
pub(in crate::cache) const UNKNOWN: &str = "unknown";
pub(in crate::cache) const SET: &str = "set";

/// By how many seconds this machine's clock was ahead of the provider's when the token arrived, if that is worth noting.
/// Only an explanation reads it, so it is not a part of the entry.
pub(in crate::cache) const CLOCK_OFFSET: &str = "tokcache_clock_offset";

/// A stored access token.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AccessTokenEntry {
    /// The key in the file. It has no meaning.
    pub key: String,
    /// The user; `None` for an application's own token.
    pub home_account_id: Option<HomeAccountId>,
    /// The environment as stored, which may be an alias.
    pub environment: Environment,
    /// The [identity](crate::types::Issuer::identity) of the issuer, if the entry names it.
    pub authority: Option<String>,
    /// The client that the token was issued to.
    pub client_id: ClientId,
    /// The realm as stored; empty if there is none.
    pub realm: Realm,
    /// The granted scopes, `target`.
    pub scopes: ScopeSet,
    /// The requested scopes, if some were not granted under their own names: tokcache's `tokcache_requested_scope`.
    pub requested_scopes: ScopeSet,
    /// The requested scopes that were not granted under any name: tokcache's `tokcache_scope_not_granted`.
    pub scopes_not_granted: ScopeSet,
    /// The token type as the server wrote it; `Bearer` if there is none.
    pub token_type: String,
    /// The token.
    pub secret: AccessToken,
    /// The time of storage.
    pub cached_at: Option<Timestamp>,
    /// The time of expiry.
    pub expires_on: Timestamp,
    /// Whether the server sent no lifetime, so that `expires_on` is only a placeholder: tokcache's `tokcache_lifetime`.
    pub is_lifetime_unknown: bool,
    /// Whether the user set the lifetime at the sign-in, because the server sent none.
    pub is_lifetime_set: bool,
    /// The time of expiry while the server is down. No library uses it.
    pub extended_expires_on: Option<Timestamp>,
    /// The time from which the token should be replaced.
    pub refresh_on: Option<Timestamp>,
    /// The id of the key that the token is bound to.
    pub key_id: Option<String>,
    /// The digest of the extra request parameters.
    pub ext_cache_key: Option<String>,
    /// Whether the token belongs to one particular request: on behalf of a caller, or with another library's own
    /// parameters. Such a token is never served.
    pub is_for_one_request: bool,
}

impl AccessTokenEntry {
    /// Whether it is a bearer token (RFC 6750). Token types are case-insensitive (RFC 6749 §5.1).
    pub fn is_bearer(&self) -> bool {
        self.token_type.eq_ignore_ascii_case("Bearer")
    }

    /// Whether the server recommends a refresh by now: `refresh_on` has passed.
    pub fn is_aging(&self, now: Timestamp) -> bool {
        self.refresh_on.is_some_and(|refresh_on| refresh_on <= now)
    }

    /// Returns the requested scopes and the granted ones, under whatever names the server uses.
    pub fn asked_and_granted(&self) -> AskedAndGranted {
        AskedAndGranted {
            asked: self.requested_scopes.clone(),
            granted: self.scopes.clone(),
            not_granted: self.scopes_not_granted.clone(),
        }
    }

    pub(in crate::cache) fn read(key: &str, fields: &Fields<'_>) -> Result<Self, Defect> {
        let lifetime = fields.lenient(LIFETIME);
        Ok(AccessTokenEntry {
            key: key.to_owned(),
            home_account_id: fields.text("home_account_id")?.map(HomeAccountId::new),
            environment: Environment::new(&fields.required("environment")?),
            authority: fields.text(AUTHORITY)?.map(Into::into),
            client_id: ClientId::new(fields.required("client_id")?),
            realm: Realm::new(fields.text("realm")?.unwrap_or_default()),
            scopes: ScopeSet::parse(&fields.text("target")?.unwrap_or_default()),
            requested_scopes: asked::requested(fields),
            scopes_not_granted: asked::not_granted(fields),
            token_type: token_type(fields)?,
            secret: sendable(fields)?,
            cached_at: fields.lenient_time("cached_at"),
            expires_on: fields.time("expires_on")?.ok_or(Defect::Missing("expires_on"))?,
            is_lifetime_unknown: lifetime.as_deref() == Some(UNKNOWN),
            is_lifetime_set: lifetime.as_deref() == Some(SET),
            extended_expires_on: fields.lenient_time("extended_expires_on"),
            refresh_on: fields.lenient_time("refresh_on"),
            key_id: fields.key_id()?.map(Into::into),
            ext_cache_key: fields.text("ext_cache_key")?.map(Into::into),
            is_for_one_request: REQUEST_FIELDS.iter().any(|name| fields.says_something(name)),
        })
    }
}

/// Returns the token, if it is visible ASCII (RFC 6750 §2.1). Any other character could forge a header or a command, so
/// such a token is unusable.
fn sendable(fields: &Fields<'_>) -> Result<AccessToken, Defect> {
    let secret = AccessToken::new(fields.required("secret")?);
    if secret.is_visible_ascii() { Ok(secret) } else { Err(Defect::NotAHeaderValue("secret")) }
}

fn token_type(fields: &Fields<'_>) -> Result<String, Defect> {
    let token_type = fields.text("token_type")?;
    if fields.lenient("credential_type").is_some_and(|own| own.eq_ignore_ascii_case(WITH_AUTH_SCHEME)) {
        return token_type.map(Into::into).ok_or(Defect::Missing("token_type"));
    }
    fields.check_credential_type(Section::AccessToken)?;
    Ok(token_type.map_or_else(|| "Bearer".to_owned(), Into::into))
}
