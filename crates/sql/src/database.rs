//! The statements that a store needs from a database.

use std::path::PathBuf;
use std::time::Duration;

use tokcache_core::future::BoxFuture;
use tokcache_core::store::{Partition, StoreError};
use zeroize::Zeroizing;

use crate::range::Range;

/// A database with documents and leases. Each method starts its statement at once, on a thread of the database's own.
/// So it needs no runtime, and a statement runs to its end even if its future is dropped.
pub trait Database: Send + Sync + 'static {
    /// Returns the URL for messages, without a password.
    fn url(&self) -> &str;

    /// Returns the path of the file if the database is one.
    fn path(&self) -> Option<PathBuf> {
        None
    }

    /// Returns the files that other users can read, and the folders in which other users could replace them.
    fn exposed(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    /// Connects, and brings the schema up to date.
    fn connect(&self) -> Answer<()>;

    /// Returns the document and its revision.
    fn load(&self, partition: String) -> Answer<Option<(Document, i64)>>;

    /// Returns only the revision.
    fn revision(&self, partition: String) -> Answer<Option<i64>>;

    fn save(&self, save: Save) -> Answer<SaveOutcome>;

    /// Fails if it can be foreseen that a document of this size cannot be saved.
    fn ensure_room(&self, _size: usize) -> Answer<()> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn remove(&self, partition: String) -> Answer<()>;

    /// Acquires the lease if it is free or already belongs to this owner, and returns its fencing number. So a caller
    /// whose answer was lost can ask again.
    fn acquire(&self, key: LeaseKey, owner: i64, time_to_live: Duration) -> Answer<Option<i64>>;

    /// Extends the lease, and returns whether it was still held.
    fn renew(&self, held: HeldLease, time_to_live: Duration) -> Answer<bool>;

    fn release(&self, held: HeldLease) -> Answer<()>;

    fn note(&self, key: LeaseKey) -> Answer<Option<Vec<u8>>>;

    fn set_note(&self, held: HeldLease, note: Option<Vec<u8>>) -> Answer<()>;

    fn forget_notes(&self, partition: String) -> Answer<()>;

    /// Returns one page of names.
    fn partitions(&self, range: Range) -> Answer<Vec<String>>;

    /// Returns one page of user names, each with its partition, sorted by both.
    fn users(&self, range: Range, after: Option<String>) -> Answer<Vec<(String, String)>>;

    /// Deletes up to [`BATCH`] expired documents, and as many expired leases. Returns the number of deleted rows.
    fn purge(&self) -> Answer<u64>;
}

/// The answer of a database.
pub(crate) type Answer<Value> = BoxFuture<'static, Result<Value, StoreError>>;

/// The number of rows on one page, and the limit of rows that one statement deletes.
pub(crate) const BATCH: u32 = 1000;

/// How long an expired lease of a credential is kept, with its fencing number and its note.
pub(crate) const LEASE_MEMORY: Duration = Duration::from_secs(24 * 3600);

/// The bytes of a document. They contain secrets.
pub(crate) type Document = Zeroizing<Vec<u8>>;

/// A document to save.
pub struct Save {
    pub partition: String,
    /// The revision that the document must have; `None`: there must be no document.
    pub expected: Option<i64>,
    pub document: Document,
    pub username: Option<String>,
    /// The time until which the document is kept, in seconds since 1970.
    pub keep_until: Option<i64>,
    /// The credential, and its fencing number, which must be the highest that was issued.
    pub fence: Option<(String, i64)>,
}

/// The outcome of a save.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SaveOutcome {
    Conflict,
    LeaseLost,
    /// The document was saved under this revision.
    Saved(i64),
}

/// The name of a lease.
#[derive(Clone)]
pub struct LeaseKey {
    pub partition: String,
    pub credential: String,
}

impl LeaseKey {
    pub(crate) fn new(partition: &Partition, credential: &str) -> Self {
        LeaseKey { partition: partition.as_str().to_owned(), credential: credential.to_owned() }
    }
}

/// A lease that was acquired.
#[derive(Clone)]
pub struct HeldLease {
    pub key: LeaseKey,
    pub owner: i64,
    pub fence: i64,
}
