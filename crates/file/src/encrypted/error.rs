//! Why a sealed document stays closed, or a plain one is refused.

use std::fmt;

use tokcache_core::store::StoreError;

use crate::keys::{KeyError, KeySource};

/// Why a sealed cache cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum EncryptionError {
    /// There is no key.
    Key {
        /// Where it should be.
        source: KeySource,
        /// Why it is not.
        error: KeyError,
        /// The store that stays closed, by its URL.
        store: String,
    },
    /// It was sealed for another place: moved, or put here instead of another.
    Moved {
        /// The place.
        sealed_for: String,
    },
    /// No key could be made to seal it with.
    NewKey {
        /// Where it should have been made.
        source: KeySource,
        /// Why it was not.
        error: KeyError,
    },
    /// It is not what the settings promise.
    NotAsWanted {
        /// What seals it; `None`: nothing.
        found: Option<KeySource>,
        /// What should; `None`: nothing.
        wanted: Option<KeySource>,
    },
    /// It cannot be sealed: no random bytes, or the path of a key file is not text.
    CannotSeal,
    /// A new key was asked for where the old one is kept.
    SameKey,
    /// A later version of tokcache sealed it.
    TooNew,
}

impl fmt::Display for EncryptionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EncryptionError::CannotSeal => formatter.write_str("the cache cannot be encrypted here"),
            EncryptionError::Key { error, .. } | EncryptionError::NewKey { error, .. } => error.fmt(formatter),
            EncryptionError::Moved { sealed_for } => {
                write!(formatter, "the cache was encrypted as {sealed_for}: it was moved, or exchanged for another")
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
