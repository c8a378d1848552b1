//! A key, in memory that the system does not swap.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::rand::{SecureRandom as _, SystemRandom};
use tokcache_core::store::envelope::KEY_LENGTH;
use tokcache_core::store::{KeyId, decode_key};
use zeroize::Zeroizing;

use super::KeyError;
use crate::platform::LockedBytes;

/// 32 secret bytes. They are kept out of the swap space if the system allows it, and wiped when the last copy is
/// dropped.
#[derive(Clone)]
pub(crate) struct Key(Arc<LockedBytes<KEY_LENGTH>>);

impl Key {
    /// Generates a key from the system's source of randomness.
    pub(super) fn generate() -> Result<Key, KeyError> {
        Key::filled(|bytes| SystemRandom::new().fill(bytes).ok()).ok_or(KeyError::NoRandomness)
    }

    /// Creates a key whose bytes `fill` writes in place.
    pub(super) fn filled(fill: impl FnOnce(&mut [u8; KEY_LENGTH]) -> Option<()>) -> Option<Key> {
        let mut bytes = LockedBytes::zeroed();
        fill(&mut bytes)?;
        Some(Key(Arc::new(bytes)))
    }

    /// Parses a key: 32 bytes in base64 (RFC 4648 §4), with optional blanks and line ends around it.
    pub(super) fn from_text(text: &[u8]) -> Option<Key> {
        Key::filled(|bytes| decode_key(text, bytes))
    }

    /// Returns the key in base64: 44 characters.
    pub(super) fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64_STANDARD.encode(self.bytes()))
    }

    /// Returns the secret bytes.
    pub(crate) fn bytes(&self) -> &[u8; KEY_LENGTH] {
        &self.0
    }

    /// Whether the key may be written to the swap space.
    pub(super) fn is_swappable(&self) -> bool {
        !self.0.is_locked()
    }

    /// Returns the key's identifier, which reveals nothing about the key.
    pub(crate) fn id(&self) -> KeyId {
        KeyId::of(self.bytes())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_is_written() {
        let key = Key::generate().unwrap();
        let text = format!(" {}\r\n", key.to_text().as_str());
        assert_eq!(Key::from_text(text.as_bytes()).unwrap().bytes(), key.bytes());
    }

    #[test]
    fn keys_differ_and_so_do_their_names() {
        let (one, other) = (Key::generate().unwrap(), Key::generate().unwrap());
        assert_ne!(one.bytes(), other.bytes());
        assert_ne!(one.id(), other.id());
    }

    #[test]
    fn a_key_does_not_print() {
        assert_eq!(format!("{:?}", Key::generate().unwrap()), "[redacted]");
    }
}
