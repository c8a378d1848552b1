//! The result of every way to get a token.

use std::time::Duration;

use super::AcquireError;
use crate::cache::{AccessTokenEntry, Account, Grant, MinValid};
use crate::secret::AccessToken;
use crate::time::Timestamp;
use crate::types::{Realm, ScopeSet};

/// A valid access token with its properties.
#[derive(Debug)]
pub struct AuthenticationResult {
    /// The token.
    pub access_token: AccessToken,
    /// The type that the server named, usually `Bearer` (RFC 6749 §7.1).
    pub token_type: String,
    /// The time of expiry.
    pub expires_on: Timestamp,
    /// Whether the server sent no lifetime, so that `expires_on` is only a placeholder.
    pub is_lifetime_unknown: bool,
    /// The granted scopes.
    pub scopes: ScopeSet,
    /// The user of the token. `None`: the token is the client's own.
    pub account: Option<Account>,
    /// The tenant under which the token is cached.
    pub realm: Realm,
    /// The origin of the token.
    pub source: Source,
}

/// The origin of a token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Source {
    /// The cache.
    Cache,
    /// A sign-in by a person.
    Login,
    /// A refresh.
    Refresh,
    /// The client credentials grant (RFC 6749 §4.4).
    ClientCredentials,
    /// The platform, for a managed identity.
    ManagedIdentity,
    /// The on-behalf-of flow of Microsoft's providers.
    OnBehalfOf,
    /// A token exchange (RFC 8693).
    TokenExchange,
}

impl Source {
    /// Whether the token is on behalf of a user, whose token the client has exchanged.
    pub(super) fn is_for_user(self) -> bool {
        matches!(self, Source::OnBehalfOf | Source::TokenExchange)
    }
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

    /// Returns the token if it is valid long enough.
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
