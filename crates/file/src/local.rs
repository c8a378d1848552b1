//! The contract of the stores of one machine: blocking, one document, written under a lock.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use zeroize::Zeroizing;

use crate::wait::Attempt;
use crate::{Change, Clock, Description, Recovered, Recovery, Revision, Saved, StoreError, Validity, Window};

/// A place on this machine that keeps one cache document.
///
/// [`load`](LocalStore::load) never waits for a well-behaved writer; [`update`](LocalStore::update) runs a change on the
/// newest bytes with no other writer in between. Neither ever waits for a person or the network: only a [`LocalLease`]
/// may be held that long.
pub trait LocalStore: Send + Sync {
    /// Hands the newest bytes to `read`, once or, while a foreign writer is at work, several times. Empty bytes are no
    /// document, and never handed over. `None`: there is no document.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the reader has found the bytes torn for as long as a writer could be at work.
    fn load(&self, read: &mut dyn FnMut(&[u8]) -> Validity) -> Result<Option<Revision>, StoreError>;

    /// Shows the newest bytes to `read` while they are read, so that a large document need not be in memory at once.
    /// Tries it once, and waits for nobody. `None`: what was seen, if anything was, does not count, and
    /// [`load`](LocalStore::load) has to tell.
    fn scan(&self, _read: &mut dyn FnMut(&mut Window<'_>)) -> Option<Revision> {
        None
    }

    /// Tells one state of the document from another without a look at it; `None` where there is no telling.
    fn revision(&self) -> Option<Revision> {
        None
    }

    /// Runs `change` on the newest bytes (`None`: there is no document yet) with no other writer in between, and saves
    /// what it returns. `change` may run again after a lost race; its last run is the one that counts. `None`: the
    /// document does not have the expected revision, and nothing was done.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when another process keeps the lock, [`StoreError::Damaged`] when the change has found the
    /// bytes torn. The document is as it was, then.
    fn update_at(
        &self,
        expected: Expected,
        change: &mut dyn FnMut(Option<&[u8]>) -> Change,
    ) -> Result<Option<Saved>, StoreError>;

    /// The same, whatever the revision.
    ///
    /// # Errors
    /// As of [`update_at`](LocalStore::update_at).
    fn update(&self, change: &mut dyn FnMut(Option<&[u8]>) -> Change) -> Result<Saved, StoreError> {
        Ok(self.update_at(Expected::Any, change)?.unwrap_or(Saved::Unchanged))
    }

    /// Replaces a damaged document by what `salvage` makes of it, and keeps a copy of the damaged one. `salvage` is
    /// called as in [`update`](LocalStore::update), but only with bytes that nobody is at work on. A store that has no
    /// place for a copy repairs nothing: its document stays [`StoreError::Damaged`].
    ///
    /// # Errors
    /// As of [`update`](LocalStore::update), and where no copy can be kept.
    fn repair(&self, _salvage: &mut dyn FnMut(&[u8]) -> Change) -> Result<Repaired, StoreError> {
        Err(StoreError::damaged(self.describe().url))
    }

    /// Forgets the document. That there is none is success.
    ///
    /// # Errors
    /// The document may be there still.
    fn remove(&self) -> Result<(), StoreError>;

    /// Makes sure, before a refresh token is redeemed, that a document of about `size` bytes could be saved now.
    ///
    /// # Errors
    /// There is no room, or nothing can be saved there at all.
    fn ensure_room(&self, size: usize) -> Result<(), StoreError>;

    /// Asks for the refresh lease of `credential` (any text; equal texts exclude each other).
    ///
    /// # Errors
    /// No lease can be had there.
    fn lease<'a>(&'a self, credential: &str) -> Result<Box<dyn LocalLeaseRequest + 'a>, StoreError>;

    /// What the last holder of the lease of `credential` has [noted](LocalLease::note). Read without the lease.
    fn note(&self, _credential: &str) -> Option<Vec<u8>> {
        None
    }

    /// Takes the right to refresh from everybody until it is dropped: waits, at most `patience`, for all who hold a
    /// lease, and nobody gets one meanwhile. What can be [recovered](Recovery) is what all of them left. A store that
    /// only this process has waits for nobody.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when `patience` is over.
    fn lease_all(&self, _patience: Duration) -> Result<Box<dyn LocalLease>, StoreError> {
        Ok(Box::new(NothingKept))
    }

    /// Removes what processes that were killed have left, if nobody is at work.
    fn tidy(&self) {}

    /// Forgets what was noted, or kept to [recover](Recovery), under any lease of this store.
    fn forget_recovery(&self);

    /// Puts in the place of everything that was [kept](Recovery::keep), under whatever lease, what `rewrite` makes of
    /// it. With `None` it stays, as it does where it cannot be written. A store that keeps nothing does nothing.
    fn rewrite_recovery(&self, _rewrite: &mut Rewrite<'_>) {}

    /// What a person would want to know of this store.
    fn describe(&self) -> Description;
}

/// Which document an update is meant for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Expected {
    /// Whatever is there.
    Any,
    /// The document of this revision; `None`: there must be none.
    Exactly(Option<Revision>),
}

impl Expected {
    pub(crate) fn allows(self, found: Option<Revision>) -> bool {
        self == Expected::Any || self == Expected::Exactly(found)
    }
}

/// One process's request for a refresh lease.
pub trait LocalLeaseRequest: Send {
    /// Tries once.
    ///
    /// # Errors
    /// The lock cannot be looked at.
    fn attempt(&mut self) -> Result<Attempt<Box<dyn LocalLease>>, StoreError>;

    /// Lets `pause` pass before the next try, or waits for the end of the lease, at most `most`, and returns whether it
    /// came.
    fn rest(&mut self, pause: Duration, _most: Duration, clock: &dyn Clock) -> bool {
        clock.sleep(pause);
        false
    }

    /// The lock file, or what stands for it.
    fn name(&self) -> PathBuf;
}

/// The right to redeem one refresh token, given back when dropped; given back by the system when the process dies.
///
/// What its holder cannot save in the document, it can leave elsewhere to the next holder of the same lease.
pub trait LocalLease: Recovery {
    /// Leaves a note to all who wait for this lease, and who come later, in the place of the one that is there; with
    /// `None` there is none. It holds no secret, and is lost where it cannot be written.
    fn note(&self, _note: Option<&[u8]>) {}
}

/// A lease under which nothing is kept.
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

/// Makes something else of what was kept, or leaves it (`None`).
pub type Rewrite<'a> = dyn FnMut(&[u8]) -> Option<Zeroizing<Vec<u8>>> + 'a;

/// Is told the folder of what was saved but may not survive a crash of the system, and why: it could not be synced.
pub type Unsynced = dyn Fn(&Path, &io::Error) + Send + Sync;

/// What [`LocalStore::repair`] did.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Repaired {
    /// There was nothing to repair.
    Unchanged,
    /// The document was replaced; the damaged one is kept here.
    SetAside(PathBuf),
}
