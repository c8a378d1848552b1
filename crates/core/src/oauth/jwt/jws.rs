//! JSON Web Signatures in the compact form, RFC 7515 §7.1.

use zeroize::Zeroizing;

use super::algorithm::SignatureAlgorithm;
use super::id_token_error::IdTokenError;
use super::jwk::{Jwk, JwkSet, base64url};
use crate::oauth::json::Members;

/// The maximum length in bytes. An ID token with two hundred groups has 10,000.
const LONGEST: usize = 64 * 1024;
/// The maximum length of an algorithm name in errors.
const LONGEST_NAME: usize = 16;

/// A parsed token that is not verified yet.
pub(super) struct Jws<'a> {
    pub(super) algorithm: SignatureAlgorithm,
    kid: Option<String>,
    /// The header and the payload, the signed part.
    signed: &'a str,
    payload: &'a str,
    signature: Vec<u8>,
}

impl<'a> Jws<'a> {
    pub(super) fn parse(token: &'a str) -> Result<Jws<'a>, IdTokenError> {
        if token.len() > LONGEST {
            return Err(IdTokenError::Malformed);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(IdTokenError::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(IdTokenError::Malformed)?;
        let header = base64url(header).ok_or(IdTokenError::Malformed)?;
        let header = Members::parse_unique(&header).ok_or(IdTokenError::Malformed)?;
        let name = header.string("alg").ok_or(IdTokenError::Malformed)?;
        let algorithm = SignatureAlgorithm::named(&name)
            .ok_or_else(|| IdTokenError::UnsupportedAlgorithm { name: name.chars().take(LONGEST_NAME).collect() })?;
        if header.has("crit") || header.string("typ").is_some_and(|typ| is_of_another_kind(&typ)) {
            return Err(IdTokenError::NotAnIdToken);
        }
        let signature = base64url(signature).ok_or(IdTokenError::Malformed)?;
        Ok(Jws { algorithm, kid: header.string("kid"), signed, payload, signature })
    }

    /// Returns the payload and the key that signed it.
    pub(super) fn verified<'k>(&self, keys: &'k JwkSet) -> Result<(Zeroizing<Vec<u8>>, &'k Jwk), IdTokenError> {
        let candidates = keys.find(self.algorithm, self.kid.as_deref())?;
        let has_signed = |key: &&Jwk| key.verifies(self.algorithm, self.signed.as_bytes(), &self.signature);
        let key = candidates.into_iter().find(has_signed).ok_or(IdTokenError::BadSignature)?;
        let payload = base64url(self.payload).ok_or(IdTokenError::Malformed)?;
        Ok((Zeroizing::new(payload), key))
    }
}

/// Whether `typ` declares another kind of token, such as `at+jwt` (RFC 9068) or `logout+jwt`.
fn is_of_another_kind(typ: &str) -> bool {
    typ.to_ascii_lowercase().ends_with("+jwt")
}

#[cfg(test)]
mod tests;
