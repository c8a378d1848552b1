//! A key and its identifier.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom as _, SystemRandom};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::KeyError;
use crate::platform::LockedBytes;

/// The length of a key in bytes.
pub(crate) const KEY_LENGTH: usize = 32;
const ID_LENGTH: usize = 16;

/// 32 secret bytes. They are kept out of the swap space if the system allows it, and wiped when the last copy is
/// dropped.
#[derive(Clone)]
pub struct Key(Arc<LockedBytes<KEY_LENGTH>>);

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
        let decoded = Zeroizing::new(BASE64_STANDARD.decode(text.trim_ascii()).ok()?);
        let decoded: &[u8; KEY_LENGTH] = decoded.as_slice().try_into().ok()?;
        Key::filled(|bytes| {
            bytes.copy_from_slice(decoded);
            Some(())
        })
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
    pub fn id(&self) -> KeyId {
        let mut text = Zeroizing::new(b"tokcache key id\n".to_vec());
        text.reserve_exact(KEY_LENGTH);
        text.extend_from_slice(self.bytes());
        let mut id = [0; ID_LENGTH];
        id.copy_from_slice(&digest(&SHA256, &text).as_ref()[..ID_LENGTH]);
        KeyId(id)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

/// The identifier of a key: half of a SHA-256, in hexadecimal digits.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyId([u8; ID_LENGTH]);

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl From<KeyId> for String {
    fn from(id: KeyId) -> String {
        id.to_string()
    }
}

impl TryFrom<String> for KeyId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const WHAT: &str = "32 hexadecimal digits were expected";
        let mut id = [0; ID_LENGTH];
        if text.len() != 2 * ID_LENGTH || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(WHAT);
        }
        for (byte, at) in id.iter_mut().zip((0..).step_by(2)) {
            *byte = u8::from_str_radix(&text[at..at + 2], 16).map_err(|_| WHAT)?;
        }
        Ok(KeyId(id))
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
    fn what_is_not_32_bytes_of_base64_is_no_key() {
        let (short, long) = (BASE64_STANDARD.encode([0; 31]), BASE64_STANDARD.encode([0; 33]));
        for text in ["", "a key", &short, &long, &"0".repeat(64)] {
            assert!(Key::from_text(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn keys_differ_and_so_do_their_names() {
        let (one, other) = (Key::generate().unwrap(), Key::generate().unwrap());
        assert_ne!(one.bytes(), other.bytes());
        assert_ne!(one.id(), other.id());
        assert_eq!(KeyId::try_from(one.id().to_string()), Ok(one.id()));
    }

    #[test]
    fn a_key_does_not_print() {
        assert_eq!(format!("{:?}", Key::generate().unwrap()), "[redacted]");
    }

    #[test]
    fn a_name_that_could_be_a_path_is_none() {
        for text in ["", "../../../../../../../../../../etc", "é".repeat(16).as_str(), "+1".repeat(16).as_str()] {
            assert!(KeyId::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
