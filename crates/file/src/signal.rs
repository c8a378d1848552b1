//! A file that keeps nothing, and tells by its time that something kept elsewhere has changed.

use crate::{LocalStore, Saved, StoreError};

/// A file store whose file is such a signal; its locks and leases are those of what is kept elsewhere.
pub(super) trait SignalFile: LocalStore {
    /// Runs `work` with no other writer in between. If that has written, the file's time moves on.
    fn signalled(&self, work: &mut dyn FnMut() -> Result<Saved, StoreError>) -> Result<Saved, StoreError>;
}
