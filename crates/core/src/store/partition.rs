use std::fmt;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use ring::digest::{SHA256, digest};

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

    /// Returns the partition of the tokens that a web API gets on behalf of a caller. Its name is the SHA-256 of the
    /// caller's assertion, in base64url as in MSAL.
    pub fn on_behalf_of(assertion: &str) -> Self {
        Partition(BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, assertion.as_bytes())))
    }

    /// Returns the partition with `prefix` before its name, which distinguishes deployments that share a store.
    pub fn with_prefix(self, prefix: &str) -> Self {
        Partition(format!("{prefix}{}", self.0))
    }

    /// Returns the partition with this name, such as one that a store has listed.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_msal() {
        assert_eq!(Partition::user(&HomeAccountId::new("uid.utid")).as_str(), "uid.utid");
        let application = Partition::application(&ClientId::new("app"), &Realm::new("tenant"));
        assert_eq!(application.as_str(), "app.tenant_AppTokenCache");
        assert_eq!(application.with_prefix("web:").as_str(), "web:app.tenant_AppTokenCache");
        // The digest of `abc` (FIPS 180-2, B.1).
        let caller = Partition::on_behalf_of("abc");
        assert_eq!(caller.as_str(), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
    }
}
