use std::time::Duration;

use crate::cache::MinValid;
use crate::types::ScopeSet;

/// A request for a token without a person.
#[derive(Clone, Debug, Default)]
pub struct SilentRequest {
    /// The scopes that the token must have.
    pub scopes: ScopeSet,
    /// A user name in any case, or a home account id; `None` for the only account.
    pub account: Option<String>,
    /// How long the token must be valid.
    pub min_valid: MinValid,
    /// Whether to accept only a token that was issued after this request.
    pub force_refresh: bool,
    /// Whether never to use the network.
    pub offline: bool,
    /// A claims challenge in JSON (OpenID Connect Core §5.5). A cached token is not accepted then.
    pub claims: Option<String>,
    /// The lifetime of a token without one; `None`: until it is revoked.
    pub lifetime: Option<Duration>,
    /// Extra parameters of the token request, such as `audience` or `resource` (RFC 8707). A token that was requested
    /// with other parameters is not accepted.
    pub parameters: Vec<(String, String)>,
}
