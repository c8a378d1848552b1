//! The secret of an endpoint, which a program must know to get anything.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use ring::rand::{SecureRandom as _, SystemRandom};
use tokcache_core::secret::Secret;
use zeroize::Zeroizing;

/// The length of a secret in bytes, before it is encoded.
const LENGTH: usize = 32;

/// The kind of the secret.
pub(crate) enum Kind {}

/// A random secret, made for one run. Compared in constant time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct EndpointSecret(Secret<Kind>);

impl EndpointSecret {
    /// Creates a secret that can stand in a header and in a URL.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub(crate) fn random() -> anyhow::Result<Self> {
        let mut bytes = Zeroizing::new([0_u8; LENGTH]);
        SystemRandom::new().fill(bytes.as_mut()).map_err(|_| anyhow::anyhow!("the system has no random numbers"))?;
        Ok(EndpointSecret(Secret::new(BASE64_URL_SAFE_NO_PAD.encode(bytes.as_ref()))))
    }

    /// Whether `text` is the secret. Takes the same time for all texts of its length.
    pub(crate) fn is(&self, text: &[u8]) -> bool {
        std::str::from_utf8(text).is_ok_and(|text| self.0 == Secret::new(text))
    }

    /// Returns the secret itself.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_random_and_known_only_by_itself() {
        let (one, other) = (EndpointSecret::random().unwrap(), EndpointSecret::random().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.expose().len(), 43);
        assert!(one.is(one.expose().as_bytes()));
        for wrong in [other.expose(), "", &one.expose()[1..], &one.expose().to_lowercase()] {
            assert!(!one.is(wrong.as_bytes()), "{wrong}");
        }
        assert!(!one.is(b"\xff"));
        assert_eq!(format!("{one:?}"), "EndpointSecret([redacted])");
    }
}
