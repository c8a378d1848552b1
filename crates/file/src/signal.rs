//! A signal file: it stores nothing, but its modification time tells that data elsewhere have changed.

use crate::{LocalStore, Saved, StoreError};

/// A file store whose file is a signal. Its locks and leases protect the data elsewhere.
pub(super) trait SignalFile: LocalStore {
    /// Runs `work` with no other writer in between. If `work` has written, updates the file's modification time.
    fn signalled(&self, work: &mut dyn FnMut() -> Result<Saved, StoreError>) -> Result<Saved, StoreError>;
}
