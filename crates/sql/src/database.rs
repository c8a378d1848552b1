//! The statements that a store needs from a database.

use std::path::PathBuf;
use std::time::Duration;

use tokcache_core::future::BoxFuture;
use tokcache_core::store::{Partition, StoreError};
use zeroize::Zeroizing;

use crate::range::Range;

/// A database that keeps documents and leases. Each statement begins when its method is called, on a thread of the
/// database's own: no runtime is needed, and a future that is dropped does not stop it.
pub trait Database: Send + Sync + 'static {
    /// The database to a person, without a password.
    fn url(&self) -> &str;

    /// The file, where there is one.
    fn path(&self) -> Option<PathBuf> {
        None
    }

    /// The files that other users can read, and the folders in which they could replace them.
    fn exposed(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    /// Connects, and brings the schema up to date.
    fn connect(&self) -> Answer<()>;

    /// The document and its revision.
    fn load(&self, partition: String) -> Answer<Option<(Document, i64)>>;

    /// The revision alone.
    fn revision(&self, partition: String) -> Answer<Option<i64>>;

    fn save(&self, save: Save) -> Answer<SaveOutcome>;

    /// That a document of this size could be saved, where a save that fails could have been foreseen.
    fn ensure_room(&self, _size: usize) -> Answer<()> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn remove(&self, partition: String) -> Answer<()>;

    /// The fence of the lease if it was free, or is this owner's already: so a lost answer can be asked for again.
    fn acquire(&self, key: LeaseKey, owner: i64, time_to_live: Duration) -> Answer<Option<i64>>;

    /// Whether the lease was held still.
    fn renew(&self, held: HeldLease, time_to_live: Duration) -> Answer<bool>;

    fn release(&self, held: HeldLease) -> Answer<()>;

    fn note(&self, key: LeaseKey) -> Answer<Option<Vec<u8>>>;

    fn set_note(&self, held: HeldLease, note: Option<Vec<u8>>) -> Answer<()>;

    fn forget_notes(&self, partition: String) -> Answer<()>;

    /// One page of names.
    fn partitions(&self, range: Range) -> Answer<Vec<String>>;

    /// One page of user names, each with its partition, by both.
    fn users(&self, range: Range, after: Option<String>) -> Answer<Vec<(String, String)>>;

    /// Deletes at most [`BATCH`] documents, and as many leases, whose time is over. Returns how many rows it deleted.
    fn purge(&self) -> Answer<u64>;
}

/// The answer of a database.
pub(crate) type Answer<Value> = BoxFuture<'static, Result<Value, StoreError>>;

/// Rows on one page, or deleted by one statement.
pub(crate) const BATCH: u32 = 1000;

/// How long after its end the lease of a credential is remembered, with its fence and its note.
pub(crate) const LEASE_MEMORY: Duration = Duration::from_secs(24 * 3600);

/// A document, which holds secrets.
pub(crate) type Document = Zeroizing<Vec<u8>>;

/// A document to be saved.
pub struct Save {
    pub partition: String,
    /// `None`: there must be no document.
    pub expected: Option<i64>,
    pub document: Document,
    pub username: Option<String>,
    /// In seconds since 1970.
    pub keep_until: Option<i64>,
    /// The credential, and the number that must be the highest that was given.
    pub fence: Option<(String, i64)>,
}

/// The outcome of a save.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SaveOutcome {
    Conflict,
    LeaseLost,
    /// The new revision.
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
