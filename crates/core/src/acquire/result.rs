//! What every way to a token ends with.

use std::time::Duration;

use super::AcquireError;
use crate::cache::{AccessTokenEntry, Account, Grant, MinValid};
use crate::secret::AccessToken;
use crate::time::Timestamp;
use crate::types::{Realm, ScopeSet};

/// A valid access token and what is known of it.
#[derive(Debug)]
pub struct AuthenticationResult {
    /// The token.
    pub access_token: AccessToken,
    /// As the server named it, usually `Bearer` (RFC 6749 §7.1).
    pub token_type: String,
    /// When it ends.
    pub expires_on: Timestamp,
    /// Whether the server told no lifetime, so that `expires_on` is nobody's promise.
    pub is_lifetime_unknown: bool,
    /// What was granted.
    pub scopes: ScopeSet,
    /// The user that the token is for. `None`: the token is the client's own.
    pub account: Option<Account>,
    /// The tenant under which it is cached.
    pub realm: Realm,
    /// Where it came from.
    pub source: Source,
}

/// Where a token came from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Source {
    /// It was cached.
    Cache,
    /// A person has just signed in.
    Login,
    /// The server issued it for a refresh token.
    Refresh,
    /// The server issued it to the client, for itself or on behalf of a caller.
    Exchange,
}

impl AuthenticationResult {
    /// Returns the token of a grant that was issued at `now`.
    pub(super) fn granted(grant: Grant, account: Option<Account>, now: Timestamp, source: Source) -> Self {
        AuthenticationResult {
            access_token: grant.access_token,
            token_type: grant.token_type,
            expires_on: now.plus(Duration::from_secs(grant.expires_in)),
            is_lifetime_unknown: grant.is_lifetime_unknown,
            scopes: grant.scopes,
            account,
            realm: grant.realm,
            source,
        }
    }

    /// The token, if it is valid for so long.
    pub(super) fn ensure_min_valid(self, min_valid: MinValid, now: Timestamp) -> Result<Self, AcquireError> {
        let left = self.expires_on.seconds_since(now).try_into().unwrap_or(0);
        match min_valid {
            MinValid::AtLeast(needed) if left < needed.as_secs() => {
                Err(AcquireError::MinValid { lifetime: left, needed: needed.as_secs() })
            }
            _ => Ok(self),
        }
    }

    /// Returns a token from the cache.
    pub(super) fn cached(token: AccessTokenEntry, account: impl Into<Option<Account>>) -> Self {
        AuthenticationResult {
            access_token: token.secret,
            token_type: token.token_type,
            expires_on: token.expires_on,
            is_lifetime_unknown: token.is_lifetime_unknown,
            scopes: token.scopes,
            account: account.into(),
            realm: token.realm,
            source: Source::Cache,
        }
    }
}
