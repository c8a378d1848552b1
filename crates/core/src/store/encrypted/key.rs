//! The keys of an encrypted store: values that the caller has read from its own secrets.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom as _, SystemRandom};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::secret::wiping_the_stack;
use crate::store::envelope::KEY_LENGTH;

const ID_LENGTH: usize = 16;

/// The keys of an encrypted store: one that encrypts, and any number of others that can still decrypt.
#[derive(Clone, Debug)]
pub struct EncryptionKeys {
    current: EncryptionKey,
    others: Vec<EncryptionKey>,
}

impl EncryptionKeys {
    /// Returns keys of which only `current` exists: it encrypts and decrypts.
    pub fn new(current: EncryptionKey) -> Self {
        EncryptionKeys { current, others: Vec::new() }
    }

    /// Adds a key that only decrypts: an earlier one, or the next one while some hosts do not encrypt with it yet.
    pub fn and_decrypting(mut self, key: EncryptionKey) -> Self {
        self.others.push(key);
        self
    }

    /// Reads keys from a text: one key in base64 on each line. The first key is the current one; the others decrypt.
    /// Empty lines and lines that begin with `#` are left out.
    ///
    /// # Errors
    /// A line is not a key, or there is no key.
    pub fn from_lines(text: &[u8]) -> Result<Self, InvalidKey> {
        let lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).zip(1..);
        let lines = lines.filter(|(line, _)| !line.is_empty() && !line.starts_with(b"#"));
        let mut keys = lines.map(|(line, number)| EncryptionKey::from_base64(line).map_err(|error| error.at(number)));
        let current = keys.next().unwrap_or(Err(InvalidKey { line: None }))?;
        Ok(EncryptionKeys { current, others: keys.collect::<Result<_, _>>()? })
    }

    /// Returns the key that encrypts.
    pub fn current(&self) -> &EncryptionKey {
        &self.current
    }

    /// Returns the key with this name.
    pub(super) fn get(&self, id: KeyId) -> Option<&EncryptionKey> {
        std::iter::once(&self.current).chain(&self.others).find(|key| key.id == id)
    }
}

/// 32 secret bytes, wiped when the last copy is dropped. Debug output does not show them.
#[derive(Clone)]
pub struct EncryptionKey {
    bytes: Arc<Zeroizing<[u8; KEY_LENGTH]>>,
    id: KeyId,
}

impl EncryptionKey {
    /// Reads a key from base64 (RFC 4648 §4) of 32 bytes, with or without white space around it, such as
    /// `openssl rand -base64 32` prints. The key files of `tokcache-file` hold the same.
    ///
    /// # Errors
    /// The text is something else. The error does not repeat the text.
    pub fn from_base64(text: &[u8]) -> Result<Self, InvalidKey> {
        EncryptionKey::filled(|bytes| decode_key(text, bytes)).ok_or(InvalidKey { line: None })
    }

    /// Makes a new key from the system's source of randomness. It ends with the process: there is no way to export it.
    ///
    /// # Errors
    /// The system has no random bytes.
    pub fn generate() -> Result<Self, NoRandomness> {
        EncryptionKey::filled(|bytes| SystemRandom::new().fill(bytes).ok()).ok_or(NoRandomness)
    }

    /// Creates a key that `fill` writes in place, because moving a value leaves copies behind.
    fn filled(fill: impl FnOnce(&mut [u8; KEY_LENGTH]) -> Option<()>) -> Option<Self> {
        let mut bytes = Arc::new(Zeroizing::new([0; KEY_LENGTH]));
        fill(Arc::get_mut(&mut bytes)?)?;
        let id = KeyId::of(&bytes);
        Some(EncryptionKey { bytes, id })
    }

    /// Returns the name of the key.
    pub fn id(&self) -> KeyId {
        self.id
    }

    pub(super) fn bytes(&self) -> &[u8; KEY_LENGTH] {
        &self.bytes
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

/// Decodes base64 of 32 bytes, with or without white space around it, into `key`.
pub fn decode_key(text: &[u8], key: &mut [u8; KEY_LENGTH]) -> Option<()> {
    let decoded = wiping_the_stack(|| BASE64_STANDARD.decode(text.trim_ascii()).map(Zeroizing::new)).ok()?;
    let decoded: &[u8; KEY_LENGTH] = decoded.as_slice().try_into().ok()?;
    key.copy_from_slice(decoded);
    Some(())
}

/// The name of a key: half of a SHA-256, in hexadecimal digits. The key cannot be learned from it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyId([u8; ID_LENGTH]);

impl KeyId {
    /// Returns the name of this key.
    pub fn of(key: &[u8; KEY_LENGTH]) -> Self {
        const CONTEXT: &[u8] = b"tokcache key id\n";
        let mut text = Zeroizing::new(Vec::with_capacity(CONTEXT.len() + KEY_LENGTH));
        text.extend_from_slice(CONTEXT);
        text.extend_from_slice(key);
        let mut id = [0; ID_LENGTH];
        id.copy_from_slice(&wiping_the_stack(|| digest(&SHA256, &text)).as_ref()[..ID_LENGTH]);
        KeyId(id)
    }
}

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

/// The error for a text that is not a key. It does not contain the text, which may be a mistyped key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct InvalidKey {
    /// The line number, from 1, in a text of several lines.
    line: Option<usize>,
}

impl InvalidKey {
    fn at(self, line: usize) -> Self {
        InvalidKey { line: Some(line) }
    }
}

impl fmt::Display for InvalidKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(formatter, "line {line}: ")?;
        }
        formatter.write_str("an encryption key is 32 bytes in base64, as `openssl rand -base64 32` prints")
    }
}

impl std::error::Error for InvalidKey {}

/// The system has no random bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NoRandomness;

impl fmt::Display for NoRandomness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the system has no random bytes for a key")
    }
}

impl std::error::Error for NoRandomness {}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(byte: u8) -> String {
        BASE64_STANDARD.encode([byte; KEY_LENGTH])
    }

    fn id_of(byte: u8) -> KeyId {
        KeyId::of(&[byte; KEY_LENGTH])
    }

    #[test]
    fn a_key_is_32_bytes_of_base64() {
        let key = EncryptionKey::from_base64(format!(" {}\r\n", text_of(7)).as_bytes()).unwrap();
        assert_eq!((key.bytes(), key.id()), (&[7; KEY_LENGTH], id_of(7)));
        let (short, long) = (BASE64_STANDARD.encode([0; 31]), BASE64_STANDARD.encode([0; 33]));
        for text in ["", "a key", &short, &long, &"0".repeat(64)] {
            assert!(EncryptionKey::from_base64(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn the_first_line_is_the_current_key_and_the_others_decrypt() {
        let lines = format!("# in use since May\n{}\n\n  {}\r\n{}", text_of(3), text_of(2), text_of(1));
        let keys = EncryptionKeys::from_lines(lines.as_bytes()).unwrap();
        assert_eq!(keys.current().id(), id_of(3));
        assert!([1, 2, 3].iter().all(|byte| keys.get(id_of(*byte)).is_some()));
        assert!(keys.get(id_of(4)).is_none());
    }

    #[test]
    fn a_line_that_is_no_key_is_named_and_not_repeated() {
        let error = EncryptionKeys::from_lines(format!("\n{}\ncanary", text_of(1)).as_bytes()).unwrap_err();
        assert!(error.to_string().starts_with("line 3: ") && !format!("{error} {error:?}").contains("canary"));
        for text in ["", "\n\n", "# a comment"] {
            assert_eq!(EncryptionKeys::from_lines(text.as_bytes()).unwrap_err(), InvalidKey { line: None });
        }
    }

    #[test]
    fn keys_differ_and_so_do_their_names() {
        let (one, other) = (EncryptionKey::generate().unwrap(), EncryptionKey::generate().unwrap());
        assert_ne!(one.bytes(), other.bytes());
        assert_ne!(one.id(), other.id());
        assert_eq!(KeyId::try_from(one.id().to_string()), Ok(one.id()));
    }

    #[test]
    fn a_key_does_not_print() {
        let key = EncryptionKey::from_base64(text_of(7).as_bytes()).unwrap();
        assert_eq!(format!("{key:?}"), "[redacted]");
        let keys = format!("{:?}", EncryptionKeys::new(key.clone()).and_decrypting(key));
        assert_eq!(keys, "EncryptionKeys { current: [redacted], others: [[redacted]] }");
    }

    #[test]
    fn a_name_that_could_be_a_path_is_none() {
        for text in ["", "../../../../../../../../../../etc", "é".repeat(16).as_str(), "+1".repeat(16).as_str()] {
            assert!(KeyId::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
