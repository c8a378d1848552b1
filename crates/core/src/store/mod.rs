//! The store contract: documents are opaque bytes, and no update is lost, however many processes write.
//!
//! A store keeps documents by [`Partition`] and does not know what a token is. To write one, implement the required
//! methods of [`Store`] and of [`Lease`]; the rest is provided. `tokcache-testing` has the tests that hold every store
//! to this contract. `examples/library/own_store.rs` is a small store, and [`MemoryStore`] one with fences and notes.

mod encrypted;
pub mod envelope;
mod error;
mod lease;
mod memory;
mod memory_leases;
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
pub use memory_leases::MemoryLeases;
pub use partition::Partition;
pub use revision::{Fence, Revision};
pub use wait::{LeaseWait, Pauses, Turn};

/// A store of cache documents.
///
/// Documents are read without a lock, and saved by compare-and-set. Only a [`Lease`] is held during a request to a
/// provider.
pub trait Store: Send + Sync {
    /// Returns the newest document of the partition; `None` if there is none. Empty bytes are no document.
    ///
    /// # Errors
    /// The store cannot be read. That is never taken for an empty store.
    fn load<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<Option<Loaded>, StoreError>>;

    /// Replaces the document that has the expected revision, if it still has that revision (compare-and-set). With a
    /// fence, also only if no later holder of the lease has a higher number.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] if the fence is too low. After other errors, the document may or may not be saved.
    fn replace<'a>(
        &'a self,
        partition: &'a Partition,
        replacement: Replacement<'a>,
    ) -> BoxFuture<'a, Result<Replaced, StoreError>>;

    /// Removes the document of the partition. A missing document is not an error.
    ///
    /// # Errors
    /// The document may still be there.
    fn remove<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Requests the lease of `credential` in the partition. `credential` is any text; equal texts exclude each other.
    /// The store does nothing before the first [`attempt`](LeaseRequest::attempt). The lease ends by itself after
    /// `time_to_live` unless it is renewed; a store whose leases end with the process may ignore the time.
    ///
    /// # Errors
    /// The store has no leases for this partition.
    fn lease<'a>(
        &'a self,
        partition: &'a Partition,
        credential: &'a str,
        time_to_live: Duration,
    ) -> Result<Box<dyn LeaseRequest + 'a>, StoreError>;

    /// Lists the partitions whose names begin with `prefix`, in order, beginning after the name `after`. An empty page
    /// is the end.
    ///
    /// # Errors
    /// The store cannot be read.
    fn partitions<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a Partition>,
    ) -> BoxFuture<'a, Result<Vec<Partition>, StoreError>>;

    /// Describes the store for people.
    fn describe(&self) -> Description;

    /// Loads the newest document and calls `read` with it. A store in which a reader can see half of a save calls
    /// `read` again after [`Validity::Torn`], while another program may be writing.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if the document stays torn.
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
                Validity::Torn => Err(StoreError::damaged(self.describe().url).in_partition(partition)),
            }
        })
    }

    /// Does the same as [`read`](Store::read) for a caller that needs no revision, which some stores have to compute from
    /// the document. Returns whether there is a document.
    ///
    /// # Errors
    /// As for [`read`](Store::read).
    fn peek<'a>(
        &'a self,
        partition: &'a Partition,
        read: &'a mut (dyn FnMut(&[u8]) -> Validity + Send),
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move { Ok(self.read(partition, read).await?.is_some()) })
    }

    /// Calls `read` with the newest document piece by piece, so that a large document need not be in memory as a whole.
    /// Tries once and does not wait. `None`: use [`read`](Store::read), and ignore what was seen.
    fn scan<'a>(
        &'a self,
        _partition: &'a Partition,
        _read: &'a mut (dyn FnMut(&mut Window<'_>) + Send),
    ) -> BoxFuture<'a, Option<Revision>> {
        Box::pin(std::future::ready(None))
    }

    /// Returns the revision of the newest document if that is cheaper than loading it; `None` otherwise.
    fn revision<'a>(&'a self, _partition: &'a Partition) -> BoxFuture<'a, Option<Revision>> {
        Box::pin(std::future::ready(None))
    }

    /// Calls `change` with the newest document (`None`: there is none) and saves what it returns, with no other save in
    /// between. After a lost race, `change` is called again; the last call counts. `update.seen` is tried first, so
    /// that a caller that has just loaded the document does not load it twice.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if `change` returns [`Change::Torn`], [`StoreError::Busy`] if other processes keep
    /// winning. The document is unchanged then.
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
                    Change::Torn => return Err(StoreError::damaged(self.describe().url).in_partition(partition)),
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

    /// Checks, before a refresh token is redeemed, that a document of about `size` bytes could be saved now.
    ///
    /// # Errors
    /// It could not be saved.
    fn ensure_room<'a>(&'a self, _partition: &'a Partition, _size: usize) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// Returns the [note](Lease::note) of the last holder of the lease of `credential`. No lease is needed.
    fn note<'a>(&'a self, _partition: &'a Partition, _credential: &'a str) -> BoxFuture<'a, Option<Vec<u8>>> {
        Box::pin(std::future::ready(None))
    }

    /// Takes all leases of the partition at once. Waits, at most `patience`, until no process holds one; no process
    /// gets one until the returned lease is dropped. Its [`Recovery`] has the data of all holders. Returns `None` if
    /// the store cannot do that.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if `patience` is over.
    fn lease_all<'a>(
        &'a self,
        _partition: &'a Partition,
        _patience: Duration,
    ) -> BoxFuture<'a, Result<Option<Box<dyn Lease>>, StoreError>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    /// Removes the notes of all leases of the partition, and their [recovery](Recovery) data.
    fn forget_notes<'a>(&'a self, _partition: &'a Partition) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// The maximum number of compare-and-set rounds of one update.
const MOST_CONFLICTS: usize = 50;

/// A document that was loaded.
pub struct Loaded {
    /// The document.
    pub bytes: Zeroizing<Vec<u8>>,
    /// The document's revision.
    pub revision: Revision,
}

/// A document that is to replace another.
pub struct Replacement<'a> {
    /// The revision that the document must have; `None`: there must be no document.
    pub expected: Option<Revision>,
    /// The new document.
    pub bytes: &'a [u8],
    /// The time from which on the document is of no use. A store may remove it then. `None`: unknown.
    pub keep_until: Option<Timestamp>,
    /// The lease under which the document is saved.
    pub fence: Option<&'a Fence>,
}

/// The result of [`Store::replace`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Replaced {
    /// Another process has saved or removed the document. Nothing was saved.
    Conflict,
    /// The document is saved and has this revision.
    Saved(Revision),
}

/// Details of an [update](Store::update).
#[derive(Default)]
pub struct Update {
    /// The document, if it was just loaded.
    pub seen: Option<Loaded>,
    /// As in [`Replacement::fence`].
    pub fence: Option<Fence>,
}

/// The verdict of a reader on a document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Validity {
    /// Empty or cut off: perhaps another program is writing.
    Torn,
    /// A whole document.
    Whole,
}

/// The decision of [`Store::update`]'s callback about a document.
#[derive(Debug)]
pub enum Change {
    /// Keep the document.
    Keep,
    /// Save these bytes instead.
    Replace(Zeroizing<Vec<u8>>),
    /// Save these bytes instead. They are of no use after this time: a store may remove them then.
    ReplaceUntil(Zeroizing<Vec<u8>>, Timestamp),
    /// The bytes are not a whole document: perhaps another program is writing. They are never overwritten.
    Torn,
}

/// The result of [`Store::update`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Saved {
    /// The document is unchanged.
    Unchanged,
    /// The document is saved, and survives a crash as far as the store promises.
    Written,
    /// The document is saved, and is no longer readable by other users.
    WrittenAndTightened,
}

/// The holder of a lock or a lease.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Holder {
    /// The process, if it is known.
    pub pid: Option<u32>,
    /// The program's name as the program gave it, if it is known.
    pub program: Option<String>,
    /// How long the process has held the lock, if it is known.
    pub age: Option<Duration>,
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

/// A description of a store for people.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Description {
    /// The URL as `--store` takes it: `file:PATH`, `memory:`. It has no password.
    pub url: String,
    /// The file, if there is one.
    pub path: Option<PathBuf>,
    /// The process that holds the cache lock now.
    pub lock_holder: Option<Holder>,
    /// The file, if other users can read it, and its folder, if other users can replace the file.
    pub exposed: Vec<PathBuf>,
}
