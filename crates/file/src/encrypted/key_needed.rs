//! Why a document could not be decrypted at once.

use super::EncryptionError;
use crate::Change;
use crate::keys::{KeyReference, KeySource};

/// Why a document could not be decrypted.
pub(super) enum Problem {
    /// The bytes are not valid, or do not fit the key. Another program may be writing.
    Torn,
    Met(KeyNeeded),
}

impl Problem {
    /// Ends an update that cannot be made.
    pub(super) fn ending(self, needed: &mut Option<KeyNeeded>) -> Change {
        match self {
            Problem::Torn => Change::Torn,
            Problem::Met(met) => {
                *needed = Some(met);
                Change::Keep
            }
        }
    }
}

/// The reason why the document cannot be decrypted yet.
pub(super) enum KeyNeeded {
    KeyMissing(KeyReference),
    NoKeyYet(KeySource),
    Refused(EncryptionError),
}
