//! The bytes of a sealed document.
//!
//! ```text
//! tokcache-sealed 1 {"algorithm":"AES-256-GCM","key":{...},"place":"file:/home/..."}\n
//! nonce (12 bytes), cipher text, tag (16 bytes)
//! ```
//!
//! The first line is text, so that `head -1` tells a person which key is needed. It is the associated data of what
//! follows: not a byte of it can be changed unnoticed.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::keys::{Key, KeyReference};
use tokcache_core::secret::wiping_the_stack;

const MAGIC: &[u8] = b"tokcache-sealed ";
const VERSION: &[u8] = b"1 ";
/// No header is longer.
const LONGEST_HEADER: usize = 16 * 1024;
const TAG_LENGTH: usize = 16;

/// What anybody may know of a sealed document.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Header {
    algorithm: Algorithm,
    pub(super) key: KeyReference,
    /// The store that it was sealed for.
    pub(super) place: String,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
enum Algorithm {
    #[serde(rename = "AES-256-GCM")]
    Aes256Gcm,
}

impl Header {
    pub(super) fn new(key: KeyReference, place: String) -> Self {
        Header { algorithm: Algorithm::Aes256Gcm, key, place }
    }
}

/// What bytes turn out to be.
pub(super) enum Recognised<'a> {
    /// Not sealed.
    Plain,
    Sealed(Envelope<'a>),
    /// It begins as a sealed document does, and then makes no sense.
    Torn,
    /// Sealed in a way that is not known yet.
    TooNew,
}

/// A sealed document.
pub(super) struct Envelope<'a> {
    pub(super) header: Header,
    /// The first line as it stands.
    associated: &'a [u8],
    nonce: [u8; NONCE_LEN],
    sealed: &'a [u8],
}

/// Looks at the first bytes; at more only when they are those of a sealed document.
pub(super) fn recognise(bytes: &[u8]) -> Recognised<'_> {
    let Some(rest) = bytes.strip_prefix(MAGIC) else { return Recognised::Plain };
    let Some(rest) = rest.strip_prefix(VERSION) else {
        let is_version = rest.first().is_some_and(u8::is_ascii_digit) && !VERSION.starts_with(rest);
        return if is_version { Recognised::TooNew } else { Recognised::Torn };
    };
    envelope(bytes, rest).map_or(Recognised::Torn, Recognised::Sealed)
}

fn envelope<'a>(bytes: &'a [u8], rest: &'a [u8]) -> Option<Envelope<'a>> {
    let end = rest.iter().take(LONGEST_HEADER).position(|byte| *byte == b'\n')?;
    let header = serde_json::from_slice(&rest[..end]).ok()?;
    let (associated, body) = bytes.split_at(bytes.len() - rest.len() + end + 1);
    let (nonce, sealed) = body.split_first_chunk()?;
    Some(Envelope { header, associated, nonce: *nonce, sealed })
}

impl Envelope<'_> {
    /// The document; `None` when it was not sealed like this with this key.
    pub(super) fn open(&self, key: &Key) -> Option<Zeroizing<Vec<u8>>> {
        let mut bytes = Zeroizing::new(self.sealed.to_vec());
        let nonce = Nonce::assume_unique_for_key(self.nonce);
        let associated = Aad::from(self.associated);
        let length = wiping_the_stack(|| Some(cipher(key)?.open_in_place(nonce, associated, &mut bytes).ok()?.len()))?;
        bytes.truncate(length);
        Some(bytes)
    }
}

/// Seals `document`; every time with another nonce. `None`: the system has no random bytes, or a path in the header is
/// not text.
pub(super) fn seal(header: &Header, key: &Key, document: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let header = serde_json::to_vec(header).ok()?;
    let mut nonce = [0; NONCE_LEN];
    SystemRandom::new().fill(&mut nonce).ok()?;
    let before = MAGIC.len() + VERSION.len() + header.len() + 1;
    // Of the final size from the start: a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(before + NONCE_LEN + document.len() + TAG_LENGTH));
    for part in [MAGIC, VERSION, &header, b"\n", &nonce, document] {
        bytes.extend_from_slice(part);
    }
    let (associated, body) = bytes.split_at_mut(before);
    let (nonce, associated) = (Nonce::assume_unique_for_key(nonce), Aad::from(associated));
    let document = &mut body[NONCE_LEN..];
    let tag = wiping_the_stack(|| cipher(key)?.seal_in_place_separate_tag(nonce, associated, document).ok())?;
    bytes.extend_from_slice(tag.as_ref());
    Some(bytes)
}

fn cipher(key: &Key) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, key.bytes()).ok().map(LessSafeKey::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::a_key;

    fn sealed(document: &[u8]) -> (Key, Zeroizing<Vec<u8>>) {
        let (reference, key) = a_key();
        let bytes = seal(&Header::new(reference, "file:/here".into()), &key, document).unwrap();
        (key, bytes)
    }

    fn opened(bytes: &[u8], key: &Key) -> Option<Vec<u8>> {
        match recognise(bytes) {
            Recognised::Sealed(envelope) => envelope.open(key).map(|document| document.to_vec()),
            _ => None,
        }
    }

    #[test]
    fn what_was_sealed_is_opened_with_its_key_and_no_other() {
        for document in [&b""[..], b"{}", b"\0any\nbytes\xff"] {
            let (key, bytes) = sealed(document);
            assert_eq!(opened(&bytes, &key).as_deref(), Some(document));
            assert_eq!(opened(&bytes, &a_key().1), None);
        }
    }

    #[test]
    fn the_first_line_says_which_key_and_holds_nothing_of_the_document() {
        let (key, bytes) = sealed(b"canary");
        let line = bytes.split(|byte| *byte == b'\n').next().unwrap();
        let line = std::str::from_utf8(line).unwrap();
        assert!(line.starts_with("tokcache-sealed 1 {\"algorithm\":\"AES-256-GCM\",\"key\":{\"id\":\""), "{line}");
        assert!(line.contains(&key.id().to_string()), "{line}");
        assert!(!bytes.windows(6).any(|part| part == b"canary"));
    }

    #[test]
    fn no_byte_can_be_changed_and_none_cut_off_unnoticed() {
        let (key, bytes) = sealed(b"{\"AccessToken\":{}}");
        for at in 0..bytes.len() {
            assert_eq!(opened(&bytes[..at], &key), None, "cut at {at}");
            for flip in [1, 0x20, 0x80] {
                let mut changed = bytes.clone();
                changed[at] ^= flip;
                assert_eq!(opened(&changed, &key), None, "byte {at} changed by {flip}");
            }
        }
        let longer = [bytes.as_slice(), b"x"].concat();
        assert_eq!(opened(&longer, &key), None);
    }

    #[test]
    fn the_same_document_is_never_sealed_the_same_twice() {
        let (reference, key) = a_key();
        let header = Header::new(reference, String::new());
        assert_ne!(seal(&header, &key, b"same").unwrap(), seal(&header, &key, b"same").unwrap());
    }

    #[test]
    fn twenty_megabytes_are_no_problem() {
        let document = vec![b'x'; 20_000_000];
        let (key, bytes) = sealed(&document);
        assert!(opened(&bytes, &key).unwrap() == document);
    }

    #[test]
    fn a_cache_that_is_not_sealed_is_plain() {
        for bytes in [&b""[..], b"{\"AccessToken\": {}}", b"tokcache", b"\xef\xbb\xbf{}"] {
            assert!(matches!(recognise(bytes), Recognised::Plain));
        }
    }

    #[test]
    fn a_later_version_is_told_from_damage() {
        assert!(matches!(recognise(b"tokcache-sealed 2 {}\n"), Recognised::TooNew));
        assert!(matches!(recognise(b"tokcache-sealed 10 {}\n"), Recognised::TooNew));
        for bytes in [&b"tokcache-sealed "[..], b"tokcache-sealed 1", b"tokcache-sealed 1 {}\n", b"tokcache-sealed x"] {
            assert!(matches!(recognise(bytes), Recognised::Torn), "{}", String::from_utf8_lossy(bytes));
        }
    }
}
