//! Why an ID token is not accepted.

use std::fmt;

/// The failure of a verification. No variant contains a secret, or any part of the token except the names of its
/// algorithm and of a claim.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum IdTokenError {
    /// Several keys match, and the token does not name one.
    AmbiguousKey,
    /// The signature was not made with the key.
    BadSignature,
    /// The token has expired.
    Expired,
    /// The person's last sign-in is older than `max_age` allows.
    LoginTooOld,
    /// The token is not a JSON Web Token in the compact form, has a repeated member, or is too long.
    Malformed,
    /// A required claim is missing or of another type.
    MissingClaim {
        /// The claim.
        name: &'static str,
    },
    /// The token was issued in the future, or is not valid yet.
    NotYetValid,
    /// The header has a critical extension that is not supported (RFC 7515 §4.1.11), or another token type (RFC 8725
    /// §3.11).
    NotAnIdToken,
    /// No key has the identifier in the token. The provider may have a new key: fetch the keys again, once, and verify
    /// again.
    UnknownKey,
    /// The algorithm is not accepted.
    UnsupportedAlgorithm {
        /// The name, if it is valid; server-chosen.
        name: String,
    },
    /// The key that the token names is too weak, or meant for another purpose or algorithm.
    UnusableKey,
    /// The token was issued to another client.
    WrongAudience,
    /// The token does not belong to the access token or the code that it came with (`at_hash`, `c_hash`).
    WrongHash {
        /// The claim that differs.
        name: &'static str,
    },
    /// Another issuer has issued the token.
    WrongIssuer,
    /// The token belongs to another sign-in (OpenID Connect Core §15.5.2).
    WrongNonce,
}

impl fmt::Display for IdTokenError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            IdTokenError::AmbiguousKey => "the ID token does not say with which of the keys it is signed",
            IdTokenError::BadSignature => "the signature of the ID token is not the provider's",
            IdTokenError::Expired => "the ID token has expired",
            IdTokenError::LoginTooOld => "the sign-in is older than was asked for",
            IdTokenError::Malformed => "the ID token is not a signed JSON Web Token",
            IdTokenError::MissingClaim { name } => return write!(formatter, "the ID token has no valid claim {name}"),
            IdTokenError::NotAnIdToken => "the token is not an ID token, or has an extension that is not supported",
            IdTokenError::NotYetValid => "the ID token is not valid yet: one of the clocks is wrong",
            IdTokenError::UnknownKey => "the ID token is signed with a key that the provider has not published",
            IdTokenError::UnsupportedAlgorithm { name } => {
                return write!(formatter, "the ID token is signed with {name:?}, which is not accepted");
            }
            IdTokenError::UnusableKey => "the key of the ID token is too weak, or for another purpose",
            IdTokenError::WrongAudience => "the ID token was issued to another client",
            IdTokenError::WrongHash { name } => {
                return write!(formatter, "the ID token came with another token or code: its {name} differs");
            }
            IdTokenError::WrongIssuer => "the ID token was issued by another issuer",
            IdTokenError::WrongNonce => "the ID token belongs to another sign-in",
        })
    }
}

impl std::error::Error for IdTokenError {}
