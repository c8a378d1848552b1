//! A token to print.

use tokcache_core::acquire::AuthenticationResult;
use tokcache_core::time::Timestamp;
use tokcache_core::types::ScopeSet;

/// A token and the data printed with it.
pub(crate) struct TokenView<'a> {
    pub(crate) outcome: &'a AuthenticationResult,
    /// The hosts that the token is for, as the profile names them.
    pub(crate) hosts: &'a [String],
    /// The version of the object that kubectl wants, if it says so.
    pub(crate) kubernetes_version: Option<&'a str>,
    pub(crate) client_id: &'a str,
    /// The requested scopes.
    pub(crate) requested: &'a ScopeSet,
    pub(crate) now: Timestamp,
}
