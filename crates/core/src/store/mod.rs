//! Stores: opaque bytes, kept so that nothing is lost whoever else writes them.
//!
//! A store does not know what a token is. Whether bytes are a whole document is for the caller to say ([`Reading`]),
//! and what to write is for the caller to compute, under the store's lock ([`CacheStore::update`]).

mod error;
mod memory;
pub mod mutex;
mod version;
pub mod wait;

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fmt, io};

use zeroize::Zeroizing;

use crate::secret::Window;

pub use error::StoreError;
pub use memory::MemoryStore;
pub use version::Version;
pub use wait::Waiting;

/// A place that keeps one cache document.
///
/// [`load`](CacheStore::load) never waits for a well-behaved writer; [`update`](CacheStore::update) runs a pure change
/// on the newest bytes with no other writer in between. Neither ever waits for a person or the network:
/// only a [`RefreshLease`] may be held that long.
pub trait CacheStore: Send + Sync {
    /// Hands the newest bytes to `read`, once or, while a foreign writer is at work, several times. Empty bytes are no
    /// document, and never handed over.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the reader has found the bytes torn for as long as a writer could be at work.
    fn load(&self, read: &mut dyn FnMut(&[u8]) -> Reading) -> Result<Presence, StoreError>;

    /// Shows the newest bytes to `read` while they are read, so that a large document need not be in memory at once.
    /// Tries it once, and waits for nobody. `None`: what was seen, if anything was, does not count, and
    /// [`load`](CacheStore::load) has to tell.
    fn skim(&self, _read: &mut dyn FnMut(&mut Window<'_>)) -> Option<Version> {
        None
    }

    /// Tells one state of the document from another without a look at it; `None` where there is no telling.
    fn version(&self) -> Option<Version> {
        None
    }

    /// Runs `change` on the newest bytes (`None`: there is no document yet) with no other writer in between, and saves
    /// what it returns. `change` may run again after a lost race; its last run is the one that counts.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when another process keeps the lock, [`StoreError::Damaged`] when the change has found the
    /// bytes torn. The document is as it was, then.
    fn update(&self, change: &mut dyn FnMut(Option<&[u8]>) -> Change) -> Result<Saved, StoreError>;

    /// Replaces a damaged document by what `salvage` makes of it, and keeps a copy of the damaged one. `salvage` is
    /// called as in [`update`](CacheStore::update), but only with bytes that nobody is at work on. A store that has no
    /// place for a copy repairs nothing: its document stays [`StoreError::Damaged`].
    ///
    /// # Errors
    /// As of [`update`](CacheStore::update), and where no copy can be kept.
    fn repair(&self, _salvage: &mut dyn FnMut(&[u8]) -> Change) -> Result<Repaired, StoreError> {
        Err(StoreError::damaged(self.describe().url))
    }

    /// Forgets the document. That there is none is success.
    ///
    /// # Errors
    /// The document may be there still.
    fn remove(&self) -> Result<(), StoreError>;

    /// Makes sure, before a refresh token is spent, that a document of about `size` bytes could be saved now.
    ///
    /// # Errors
    /// There is no room, or nothing can be saved there at all.
    fn ensure_room(&self, size: usize) -> Result<(), StoreError>;

    /// Takes the refresh lease of `credential` (any text; equal texts exclude each other), waiting at most `patience`.
    /// Should there be a wait, `waiting` is told at once who holds it, again when the holder gives it back or another
    /// has it, and every 50 to 200 ms: the moments to look whether a holder has already stored what is wanted. It ends
    /// the wait (`None`) with [`Wait::Enough`].
    ///
    /// # Errors
    /// [`StoreError::Busy`] when `patience` is over.
    fn lease(
        &self,
        credential: &str,
        patience: Duration,
        waiting: &mut dyn FnMut(&Holder) -> Wait,
    ) -> Result<Option<Box<dyn RefreshLease>>, StoreError>;

    /// What the last holder of the lease of `credential` has [noted](RefreshLease::note). Read without the lease.
    fn note(&self, _credential: &str) -> Option<Vec<u8>> {
        None
    }

    /// Takes the right to refresh from everybody until it is dropped: waits, at most `patience`, for all who hold a
    /// lease, and nobody gets one meanwhile. What is [rescued](RefreshLease::rescued) is what all of them left. A store
    /// that only this process has waits for nobody.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when `patience` is over.
    fn lease_all(&self, _patience: Duration) -> Result<Box<dyn RefreshLease>, StoreError> {
        Ok(Box::new(NothingRescued))
    }

    /// Removes what processes that were killed have left, if nobody is at work.
    fn tidy(&self) {}

    /// Forgets what was [rescued](RefreshLease::rescue) under any lease of this store.
    fn forget_rescued(&self);

    /// Puts in the place of everything that was [rescued](RefreshLease::rescue), under whatever lease, what `rewrite`
    /// makes of it. With `None` it stays, as it does where it cannot be written. A store that keeps nothing does
    /// nothing.
    fn rewrite_rescued(&self, _rewrite: &mut Rewrite<'_>) {}

    /// What a person would want to know of this store.
    fn describe(&self) -> Description;
}

/// The right to spend one refresh token, given back when dropped; given back by the system when the process dies.
///
/// What its holder cannot save in the document, it can leave elsewhere to the next holder of the same lease.
pub trait RefreshLease {
    /// Keeps `bytes`, which hold secrets, for the next holder; in the file that is returned. `None`: nowhere.
    fn rescue(&self, bytes: &[u8]) -> Option<PathBuf>;

    /// What earlier holders kept, and nobody but this user can have written; the newest first.
    fn rescued(&self) -> Vec<Rescued>;

    /// Where something is kept that cannot be opened now. It stays: its key may come back.
    fn unopened(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    /// Forgets one of those that were [rescued](RefreshLease::rescued).
    fn forget(&self, rescued: &Rescued);

    /// Forgets all that was kept.
    fn forget_rescued(&self);

    /// Leaves a note to all who wait for this lease, and who come later, in the place of the one that is there; with
    /// `None` there is none. It holds no secret, and is lost where it cannot be written.
    fn note(&self, _note: Option<&[u8]>) {}
}

/// What was rescued under a lease.
pub struct Rescued {
    /// The file that it is in.
    pub file: PathBuf,
    /// What was kept, which holds secrets.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// A lease under which nothing is kept.
struct NothingRescued;

impl RefreshLease for NothingRescued {
    fn rescue(&self, _bytes: &[u8]) -> Option<PathBuf> {
        None
    }

    fn rescued(&self) -> Vec<Rescued> {
        Vec::new()
    }

    fn forget(&self, _rescued: &Rescued) {}

    fn forget_rescued(&self) {}
}

/// Makes something else of what was rescued, or leaves it (`None`).
pub type Rewrite<'a> = dyn FnMut(&[u8]) -> Option<Zeroizing<Vec<u8>>> + 'a;

/// Is told the folder of what was saved but may not survive a crash of the system, and why: it could not be synced.
pub type Unsynced = dyn Fn(&Path, &io::Error) + Send + Sync;

/// What a reader makes of the bytes that it was handed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reading {
    /// Empty or cut off: perhaps a foreign writer is at work.
    Torn,
    /// A whole document.
    Whole,
}

/// Whether [`CacheStore::load`] found a document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Presence {
    /// There is none; the reader was not called, or only with bytes that were gone again.
    Absent,
    /// The reader was handed a whole document last.
    Found,
}

/// What to do with a document.
#[derive(Debug)]
pub enum Change {
    /// Nothing: not a byte is written.
    Keep,
    /// Save these bytes in its place.
    Replace(Zeroizing<Vec<u8>>),
    /// The bytes cannot be understood; perhaps a foreign writer is at work. They are never overwritten.
    Torn,
}

/// What [`CacheStore::update`] did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Saved {
    /// The change asked for nothing.
    Unchanged,
    /// The bytes are stored, and will survive a crash as far as the system promises; where it refuses to, the store
    /// tells ([`Unsynced`]).
    Written,
    /// The same; and others, who could read the document until now, cannot any more.
    WrittenAndClosed,
}

/// What [`CacheStore::repair`] did.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Repaired {
    /// There was nothing to repair.
    Unchanged,
    /// The document was replaced; the damaged one is kept here.
    SetAside(PathBuf),
}

/// Whether to go on waiting for a lease.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Wait {
    /// The lease is not needed any more.
    Enough,
    /// Keep waiting.
    More,
}

/// Who holds a lock.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Holder {
    /// The process, where it is known.
    pub pid: Option<u32>,
    /// The program's name as it gave it, where it is known.
    pub program: Option<String>,
}

impl fmt::Display for Holder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.pid, &self.program) {
            (Some(pid), Some(program)) => write!(formatter, "{program} (process {pid})"),
            (Some(pid), None) => write!(formatter, "process {pid}"),
            _ => formatter.write_str("another process"),
        }
    }
}

/// A store as a person sees it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Description {
    /// As `--store` takes it: `file:PATH`, `memory:`.
    pub url: String,
    /// The file, where there is one.
    pub path: Option<PathBuf>,
    /// Who holds the cache lock at this moment.
    pub lock_holder: Option<Holder>,
    /// The file, where others can read it, and its folder, where others can replace the file.
    pub exposed: Vec<PathBuf>,
}
