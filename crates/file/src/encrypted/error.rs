//! Why an encrypted cache cannot be used, or a plain one is refused.

use std::fmt;

use tokcache_core::store::StoreError;

use crate::keys::{KeyError, KeySource};

/// Why an encrypted cache cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum EncryptionError {
    /// The key is not available.
    Key {
        /// The source of the key.
        source: KeySource,
        /// The reason.
        error: KeyError,
        /// The store that cannot be decrypted, by its URL.
        store: String,
    },
    /// The cache was encrypted for another place: it was moved, or exchanged for another cache.
    Moved {
        /// The place.
        encrypted_for: String,
    },
    /// A new key could not be created.
    NewKey {
        /// The source of the new key.
        source: KeySource,
        /// The reason.
        error: KeyError,
    },
    /// The cache does not have the form that the settings require.
    NotAsWanted {
        /// The source of the cache's key; `None` if the cache is plain.
        found: Option<KeySource>,
        /// The source that the settings require; `None` if they require a plain cache.
        wanted: Option<KeySource>,
    },
    /// The cache cannot be encrypted: there are no random bytes, or the path of a key file is not text.
    CannotEncrypt,
    /// The new key would be in the file of the old one.
    SameKey,
    /// A later version of tokcache has encrypted the cache.
    TooNew,
}

impl fmt::Display for EncryptionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EncryptionError::CannotEncrypt => formatter.write_str("the cache cannot be encrypted here"),
            EncryptionError::Key { error, .. } | EncryptionError::NewKey { error, .. } => error.fmt(formatter),
            EncryptionError::Moved { encrypted_for } => {
                write!(formatter, "the cache was encrypted as {encrypted_for}: it was moved, or exchanged for another")
            }
            EncryptionError::NotAsWanted { found: None, wanted } => {
                write!(formatter, "the cache is not encrypted, and by the settings it is: {}", said(wanted))
            }
            EncryptionError::NotAsWanted { found, wanted } => {
                write!(formatter, "the cache is encrypted by {}, and by the settings: {}", said(found), said(wanted))
            }
            EncryptionError::SameKey => formatter.write_str("the new key needs another file than the old one"),
            EncryptionError::TooNew => formatter.write_str("the cache was encrypted by a later version of tokcache"),
        }
    }
}

fn said(source: &Option<KeySource>) -> String {
    source.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string)
}

impl std::error::Error for EncryptionError {}

impl From<EncryptionError> for StoreError {
    fn from(error: EncryptionError) -> Self {
        StoreError::Backend { source: Box::new(error), is_retryable: false }
    }
}
