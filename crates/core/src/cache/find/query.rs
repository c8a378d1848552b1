use std::time::Duration;

use crate::types::{ClientId, HomeAccountId, Issuer, Realm, ScopeSet};

/// Which access token is wanted. Everything has to match.
#[derive(Clone, Debug)]
pub struct AccessTokenQuery {
    /// The client that the token was issued to.
    pub client_id: ClientId,
    /// Who has issued the token.
    pub issuer: Issuer,
    /// Any of these. The libraries store different realms for one authority: the authority's tenant, or the token's.
    pub realms: Vec<Realm>,
    /// Whose token.
    pub owner: Owner,
    /// All of these have to be granted. Of `openid`, `profile` and `offline_access`, which a server need not
    /// repeat in its answer, only a request for nothing else takes notice. No scope at all matches no token.
    pub scopes: ScopeSet,
    /// The key that a proof-of-possession token is bound to; `None` for bearer tokens.
    pub key_id: Option<String>,
    /// [`ext_cache_key`](fn@crate::cache::ext_cache_key) of the request's extra parameters.
    pub ext_cache_key: Option<String>,
    /// How long it has to be valid still.
    pub min_valid: MinValid,
    /// How long a token is valid whose lifetime nobody knows; `None` means until it is revoked.
    pub lifetime: Option<Duration>,
}

/// Whose token it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Owner {
    /// The client's own, by the client credentials grant.
    Application,
    /// A signed-in user's.
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

/// How long a token has to be valid still.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum MinValid {
    /// This long.
    AtLeast(Duration),
    /// 5 minutes as in MSAL, but at most a fifth of the token's own lifetime: some providers issue for 5 minutes.
    #[default]
    Default,
}

/// Which refresh tokens are wanted.
#[derive(Clone, Debug)]
pub struct RefreshTokenQuery {
    /// The client that wants to spend one; it may spend those of its family too.
    pub client_id: ClientId,
    /// Who has issued the token.
    pub issuer: Issuer,
    /// The user. Realms play no part.
    pub home_account_id: HomeAccountId,
}
