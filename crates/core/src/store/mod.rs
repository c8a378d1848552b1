//! The store contract: opaque bytes, kept so that nothing is lost whoever else writes them.
//!
//! A store keeps documents by [`Partition`] and does not know what a token is. To write one, implement the required
//! methods of [`Store`] and of [`Lease`]; the rest is provided. `tokcache-testing` has the tests that hold every store
//! to this contract.

mod encrypted;
pub mod envelope;
mod error;
mod lease;
mod memory;
pub mod mutex;
mod partition;
mod revision;
mod wait;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::future::BoxFuture;
use crate::secret::Window;
use crate::time::Timestamp;

pub use encrypted::{
    EncryptedStore, EncryptedStoreError, EncryptionKey, EncryptionKeys, EnvelopeError, InvalidKey, KeyId, NoRandomness,
    Reencrypted, decode_key,
};
pub use error::StoreError;
pub use lease::{Lease, LeaseAttempt, LeaseRequest, Recovered, Recovery};
pub use memory::MemoryStore;
pub use partition::Partition;
pub use revision::{Fence, Revision};
pub use wait::{LeaseWait, Pauses, Turn};

/// Keeps cache documents.
///
/// Documents are read without a lock, and written by compare-and-set. Only a [`Lease`] is held while a provider is asked.
pub trait Store: Send + Sync {
    /// Returns the newest document of the partition, `None` if there is none. Empty bytes are no document.
    ///
    /// # Errors
    /// A store that cannot be read is never taken for an empty one.
    fn load<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<Option<Loaded>, StoreError>>;

    /// Saves a document in the place of the one that has the expected revision, if nobody has saved another meanwhile
    /// (compare-and-set). With a fence, only while no later holder of the lease has been given a higher number.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when the fence is too low. Otherwise the document may or may not be saved.
    fn replace<'a>(
        &'a self,
        partition: &'a Partition,
        replacement: Replacement<'a>,
    ) -> BoxFuture<'a, Result<Replaced, StoreError>>;

    /// Removes the document of the partition. That there is none is success.
    ///
    /// # Errors
    /// The document may still be there.
    fn remove<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Asks for the lease of `credential` in the partition: any text; equal texts exclude each other. Nothing happens
    /// before the first [`attempt`](LeaseRequest::attempt). The lease ends by itself after `time_to_live` unless it is
    /// renewed; a store whose leases end with the process that holds them need not count the time.
    ///
    /// # Errors
    /// No lease can be had at all.
    fn lease<'a>(
        &'a self,
        partition: &'a Partition,
        credential: &'a str,
        time_to_live: Duration,
    ) -> Result<Box<dyn LeaseRequest + 'a>, StoreError>;

    /// Lists the partitions whose names begin with `prefix`, in order, from behind the name `after`.
    ///
    /// # Errors
    /// The store cannot be read.
    fn partitions<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a Partition>,
    ) -> BoxFuture<'a, Result<Vec<Partition>, StoreError>>;

    /// Describes the store to a person.
    fn describe(&self) -> Description;

    /// Loads the newest document and shows it to `read`. A store whose documents can be seen half-written shows it
    /// again while [`Validity::Torn`] is the answer and a writer may be at work; `read` may then be called several times.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the document stays torn.
    fn read<'a>(
        &'a self,
        partition: &'a Partition,
        read: &'a mut (dyn FnMut(&[u8]) -> Validity + Send),
    ) -> BoxFuture<'a, Result<Option<Revision>, StoreError>> {
        Box::pin(async move {
            let loaded = self.load(partition).await?.filter(|loaded| !loaded.bytes.is_empty());
            let Some(loaded) = loaded else { return Ok(None) };
            match read(&loaded.bytes) {
                Validity::Whole => Ok(Some(loaded.revision)),
                Validity::Torn => Err(StoreError::damaged(self.describe().url)),
            }
        })
    }

    /// Shows the newest document to `read` piece by piece, so that a large document need not be in memory as a whole.
    /// It looks once and waits for nobody. `None`: use [`read`](Store::read); what was seen, if anything, does not
    /// count.
    fn scan<'a>(
        &'a self,
        _partition: &'a Partition,
        _read: &'a mut (dyn FnMut(&mut Window<'_>) + Send),
    ) -> BoxFuture<'a, Option<Revision>> {
        Box::pin(std::future::ready(None))
    }

    /// Returns the revision of the newest document where that is cheaper than loading it; `None` where it is not.
    fn revision<'a>(&'a self, _partition: &'a Partition) -> BoxFuture<'a, Option<Revision>> {
        Box::pin(std::future::ready(None))
    }

    /// Runs `change` on the newest document (`None`: there is none) and saves what it returns, with no other writer in
    /// between. `change` may run again after a lost race; its last run counts. `update.seen` is tried first, so that a
    /// caller that has just loaded the document does not load it twice.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when `change` finds the bytes torn, [`StoreError::Busy`] when others keep winning. The
    /// document is unchanged then.
    fn update<'a>(
        &'a self,
        partition: &'a Partition,
        update: Update,
        change: &'a mut (dyn FnMut(Option<&[u8]>) -> Change + Send),
    ) -> BoxFuture<'a, Result<Saved, StoreError>> {
        Box::pin(async move {
            let mut seen = update.seen;
            for _ in 0..MOST_CONFLICTS {
                let current = match seen.take() {
                    Some(loaded) => Some(loaded),
                    None => self.load(partition).await?,
                };
                let old = current.as_ref().map(|loaded| loaded.bytes.as_slice()).filter(|old| !old.is_empty());
                let (new, keep_until) = match change(old) {
                    Change::Keep => return Ok(Saved::Unchanged),
                    Change::Replace(new) => (new, None),
                    Change::ReplaceUntil(new, keep_until) => (new, Some(keep_until)),
                    Change::Torn => return Err(StoreError::damaged(self.describe().url)),
                };
                if old == Some(new.as_slice()) {
                    return Ok(Saved::Unchanged);
                }
                let expected = current.as_ref().map(|loaded| loaded.revision);
                let replacement = Replacement { expected, bytes: &new, keep_until, fence: update.fence.as_ref() };
                if let Replaced::Saved(_) = self.replace(partition, replacement).await? {
                    return Ok(Saved::Written);
                }
            }
            Err(StoreError::contended(self.describe().url))
        })
    }

    /// Makes sure, before a refresh token is redeemed, that a document of about `size` bytes could be saved now.
    ///
    /// # Errors
    /// It could not.
    fn ensure_room<'a>(&'a self, _partition: &'a Partition, _size: usize) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// Returns what the last holder of the lease of `credential` has [noted](Lease::note). No lease is needed.
    fn note<'a>(&'a self, _partition: &'a Partition, _credential: &'a str) -> BoxFuture<'a, Option<Vec<u8>>> {
        Box::pin(std::future::ready(None))
    }

    /// Takes the right to refresh from everybody until the lease is dropped: waits, at most `patience`, for all who hold a
    /// lease of the partition, and nobody gets one meanwhile. What its [`Recovery`] has is what all of them left. `None`:
    /// the store cannot do that.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when the patience is over.
    fn lease_all<'a>(
        &'a self,
        _partition: &'a Partition,
        _patience: Duration,
    ) -> BoxFuture<'a, Result<Option<Box<dyn Lease>>, StoreError>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    /// Forgets what the holders of leases of the partition have noted, or left to [recover](Recovery).
    fn forget_notes<'a>(&'a self, _partition: &'a Partition) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// Compare-and-set rounds of one update: more would be a store on which others never stop writing.
const MOST_CONFLICTS: usize = 50;

/// A document as it was loaded.
pub struct Loaded {
    /// The document.
    pub bytes: Zeroizing<Vec<u8>>,
    /// The document's revision.
    pub revision: Revision,
}

/// What takes the place of a document.
pub struct Replacement<'a> {
    /// The revision that the document must have; `None`: there must be no document.
    pub expected: Option<Revision>,
    /// The new document.
    pub bytes: &'a [u8],
    /// When nothing in the document will be of use any more: a store may remove it then. `None`: nobody knows.
    pub keep_until: Option<Timestamp>,
    /// The lease under which the document is saved.
    pub fence: Option<&'a Fence>,
}

/// What [`Store::replace`] did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Replaced {
    /// Somebody else has saved or removed the document: nothing was done.
    Conflict,
    /// The document is saved and has this revision.
    Saved(Revision),
}

/// How an [update](Store::update) is to be made.
#[derive(Default)]
pub struct Update {
    /// The document as it was just loaded.
    pub seen: Option<Loaded>,
    /// As in [`Replacement::fence`].
    pub fence: Option<Fence>,
}

/// What a reader makes of a document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Validity {
    /// Empty or cut off: perhaps a foreign writer is at work.
    Torn,
    /// A whole document.
    Whole,
}

/// What to do with a document.
#[derive(Debug)]
pub enum Change {
    /// Nothing: not a byte is written.
    Keep,
    /// Save these bytes in its place.
    Replace(Zeroizing<Vec<u8>>),
    /// Save these bytes in its place. They are of no use after this time: a store may remove them then.
    ReplaceUntil(Zeroizing<Vec<u8>>, Timestamp),
    /// The bytes cannot be understood; perhaps a foreign writer is at work. They are never overwritten.
    Torn,
}

/// What [`Store::update`] did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Saved {
    /// The change asked for nothing.
    Unchanged,
    /// The document is stored, and survives a crash as far as the store promises.
    Written,
    /// The same; and others, who could read the document until now, cannot any more.
    WrittenAndTightened,
}

/// Who holds a lock or a lease.
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
    /// As `--store` takes it: `file:PATH`, `memory:`. No password stands in it.
    pub url: String,
    /// The file, where there is one.
    pub path: Option<PathBuf>,
    /// Who holds the cache lock at this moment.
    pub lock_holder: Option<Holder>,
    /// The file, where others can read it, and its folder, where others can replace the file.
    pub exposed: Vec<PathBuf>,
}
