//! JSON Web Tokens: those that a client signs (RFC 7523), and the ID tokens that it verifies (OpenID Connect Core
//! §3.1.3.7). Only asymmetric signatures are supported, so that a public key cannot be used as a shared secret.

mod algorithm;
mod assertion;
mod id_token;
mod id_token_error;
mod jwk;
mod jws;
mod pem;
mod signing_key;
#[cfg(test)]
mod test_keys;

pub use algorithm::SignatureAlgorithm;
pub use assertion::{AssertionSigner, assertion_audience};
pub use id_token::{Expectation, VerifiedClaims, verify_id_token};
pub use id_token_error::IdTokenError;
pub use jwk::JwkSet;
pub use signing_key::{SigningKey, SigningKeyError};
