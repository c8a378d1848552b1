//! Why an ID token is not believed.

use std::fmt;

/// The failure of a verification. No variant holds a secret, nor anything of the token but the names of its algorithm and
/// of a claim.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum IdTokenError {
    /// Several keys fit, and the token does not name one.
    AmbiguousKey,
    /// The signature is not that of the key.
    BadSignature,
    /// The token has expired.
    Expired,
    /// The person has signed in longer ago than `max_age` allows.
    LoginTooOld,
    /// The token is no JSON Web Token in the compact form, names a member twice, or is too long.
    Malformed,
    /// A claim that the token must have is missing, or is of another type.
    MissingClaim {
        /// Which claim.
        name: &'static str,
    },
    /// The token was issued in the future, or is not valid yet.
    NotYetValid,
    /// The header has an extension that must be understood, and is not (RFC 7515 §4.1.11), or says that the token is
    /// something else (RFC 8725 §3.11).
    NotAnIdToken,
    /// No key has the identifier that the token names: the provider may sign with a new key by now. Fetch the keys anew,
    /// once, and verify again.
    UnknownKey,
    /// The algorithm is none that is accepted.
    UnsupportedAlgorithm {
        /// Its name, as far as it is a name; server-chosen.
        name: String,
    },
    /// The key that the token names is too weak, or for another purpose or algorithm.
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
