//! The contract for stores on one machine. They block, have one document, and write it under a lock.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use zeroize::Zeroizing;

use crate::wait::Attempt;
use crate::{Change, Clock, Description, Holder, Recovered, Recovery, Revision, Saved, StoreError, Validity, Window};

/// A store of one cache document on this machine.
///
/// [`load`](LocalStore::load) never waits for a well-behaved writer. [`update`](LocalStore::update) applies a change to
/// the latest bytes, with no other writer in between. Neither waits for a person or the network; only a [`LocalLease`]
/// may be held that long.
pub trait LocalStore: Send + Sync {
    /// Passes the latest bytes to `read`: once, or several times while another program is writing. Empty bytes count as
    /// no document and are not passed. Returns `None` if there is no document.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if the reader finds the bytes torn for longer than a write can take.
    fn load(&self, read: &mut dyn FnMut(&[u8]) -> Validity) -> Result<Option<Revision>, StoreError>;

    /// Passes the latest bytes to `read` in pieces, so that a large document need not be in memory at once. Tries only
    /// once and never waits. Returns `None` if the pieces, if any, must be ignored and [`load`](LocalStore::load) must
    /// be used.
    fn scan(&self, _read: &mut dyn FnMut(&mut Window<'_>)) -> Option<Revision> {
        None
    }

    /// Returns the current revision without reading the document; `None` if that is not possible.
    fn revision(&self) -> Option<Revision> {
        None
    }

    /// Applies `change` to the latest bytes (`None` if there is no document yet), with no other writer in between, and
    /// saves the result. `change` may run again after a lost race; only its last run counts. Returns `None`, and does
    /// nothing, if the document does not have the expected revision.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if another process holds the lock, [`StoreError::Damaged`] if `change` finds the bytes
    /// torn. The document is unchanged in both cases.
    fn update_at(
        &self,
        expected: Expected,
        change: &mut dyn FnMut(Option<&[u8]>) -> Change,
    ) -> Result<Option<Saved>, StoreError>;

    /// Applies `change` at any revision.
    ///
    /// # Errors
    /// Like [`update_at`](LocalStore::update_at).
    fn update(&self, change: &mut dyn FnMut(Option<&[u8]>) -> Change) -> Result<Saved, StoreError> {
        Ok(self.update_at(Expected::Any, change)?.unwrap_or(Saved::Unchanged))
    }

    /// Replaces a damaged document by the result of `salvage`, and keeps a copy of the damaged one. `salvage` is called
    /// as in [`update`](LocalStore::update), but only with bytes that no program is writing. A store without a place
    /// for the copy repairs nothing: its document stays [`StoreError::Damaged`].
    ///
    /// # Errors
    /// Like [`update`](LocalStore::update), and also if the copy cannot be kept.
    fn repair(&self, _salvage: &mut dyn FnMut(&[u8]) -> Change) -> Result<Repaired, StoreError> {
        Err(StoreError::damaged(self.describe().url))
    }

    /// Deletes the document. A missing document is not an error.
    ///
    /// # Errors
    /// The document may still exist.
    fn remove(&self) -> Result<(), StoreError>;

    /// Checks, before a refresh token is redeemed, that a document of about `size` bytes could be saved now.
    ///
    /// # Errors
    /// There is not enough room, or nothing can be saved at all.
    fn ensure_room(&self, size: usize) -> Result<(), StoreError>;

    /// Requests the refresh lease of `credential`. The credential can be any text; equal texts exclude each other.
    ///
    /// # Errors
    /// The store cannot give leases.
    fn lease<'a>(&'a self, credential: &str) -> Result<Box<dyn LocalLeaseRequest + 'a>, StoreError>;

    /// Returns the [note](LocalLease::note) of the last holder of `credential`'s lease. Does not need the lease.
    fn note(&self, _credential: &str) -> Option<Vec<u8>> {
        None
    }

    /// Blocks all refreshes until the result is dropped. Waits at most `patience` for all current lease holders; no
    /// other process gets a lease meanwhile. Everything that they left is available for [recovery](Recovery). A store
    /// of this process alone waits for nobody.
    ///
    /// # Errors
    /// [`StoreError::Busy`] after `patience`.
    fn lease_all(&self, _patience: Duration) -> Result<Box<dyn LocalLease>, StoreError> {
        Ok(Box::new(NothingKept))
    }

    /// Removes the files of killed processes, if no other process is working.
    fn tidy(&self) {}

    /// Deletes the notes and the data for [recovery](Recovery) of all leases of this store.
    fn forget_recovery(&self);

    /// Replaces everything that was [kept](Recovery::keep) under any lease by the result of `rewrite`. If the result is
    /// `None`, or it cannot be written, the old data stay. A store that keeps nothing does nothing.
    fn rewrite_recovery(&self, _rewrite: &mut Rewrite<'_>) {}

    /// Returns the processes that hold a refresh lease now, as far as the store knows them.
    fn lease_holders(&self) -> Vec<Holder> {
        Vec::new()
    }

    /// Returns facts about this store for people.
    fn describe(&self) -> Description;
}

/// The revision that an update expects.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Expected {
    /// Any revision.
    Any,
    /// The document of this revision; `None` for no document.
    Exactly(Option<Revision>),
}

impl Expected {
    pub(crate) fn allows(self, found: Option<Revision>) -> bool {
        self == Expected::Any || self == Expected::Exactly(found)
    }
}

/// A process's request for a refresh lease.
pub trait LocalLeaseRequest: Send {
    /// Tries once to take the lease.
    ///
    /// # Errors
    /// The lock cannot be read.
    fn attempt(&mut self) -> Result<Attempt<Box<dyn LocalLease>>, StoreError>;

    /// Waits before the next attempt: for `pause`, or for the release of the lease, at most `most`. Returns whether the
    /// release came.
    fn rest(&mut self, pause: Duration, _most: Duration, clock: &dyn Clock) -> bool {
        clock.sleep(pause);
        false
    }

    /// Returns the lock file, or an equivalent name.
    fn name(&self) -> PathBuf;
}

/// The right to redeem one refresh token. Released on drop, or by the system when the process dies.
///
/// Its holder can leave data that it could not save in the document to the next holder of the same lease.
pub trait LocalLease: Recovery {
    /// Replaces the note for all processes that wait for this lease or request it later; `None` removes the note. A
    /// note must not contain secrets. A note that cannot be written is lost.
    fn note(&self, _note: Option<&[u8]>) {}
}

/// A lease that keeps no data.
struct NothingKept;

impl Recovery for NothingKept {
    fn keep(&self, _bytes: &[u8]) -> Option<PathBuf> {
        None
    }

    fn kept(&self) -> Vec<Recovered> {
        Vec::new()
    }

    fn forget(&self, _recovered: &Recovered) {}

    fn forget_all(&self) {}
}

impl LocalLease for NothingKept {}

/// Transforms kept data; `None` leaves the data as they are.
pub type Rewrite<'a> = dyn FnMut(&[u8]) -> Option<Zeroizing<Vec<u8>>> + 'a;

/// Called with a folder that could not be synced, so that a save there may not survive a system crash, and the error.
pub type Unsynced = dyn Fn(&Path, &io::Error) + Send + Sync;

/// The result of [`LocalStore::repair`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Repaired {
    /// The document was not damaged.
    Unchanged,
    /// The document was replaced. The damaged one was copied to this path.
    SetAside(PathBuf),
}
