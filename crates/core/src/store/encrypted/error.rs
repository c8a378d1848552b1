//! Why a document of an encrypted store cannot be read or written.

use std::fmt;

use super::key::KeyId;
use crate::store::StoreError;

/// Why bytes could not be decrypted, or a document could not be encrypted.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// The system has no random bytes, or the name of the place is too long.
    CannotEncrypt,
    /// The bytes do not fit the key that they name: they were changed, or the key is another one of that name.
    CannotDecrypt {
        /// The key that the bytes name.
        key: KeyId,
    },
    /// The document was encrypted for another place, such as another user's partition, and put here.
    OtherPlace {
        /// The key.
        key: KeyId,
        /// The place that the document was encrypted for.
        place: String,
    },
    /// The bytes are not encrypted.
    NotEncrypted,
    /// The bytes begin like an encrypted document, but the rest is invalid.
    Torn,
    /// A later version has encrypted the document.
    TooNew,
    /// None of the keys has the name in the document.
    UnknownKey {
        /// The missing key.
        key: KeyId,
    },
}

impl fmt::Display for EnvelopeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EnvelopeError::CannotEncrypt => {
                formatter.write_str("cannot be encrypted: there are no random bytes, or its name is too long")
            }
            EnvelopeError::CannotDecrypt { key } => {
                write!(formatter, "cannot be decrypted with key {key}, which it names: its bytes were changed")
            }
            EnvelopeError::OtherPlace { key, place } => write!(
                formatter,
                "was encrypted with key {key} for another place, {place:?}: somebody has exchanged documents"
            ),
            EnvelopeError::NotEncrypted => {
                formatter.write_str("is not encrypted, and only encrypted documents are accepted")
            }
            EnvelopeError::Torn => formatter.write_str("is damaged: it begins as an encrypted document and is none"),
            EnvelopeError::TooNew => formatter.write_str("was encrypted by a later version of tokcache"),
            EnvelopeError::UnknownKey { key } => {
                write!(
                    formatter,
                    "was encrypted with key {key}, which is not among the keys: add it to those that decrypt"
                )
            }
        }
    }
}

impl std::error::Error for EnvelopeError {}

/// A document of an encrypted store that cannot be read or written: the source of a [`StoreError::Backend`].
#[derive(Debug)]
pub struct EncryptedStoreError {
    /// The document, by its place and store.
    pub document: String,
    /// The reason.
    pub error: EnvelopeError,
}

impl fmt::Display for EncryptedStoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.document, self.error)
    }
}

impl std::error::Error for EncryptedStoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

impl From<EncryptedStoreError> for StoreError {
    fn from(error: EncryptedStoreError) -> Self {
        StoreError::Backend { source: Box::new(error), is_retryable: false }
    }
}
