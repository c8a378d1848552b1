//! What every way to a token ends with.

use std::time::Duration;

use crate::cache::{AccessTokenEntry, Account, Grant};
use crate::secret::AccessToken;
use crate::terms::{Realm, ScopeSet};
use crate::time::Timestamp;

/// A valid access token and what is known of it.
#[derive(Debug)]
pub struct AuthenticationResult {
    /// The token.
    pub access_token: AccessToken,
    /// As the server named it, usually `Bearer` (RFC 6749 §7.1).
    pub token_type: String,
    /// When it ends.
    pub expires_on: Timestamp,
    /// What was granted.
    pub scopes: ScopeSet,
    /// Whose it is.
    pub account: Account,
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
    /// It was bought with a refresh token.
    Refresh,
}

impl AuthenticationResult {
    /// What a grant brought that was issued at `now`.
    pub(super) fn granted(grant: Grant, account: Account, now: Timestamp, source: Source) -> Self {
        AuthenticationResult {
            access_token: grant.access_token,
            token_type: grant.token_type,
            expires_on: now.plus(Duration::from_secs(grant.expires_in)),
            scopes: grant.scopes,
            account,
            realm: grant.realm,
            source,
        }
    }

    pub(super) fn cached(token: AccessTokenEntry, account: Account) -> Self {
        AuthenticationResult {
            access_token: token.secret,
            token_type: token.token_type,
            expires_on: token.expires_on,
            scopes: token.scopes,
            account,
            realm: token.realm,
            source: Source::Cache,
        }
    }
}
