//! A store whose documents are encrypted before they leave the process.

mod document;
mod error;
mod key;
mod lease;

use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

use self::document::{Decrypted, Encryption};
use self::lease::{EncryptedLeaseRequest, LeaseEncryption};
use super::envelope::MOST_OVERHEAD;
use super::{
    Description, Lease, LeaseRequest, Loaded, MOST_CONFLICTS, Partition, Replaced, Replacement, Revision, Store,
    StoreError, Validity,
};
use crate::future::BoxFuture;
use crate::time::Timestamp;

pub use error::{EncryptedStoreError, EnvelopeError};
pub use key::{EncryptionKey, EncryptionKeys, InvalidKey, KeyId, NoRandomness, decode_key};

/// Encrypts every document of another store with AES-256-GCM. The store and its readers see only the name of the key,
/// the partition and the size.
///
/// A document is bound to its partition: if an attacker puts it in the place of another user's document, it is refused.
/// Leases, revisions and notes are those of the inner store; notes contain no secrets.
///
/// # Limits
/// - The size of a document and the times of its changes tell how many tokens there are.
/// - An attacker who can write the inner store can put back an earlier document of the same partition, or remove it.
/// - A document whose key is lost cannot be read: every user has to sign in again.
///
/// # Errors
/// Bytes that cannot be decrypted are an [`EncryptedStoreError`], the source of a [`StoreError::Backend`], which names the
/// key. They are never taken for an empty or a plain document, and never overwritten by
/// [`update`](Store::update): [remove](Store::remove) the partition if the key is lost.
///
/// # Rotation
/// Documents are encrypted with the current key when they are saved next. With several hosts, a new key first has to be
/// a key that [decrypts](EncryptionKeys::and_decrypting) on all of them. Then make it the current one; the earlier key
/// decrypts. The earlier key can go when [`reencrypt`](EncryptedStore::reencrypt) has seen every partition.
pub struct EncryptedStore {
    inner: Arc<dyn Store>,
    encryption: Arc<Encryption>,
}

/// The result of [`EncryptedStore::reencrypt`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reencrypted {
    /// The partition has no document.
    Absent,
    /// The document was encrypted with the current key before.
    Already,
    /// The document is encrypted with the current key now.
    Done,
}

impl EncryptedStore {
    /// Returns a store that keeps its documents in `inner`, encrypted with `keys`.
    pub fn new(inner: Arc<dyn Store>, keys: EncryptionKeys) -> Self {
        EncryptedStore { inner, encryption: Arc::new(Encryption { keys, accepts_plain: false }) }
    }

    /// Also reads documents that are not encrypted, and encrypts them at the next save. For a store that was not
    /// encrypted before, until [`reencrypt`](EncryptedStore::reencrypt) has seen every partition.
    ///
    /// As long as this is set, an attacker who can write the inner store can plant a document there.
    pub fn accepting_plain_documents(self) -> Self {
        let keys = self.encryption.keys.clone();
        EncryptedStore { encryption: Arc::new(Encryption { keys, accepts_plain: true }), ..self }
    }

    /// Encrypts the document of a partition with the current key, if another key or none encrypts it now. A save that
    /// comes in between is kept. `keep_until` returns the document's [`keep_until`](Replacement::keep_until), such as
    /// [`Retention::keep_until`](crate::acquire::Retention::keep_until): a save replaces that, too.
    ///
    /// # Errors
    /// An error of the store, or the document cannot be decrypted. The document is unchanged then.
    pub async fn reencrypt(
        &self,
        partition: &Partition,
        keep_until: impl Fn(&[u8]) -> Option<Timestamp>,
    ) -> Result<Reencrypted, StoreError> {
        for _ in 0..MOST_CONFLICTS {
            let loaded = self.inner.load(partition).await?.filter(|loaded| !loaded.bytes.is_empty());
            let Some(loaded) = loaded else { return Ok(Reencrypted::Absent) };
            let Decrypted { document, key } = self.decrypted(partition, &loaded.bytes)?;
            if key == Some(self.encryption.keys.current().id()) {
                return Ok(Reencrypted::Already);
            }
            let bytes = self.encrypted(partition, &document)?;
            let (expected, keep_until) = (Some(loaded.revision), keep_until(&document));
            let replacement = Replacement { expected, bytes: &bytes, keep_until, fence: None };
            if let Replaced::Saved(_) = self.inner.replace(partition, replacement).await? {
                return Ok(Reencrypted::Done);
            }
        }
        Err(StoreError::contended(self.describe().url))
    }

    fn encrypted(&self, partition: &Partition, document: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let encrypted = self.encryption.keys.encrypt(&place(partition), document);
        encrypted.map_err(|error| self.failed(partition, error))
    }

    fn decrypted(&self, partition: &Partition, bytes: &[u8]) -> Result<Decrypted, StoreError> {
        let decrypted = self.encryption.decrypt(&place(partition), bytes);
        decrypted.map_err(|error| self.failed(partition, error))
    }

    fn failed(&self, partition: &Partition, error: EnvelopeError) -> StoreError {
        let document = format!("the document of `{partition}` in {}", self.inner.describe().url);
        StoreError::from(EncryptedStoreError { document, error })
    }

    fn lease_encryption(&self, partition: &Partition) -> LeaseEncryption {
        let place = format!("recovery of {}", place(partition));
        LeaseEncryption { encryption: Arc::clone(&self.encryption), place }
    }
}

/// Returns the place that the document of a partition is bound to.
fn place(partition: &Partition) -> String {
    format!("partition:{partition}")
}

impl Store for EncryptedStore {
    fn load<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<Option<Loaded>, StoreError>> {
        Box::pin(async move {
            let Some(loaded) = self.inner.load(partition).await? else { return Ok(None) };
            // Empty bytes count as no document.
            if loaded.bytes.is_empty() {
                return Ok(Some(loaded));
            }
            let bytes = self.decrypted(partition, &loaded.bytes)?.document;
            Ok(Some(Loaded { bytes, revision: loaded.revision }))
        })
    }

    fn replace<'a>(
        &'a self,
        partition: &'a Partition,
        replacement: Replacement<'a>,
    ) -> BoxFuture<'a, Result<Replaced, StoreError>> {
        Box::pin(async move {
            if replacement.bytes.is_empty() {
                return self.inner.replace(partition, replacement).await;
            }
            let bytes = self.encrypted(partition, replacement.bytes)?;
            self.inner.replace(partition, Replacement { bytes: &bytes, ..replacement }).await
        })
    }

    fn remove<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<(), StoreError>> {
        self.inner.remove(partition)
    }

    fn lease<'a>(
        &'a self,
        partition: &'a Partition,
        credential: &'a str,
        time_to_live: Duration,
    ) -> Result<Box<dyn LeaseRequest + 'a>, StoreError> {
        let inner = self.inner.lease(partition, credential, time_to_live)?;
        Ok(Box::new(EncryptedLeaseRequest { inner, encryption: self.lease_encryption(partition) }))
    }

    fn partitions<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a Partition>,
    ) -> BoxFuture<'a, Result<Vec<Partition>, StoreError>> {
        self.inner.partitions(prefix, after)
    }

    fn describe(&self) -> Description {
        self.inner.describe()
    }

    fn peek<'a>(
        &'a self,
        partition: &'a Partition,
        read: &'a mut (dyn FnMut(&[u8]) -> Validity + Send),
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            let mut decrypted = Ok(());
            let mut decrypt = |bytes: &[u8]| match self.decrypted(partition, bytes) {
                Ok(Decrypted { document, .. }) => read(&document),
                Err(error) => {
                    decrypted = Err(error);
                    Validity::Whole
                }
            };
            let is_there = self.inner.peek(partition, &mut decrypt).await?;
            decrypted.map(|()| is_there)
        })
    }

    fn revision<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Option<Revision>> {
        self.inner.revision(partition)
    }

    fn ensure_room<'a>(&'a self, partition: &'a Partition, size: usize) -> BoxFuture<'a, Result<(), StoreError>> {
        self.inner.ensure_room(partition, size + MOST_OVERHEAD)
    }

    fn note<'a>(&'a self, partition: &'a Partition, credential: &'a str) -> BoxFuture<'a, Option<Vec<u8>>> {
        self.inner.note(partition, credential)
    }

    fn lease_all<'a>(
        &'a self,
        partition: &'a Partition,
        patience: Duration,
    ) -> BoxFuture<'a, Result<Option<Box<dyn Lease>>, StoreError>> {
        Box::pin(async move {
            let lease = self.inner.lease_all(partition, patience).await?;
            Ok(lease.map(|lease| lease::encrypted(lease, self.lease_encryption(partition))))
        })
    }

    fn forget_notes<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, ()> {
        self.inner.forget_notes(partition)
    }
}
