use std::time::Duration;

use crate::types::{ClientId, HomeAccountId, Issuer, Realm, ScopeSet};

/// A query for an access token. All fields must match.
#[derive(Clone, Debug)]
pub struct AccessTokenQuery {
    /// The client that the token was issued to.
    pub client_id: ClientId,
    /// The issuer of the token.
    pub issuer: Issuer,
    /// Realms, of which one must match. For the same authority, some libraries store the authority's tenant and others
    /// the token's.
    pub realms: Vec<Realm>,
    /// The owner of the token.
    pub owner: Owner,
    /// The scopes, all of which must be granted. `openid`, `profile` and `offline_access` are ignored unless the query
    /// has no other scopes, because a server need not repeat them in its response. An empty set matches no token, unless [`ext_cache_key`](Self::ext_cache_key) tells what
    /// the token is for.
    pub scopes: ScopeSet,
    /// The id of the key that a proof-of-possession token is bound to; `None` for bearer tokens.
    pub key_id: Option<String>,
    /// The [`ext_cache_key`](fn@crate::cache::ext_cache_key) of the request's extra parameters.
    pub ext_cache_key: Option<String>,
    /// How long the token must still be valid.
    pub min_valid: MinValid,
    /// The lifetime of tokens without a known lifetime; `None` means until they are revoked.
    pub lifetime: Option<Duration>,
}

/// The owner of a token.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Owner {
    /// The client itself, by the client credentials grant.
    Application,
    /// A signed-in user.
    User(HomeAccountId),
}

impl Owner {
    pub(in crate::cache) fn home_account_id(&self) -> Option<&str> {
        match self {
            Owner::Application => None,
            Owner::User(home_account_id) => Some(home_account_id.as_str()),
        }
    }
}

/// How long a token must still be valid.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum MinValid {
    /// At least this long.
    AtLeast(Duration),
    /// 5 minutes as in MSAL, but at most a fifth of the token's own lifetime, because some providers issue tokens for 5
    /// minutes.
    #[default]
    Default,
}

/// A query for refresh tokens.
#[derive(Clone, Debug)]
pub struct RefreshTokenQuery {
    /// The client that will redeem the token. It may also redeem tokens of its family.
    pub client_id: ClientId,
    /// The issuer of the token.
    pub issuer: Issuer,
    /// The user. Realms do not matter.
    pub home_account_id: HomeAccountId,
}
