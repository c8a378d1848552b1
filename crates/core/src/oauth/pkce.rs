//! Proof Key for Code Exchange, RFC 7636: proves that the token request comes from the client of the authorization
//! request.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::Zeroizing;

use super::error::RequestError;
use crate::secret::{CodeVerifier, Secret};

/// The method that every server has to support (RFC 7636 §4.2).
pub(super) const METHOD: &str = "S256";

/// Returns a code verifier of 32 random bytes, as RFC 7636 §4.1 recommends.
///
/// # Errors
/// [`RequestError::Misconfigured`] if the system has no random bytes.
pub fn new_code_verifier() -> Result<CodeVerifier, RequestError> {
    random_secret()
}

/// Returns a secret of 32 random bytes in base64url, too long to be guessed (RFC 6749 §10.10).
pub(super) fn random_secret<Kind>() -> Result<Secret<Kind>, RequestError> {
    let mut bytes = Zeroizing::new([0; 32]);
    SystemRandom::new()
        .fill(&mut *bytes)
        .map_err(|_| RequestError::Misconfigured { message: "the system has no random bytes".to_owned() })?;
    Ok(Secret::new(BASE64_URL_SAFE_NO_PAD.encode(*bytes)))
}

/// Returns the code challenge for a verifier (RFC 7636 §4.2).
pub(super) fn challenge(verifier: &CodeVerifier) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.expose().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_standard_s_example() {
        let verifier = CodeVerifier::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge(&verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn a_verifier_is_long_enough_and_never_the_same() {
        let (one, other) = (new_code_verifier().unwrap(), new_code_verifier().unwrap());
        assert_eq!(one.expose().len(), 43);
        assert_ne!(one, other);
    }
}
