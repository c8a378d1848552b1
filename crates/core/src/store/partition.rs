use std::fmt;

use crate::secret::fingerprint;
use crate::types::{ClientId, HomeAccountId, Realm};

/// Names one cache document in a store that keeps many. The names are those of the MSAL libraries.
#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Partition(String);

impl Partition {
    /// Returns the only document of a store that keeps one, as the per-user file does.
    pub fn whole() -> Self {
        Partition::default()
    }

    /// Returns the partition of one user's tokens.
    pub fn user(account: &HomeAccountId) -> Self {
        Partition(account.as_str().to_owned())
    }

    /// Returns the partition of the tokens that a client gets for itself (RFC 6749 §4.4).
    pub fn application(client_id: &ClientId, tenant: &Realm) -> Self {
        Partition(format!("{client_id}.{}_AppTokenCache", tenant.as_str()))
    }

    /// Returns the partition of the tokens that a web API gets on behalf of a caller, by the caller's assertion. The
    /// name holds a digest of the assertion, not the assertion.
    pub fn on_behalf_of(assertion: &str) -> Self {
        Partition(fingerprint(assertion.as_bytes()))
    }

    /// Returns the partition of this name, such as one that a store has listed.
    pub fn named(name: impl Into<String>) -> Self {
        Partition(name.into())
    }

    /// Returns the name; empty for [`whole`](Partition::whole).
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
