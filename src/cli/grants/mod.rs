//! The grants that need no person: those of applications, and of a user whose assertion the client has.

pub(super) mod application;
mod assertion;
mod identity;

use tokcache_core::acquire::AuthenticationResult;
use tokcache_core::types::ScopeSet;

/// A token, and the request that it answers.
pub(super) struct Acquired {
    pub(super) outcome: AuthenticationResult,
    /// The client that the token was issued to.
    pub(super) client_id: String,
    /// The requested scopes.
    pub(super) requested: ScopeSet,
}
