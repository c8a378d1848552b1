use std::fmt;

use super::certificate::Certificate;
use super::federated::FederatedSource;
use super::secret::SecretSource;

/// The place of a credential.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::cli) enum Source {
    /// A client secret.
    Secret(SecretSource),
    /// A certificate with its private key.
    Certificate(Certificate),
    /// A token of another issuer.
    Federated(FederatedSource),
}

/// The kind of the credential, without its place.
impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Source::Secret(_) => "a client secret",
            Source::Certificate(_) => "a certificate",
            Source::Federated(_) => "a federated token",
        })
    }
}
