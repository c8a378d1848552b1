//! Why a look at a document ended before it was seen.

use super::SealError;
use crate::Change;
use crate::keys::{KeyReference, KeySource};

/// Why a look at the document ended.
pub(super) enum Problem {
    /// The bytes make no sense, or do not fit the key: perhaps a writer is at work.
    Torn,
    Met(Obstacle),
}

impl Problem {
    /// Ends an update that cannot be made.
    pub(super) fn ending(self, obstacle: &mut Option<Obstacle>) -> Change {
        match self {
            Problem::Torn => Change::Torn,
            Problem::Met(met) => {
                *obstacle = Some(met);
                Change::Keep
            }
        }
    }
}

/// What stands between the store and the document.
pub(super) enum Obstacle {
    KeyMissing(KeyReference),
    NoKeyYet(KeySource),
    Refused(SealError),
}
