//! The bytes of an encrypted document.
//!
//! ```text
//! tokcache-sealed 1 {"algorithm":"AES-256-GCM","key":{...},"place":"..."}\n
//! nonce (12 bytes), cipher text, tag (16 bytes)
//! ```
//!
//! The first line is text, so that `head -1` shows which key is needed. The line is the associated data of the cipher
//! text, so that nobody can change a byte of it unnoticed. Its JSON is the caller's [header](Envelope::header).

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::secret::wiping_the_stack;

/// The length of a key in bytes.
pub const KEY_LENGTH: usize = 32;
/// The maximum number of bytes that encryption adds to a document.
pub const MOST_OVERHEAD: usize = MAGIC.len() + VERSION.len() + LONGEST_LINE + NONCE_LEN + TAG_LENGTH;

const MAGIC: &[u8] = b"tokcache-sealed ";
const VERSION: &[u8] = b"1 ";
const TAG_LENGTH: usize = 16;
/// The maximum length of the header with its line end.
const LONGEST_LINE: usize = 16 * 1024;

/// The result of [`recognise`].
pub enum Recognised<'a, Header> {
    /// Bytes that are not encrypted in this format.
    Plain,
    /// An encrypted document.
    Encrypted(Envelope<'a, Header>),
    /// The beginning of an encrypted document with an invalid rest.
    Torn,
    /// A document that a later version has encrypted.
    TooNew,
}

/// An encrypted document.
pub struct Envelope<'a, Header> {
    /// The content of the first line. It is not authenticated before the document is [decrypted](Envelope::decrypt).
    pub header: Header,
    /// The first line, byte by byte.
    associated: &'a [u8],
    nonce: [u8; NONCE_LEN],
    encrypted: &'a [u8],
}

/// Recognizes an encrypted document by its beginning. Does not need the key.
pub fn recognise<Header: DeserializeOwned>(bytes: &[u8]) -> Recognised<'_, Header> {
    let Some(rest) = bytes.strip_prefix(MAGIC) else { return Recognised::Plain };
    let Some(rest) = rest.strip_prefix(VERSION) else {
        let is_version = rest.first().is_some_and(u8::is_ascii_digit) && !VERSION.starts_with(rest);
        return if is_version { Recognised::TooNew } else { Recognised::Torn };
    };
    envelope(bytes, rest).map_or(Recognised::Torn, Recognised::Encrypted)
}

fn envelope<'a, Header: DeserializeOwned>(bytes: &'a [u8], rest: &'a [u8]) -> Option<Envelope<'a, Header>> {
    let end = rest.iter().take(LONGEST_LINE).position(|byte| *byte == b'\n')?;
    let header = serde_json::from_slice(&rest[..end]).ok()?;
    let (associated, body) = bytes.split_at(bytes.len() - rest.len() + end + 1);
    let (nonce, encrypted) = body.split_first_chunk()?;
    Some(Envelope { header, associated, nonce: *nonce, encrypted })
}

impl<Header> Envelope<'_, Header> {
    /// Returns the document; `None` if it was not encrypted with this key, or was changed since.
    pub fn decrypt(&self, key: &[u8; KEY_LENGTH]) -> Option<Zeroizing<Vec<u8>>> {
        let mut bytes = Zeroizing::new(self.encrypted.to_vec());
        let nonce = Nonce::assume_unique_for_key(self.nonce);
        let associated = Aad::from(self.associated);
        let length = wiping_the_stack(|| Some(cipher(key)?.open_in_place(nonce, associated, &mut bytes).ok()?.len()))?;
        bytes.truncate(length);
        Some(bytes)
    }
}

/// Encrypts a document with a new nonce. Returns `None` if the system has no random bytes, or if the header is not JSON
/// of less than 16 KB.
pub fn encrypt(header: &impl Serialize, key: &[u8; KEY_LENGTH], document: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let header = serde_json::to_vec(header).ok().filter(|header| header.len() < LONGEST_LINE)?;
    let mut nonce = [0; NONCE_LEN];
    SystemRandom::new().fill(&mut nonce).ok()?;
    let before = MAGIC.len() + VERSION.len() + header.len() + 1;
    // Allocate the final size at once, because a growing buffer leaves copies behind.
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

fn cipher(key: &[u8; KEY_LENGTH]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, key).ok().map(LessSafeKey::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; KEY_LENGTH] = [7; KEY_LENGTH];
    const OTHER_KEY: [u8; KEY_LENGTH] = [8; KEY_LENGTH];

    fn encrypted(document: &[u8]) -> Zeroizing<Vec<u8>> {
        encrypt(&"a header", &KEY, document).unwrap()
    }

    fn decrypted(bytes: &[u8], key: &[u8; KEY_LENGTH]) -> Option<Vec<u8>> {
        match recognise::<String>(bytes) {
            Recognised::Encrypted(envelope) => envelope.decrypt(key).map(|document| document.to_vec()),
            _ => None,
        }
    }

    #[test]
    fn a_document_is_decrypted_with_its_key_and_no_other() {
        for document in [&b""[..], b"{}", b"\0any\nbytes\xff"] {
            let bytes = encrypted(document);
            assert_eq!(decrypted(&bytes, &KEY).as_deref(), Some(document));
            assert_eq!(decrypted(&bytes, &OTHER_KEY), None);
        }
    }

    /// The format of existing files.
    #[test]
    fn the_first_line_is_text_and_the_rest_says_nothing_of_the_document() {
        let bytes = encrypted(b"canary");
        let line = b"tokcache-sealed 1 \"a header\"\n";
        assert!(bytes.starts_with(line));
        assert_eq!(bytes.len(), line.len() + NONCE_LEN + 6 + TAG_LENGTH);
        assert!(!bytes.windows(6).any(|part| part == b"canary"));
    }

    #[test]
    fn no_byte_can_be_changed_and_none_cut_off_unnoticed() {
        let bytes = encrypted(b"{\"AccessToken\":{}}");
        for at in 0..bytes.len() {
            assert_eq!(decrypted(&bytes[..at], &KEY), None, "cut at {at}");
            for flip in [1, 0x20, 0x80] {
                let mut changed = bytes.clone();
                changed[at] ^= flip;
                assert_eq!(decrypted(&changed, &KEY), None, "byte {at} changed by {flip}");
            }
        }
        let longer = [bytes.as_slice(), b"x"].concat();
        assert_eq!(decrypted(&longer, &KEY), None);
    }

    #[test]
    fn the_same_document_is_never_encrypted_the_same_twice() {
        assert_ne!(encrypted(b"same"), encrypted(b"same"));
    }

    #[test]
    fn twenty_megabytes_are_no_problem() {
        let document = vec![b'x'; 20_000_000];
        assert!(decrypted(&encrypted(&document), &KEY).unwrap() == document);
    }

    #[test]
    fn a_document_that_is_not_encrypted_is_plain() {
        for bytes in [&b""[..], b"{\"AccessToken\": {}}", b"tokcache", b"\xef\xbb\xbf{}"] {
            assert!(matches!(recognise::<String>(bytes), Recognised::Plain));
        }
    }

    #[test]
    fn a_later_version_is_told_from_damage() {
        for bytes in [&b"tokcache-sealed 2 {}\n"[..], b"tokcache-sealed 10 {}\n"] {
            assert!(matches!(recognise::<String>(bytes), Recognised::TooNew));
        }
        for bytes in [&b"tokcache-sealed "[..], b"tokcache-sealed 1", b"tokcache-sealed 1 {}\n", b"tokcache-sealed x"] {
            let text = String::from_utf8_lossy(bytes);
            assert!(matches!(recognise::<String>(bytes), Recognised::Torn), "{text}");
        }
    }

    #[test]
    fn a_header_that_could_not_be_read_again_is_not_written() {
        // A string of this length, including its quotation marks and the line end.
        let header = |length: usize| "x".repeat(length - 3);
        let longest = encrypt(&header(LONGEST_LINE), &KEY, b"{}").unwrap();
        assert_eq!((decrypted(&longest, &KEY).as_deref(), longest.len()), (Some(&b"{}"[..]), MOST_OVERHEAD + 2));
        assert!(encrypt(&header(LONGEST_LINE + 1), &KEY, b"{}").is_none());
    }
}
