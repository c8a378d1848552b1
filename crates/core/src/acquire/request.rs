use std::time::Duration;

use crate::cache::MinValid;
use crate::types::ScopeSet;

/// A request for a token without a person.
#[derive(Clone, Debug, Default)]
pub struct SilentRequest {
    /// The scopes that the token must have.
    pub scopes: ScopeSet,
    /// A user name in any case, or a home account id; `None` means the only account.
    pub account: Option<String>,
    /// How long the token must be valid.
    pub min_valid: MinValid,
    /// Only a token that was issued after this request was made will do.
    pub force_refresh: bool,
    /// Never use the network.
    pub offline: bool,
    /// A claims challenge, JSON (OpenID Connect Core §5.5): a cached token will not do.
    pub claims: Option<String>,
    /// How long a token is served that came without a lifetime; `None`: until it is revoked.
    pub lifetime: Option<Duration>,
    /// Further parameters of the request for a token, such as `audience` or `resource` (RFC 8707): a token that was
    /// asked for with others will not do.
    pub parameters: Vec<(String, String)>,
}
