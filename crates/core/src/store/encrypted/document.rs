//! A document, encrypted with the current key for one place.

use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::error::EnvelopeError;
use super::key::{EncryptionKey, EncryptionKeys, KeyId};
use crate::secret::wiping_the_stack;
use crate::store::envelope::{KEY_LENGTH, Recognised, encrypt, recognise};

/// The first line of the document.
#[derive(Deserialize, Serialize)]
struct Header {
    algorithm: Algorithm,
    key: HeaderKey,
    place: String,
}

/// AES-256-GCM with a key for each place: the key of a whole store would be used for more documents than 96-bit nonces
/// are safe for (2^32, NIST SP 800-38D §8.3).
#[derive(Deserialize, Serialize)]
enum Algorithm {
    #[serde(rename = "HKDF-SHA-256, AES-256-GCM")]
    DerivedAes256Gcm,
}

#[derive(Deserialize, Serialize)]
struct HeaderKey {
    id: KeyId,
}

/// The settings for the encryption of a store.
pub(super) struct Encryption {
    pub(super) keys: EncryptionKeys,
    /// Whether to read documents that were saved before the store was encrypted.
    pub(super) accepts_plain: bool,
}

/// A document that was decrypted.
pub(super) struct Decrypted {
    pub(super) document: Zeroizing<Vec<u8>>,
    /// The key that the document was encrypted with; `None`: the document was plain.
    pub(super) key: Option<KeyId>,
}

impl Encryption {
    pub(super) fn decrypt(&self, place: &str, bytes: &[u8]) -> Result<Decrypted, EnvelopeError> {
        match self.keys.decrypt_naming_key(place, bytes) {
            // A token cache is a JSON object, and an encrypted document with a changed beginning is not.
            Err(EnvelopeError::NotEncrypted) if self.accepts_plain && bytes.trim_ascii_start().starts_with(b"{") => {
                Ok(Decrypted { document: bytes.to_vec().into(), key: None })
            }
            decrypted => decrypted,
        }
    }
}

impl EncryptionKeys {
    /// Encrypts a document with the current key, for a place: any text, such as the name of a partition or of a cookie.
    ///
    /// # Errors
    /// [`EnvelopeError::CannotEncrypt`].
    pub fn encrypt(&self, place: &str, document: &[u8]) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
        let key = self.current();
        let header =
            Header { algorithm: Algorithm::DerivedAes256Gcm, key: HeaderKey { id: key.id() }, place: place.to_owned() };
        let derived = derived(key, place).ok_or(EnvelopeError::CannotEncrypt)?;
        encrypt(&header, &derived, document).ok_or(EnvelopeError::CannotEncrypt)
    }

    /// Decrypts a document that was encrypted for this place with any of the keys.
    ///
    /// # Errors
    /// The bytes are not such a document. No part of them is returned.
    pub fn decrypt(&self, place: &str, bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
        self.decrypt_naming_key(place, bytes).map(|decrypted| decrypted.document)
    }

    /// Like [`decrypt`](Self::decrypt), but also returns the key's name.
    fn decrypt_naming_key(&self, place: &str, bytes: &[u8]) -> Result<Decrypted, EnvelopeError> {
        let envelope = match recognise::<Header>(bytes) {
            Recognised::Encrypted(envelope) => envelope,
            Recognised::Plain => return Err(EnvelopeError::NotEncrypted),
            Recognised::Torn => return Err(EnvelopeError::Torn),
            Recognised::TooNew => return Err(EnvelopeError::TooNew),
        };
        let id = envelope.header.key.id;
        let key = self.get(id).ok_or(EnvelopeError::UnknownKey { key: id })?;
        let document = derived(key, &envelope.header.place).and_then(|derived| envelope.decrypt(&derived));
        let document = document.ok_or(EnvelopeError::CannotDecrypt { key: id })?;
        if envelope.header.place != place {
            return Err(EnvelopeError::OtherPlace { key: id, place: envelope.header.place });
        }
        Ok(Decrypted { document, key: Some(id) })
    }
}

/// Derives the key of one place: HKDF (RFC 5869) with SHA-256, no salt, and the place as `info`.
fn derived(key: &EncryptionKey, place: &str) -> Option<Zeroizing<[u8; KEY_LENGTH]>> {
    struct Length;

    impl KeyType for Length {
        fn len(&self) -> usize {
            KEY_LENGTH
        }
    }

    let mut bytes = Zeroizing::new([0; KEY_LENGTH]);
    wiping_the_stack(|| {
        let key = Salt::new(HKDF_SHA256, &[]).extract(key.bytes());
        key.expand(&[b"tokcache place\n", place.as_bytes()], Length).ok()?.fill(bytes.as_mut()).ok()
    })?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use proptest::prelude::*;

    use super::*;

    const PLACE: &str = "partition:one";

    fn key(byte: u8) -> EncryptionKey {
        EncryptionKey::from_base64(BASE64_STANDARD.encode([byte; KEY_LENGTH]).as_bytes()).unwrap()
    }

    fn keys() -> EncryptionKeys {
        EncryptionKeys::new(key(2)).and_decrypting(key(1))
    }

    proptest! {
        #[test]
        fn any_bytes_come_back(bytes in prop::collection::vec(any::<u8>(), 0..300), place in ".{0,40}") {
            let encrypted = keys().encrypt(&place, &bytes).unwrap();
            prop_assert_eq!(&*keys().decrypt(&place, &encrypted).unwrap(), &bytes);
        }

        #[test]
        fn any_flipped_bit_is_noticed(bytes in prop::collection::vec(any::<u8>(), 0..300), at in any::<prop::sample::Index>(), bit in 0_u8..8) {
            let mut encrypted = keys().encrypt(PLACE, &bytes).unwrap();
            let at = at.index(encrypted.len());
            encrypted[at] ^= 1_u8 << bit;
            prop_assert!(keys().decrypt(PLACE, &encrypted).is_err());
        }

        #[test]
        fn any_other_place_is_refused(place in ".{0,40}", other in ".{0,40}") {
            prop_assume!(place != other);
            let error = keys().decrypt(&other, &keys().encrypt(&place, b"{}").unwrap()).unwrap_err();
            prop_assert_eq!(error, EnvelopeError::OtherPlace { key: key(2).id(), place });
        }

        #[test]
        fn other_bytes_are_never_taken_for_a_document(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(keys().decrypt(PLACE, &bytes).is_err());
            let torn = [b"tokcache-sealed 1 ", bytes.as_slice()].concat();
            prop_assert!(keys().decrypt(PLACE, &torn).is_err());
        }
    }

    #[test]
    fn the_first_line_names_the_key_and_the_place() {
        let encrypted = keys().encrypt(PLACE, b"canary").unwrap();
        let line = encrypted.split(|byte| *byte == b'\n').next().unwrap();
        let expected = format!(
            "tokcache-sealed 1 {{\"algorithm\":\"HKDF-SHA-256, AES-256-GCM\",\"key\":{{\"id\":\"{}\"}},\"place\":\"{PLACE}\"}}",
            key(2).id()
        );
        assert_eq!(String::from_utf8_lossy(line), expected);
        assert!(!encrypted.windows(6).any(|part| part == b"canary"));
    }

    #[test]
    fn every_key_decrypts_and_a_missing_one_is_named() {
        let earlier = EncryptionKeys::new(key(1)).encrypt(PLACE, b"{}").unwrap();
        assert_eq!(keys().decrypt(PLACE, &earlier).unwrap().as_slice(), b"{}");
        let error = EncryptionKeys::new(key(3)).decrypt(PLACE, &earlier).unwrap_err();
        assert_eq!(error, EnvelopeError::UnknownKey { key: key(1).id() });
    }

    #[test]
    fn a_changed_document_names_the_key_that_it_claims() {
        let mut encrypted = keys().encrypt(PLACE, b"{}").unwrap();
        *encrypted.last_mut().unwrap() ^= 1;
        let error = keys().decrypt(PLACE, &encrypted).unwrap_err();
        assert_eq!(error, EnvelopeError::CannotDecrypt { key: key(2).id() });
    }

    /// Created with Python's `cryptography` by the format in `docs/decisions/0040-encryption-of-shared-stores.md`.
    #[test]
    fn a_document_that_another_program_has_encrypted_is_decrypted() {
        let bytes = BASE64_STANDARD.decode(VECTOR).unwrap();
        assert_eq!(keys().decrypt(PLACE, &bytes).unwrap().as_slice(), b"{\"AccessToken\":{}}");
    }

    const VECTOR: &str = "dG9rY2FjaGUtc2VhbGVkIDEgeyJhbGdvcml0aG0iOiJIS0RGLVNIQS0yNTYsIEFFUy0yNTYtR0NNIiwia2V5Ijp7ImlkIjoi\
        MDBmNDY0YTAzYTFmNDY2ZTJhMTRjMzc1ZGYxMmIxOWMifSwicGxhY2UiOiJwYXJ0aXRpb246b25lIn0KAAECAwQFBgcICQoL\
        yijRX9mjDHX0uAssdRqm+ZlIzrqSwyOztRtuEkZpDSx4Jw==";
}
