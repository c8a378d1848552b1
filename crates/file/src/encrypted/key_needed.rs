//! Why a look at a document ended before it was seen.

use super::EncryptionError;
use crate::Change;
use crate::keys::{KeyReference, KeySource};

/// Why a look at the document ended.
pub(super) enum Problem {
    /// The bytes make no sense, or do not fit the key: perhaps a writer is at work.
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

/// What stands between the store and the document.
pub(super) enum KeyNeeded {
    KeyMissing(KeyReference),
    NoKeyYet(KeySource),
    Refused(EncryptionError),
}
