//! The token cache of one session, as a store.

use std::collections::HashMap;
use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tokcache_core::future::BoxFuture;
use tokcache_core::secret::fingerprint;
use tokcache_core::store::{
    Description, EncryptedStoreError, EncryptionKeys, EnvelopeError, LeaseRequest, Loaded, MemoryLeases, Partition,
    Replaced, Replacement, Revision, Store, StoreError,
};
use tokio::sync::Mutex;
use tower_sessions::session::{Id, Record};
use tower_sessions::{Session, SessionStore};

use crate::SessionError;

const URL: &str = "session:";
/// Two sessions rarely wait for each other, and no longer than a save takes.
const LOCKS: u128 = 256;

/// The token cache of one session, for one request: a [`Store`] whose partitions are of this session alone.
#[derive(Clone)]
pub struct SessionCache {
    pub(crate) shared: Arc<Shared>,
    /// The record that holds the documents.
    pub(crate) id: Id,
    /// Stands for the id in leases and errors, and in what the documents are encrypted for.
    pub(crate) name: String,
    /// The record expires when the session does.
    pub(crate) session: Session,
}

/// The state that the caches of all sessions share.
pub(crate) struct Shared {
    records: Box<dyn SessionStore>,
    keys: EncryptionKeys,
    leases: MemoryLeases,
    locks: Vec<Mutex<()>>,
}

impl Shared {
    pub(crate) fn new(records: Box<dyn SessionStore>, keys: EncryptionKeys) -> Self {
        let locks = (0..LOCKS).map(|_| Mutex::default()).collect();
        Shared { records, keys, leases: MemoryLeases::new(URL), locks }
    }

    /// Returns the lock for saves of a record: a session store has no compare-and-set.
    fn lock(&self, id: Id) -> &Mutex<()> {
        let index = id.0.cast_unsigned() % LOCKS;
        &self.locks[index as usize]
    }
}

impl SessionCache {
    async fn record(&self) -> Result<Option<Record>, SessionError> {
        Ok(self.shared.records.load(&self.id).await?)
    }

    /// The encrypted document of a partition and its revision.
    fn encrypted(&self, record: &Record, partition: &Partition) -> Result<Option<(Vec<u8>, Revision)>, StoreError> {
        let Some(value) = record.data.get(&value_of(partition)) else { return Ok(None) };
        let encrypted = value.as_str().and_then(|text| BASE64_STANDARD.decode(text).ok());
        let encrypted = encrypted.ok_or_else(|| self.failed(partition, EnvelopeError::Torn))?;
        let revision = revision_of(&encrypted);
        Ok(Some((encrypted, revision)))
    }

    /// Lets the time of the record begin anew after half of it.
    async fn extend(&self, record: &Record) {
        let is_due = |record: &Record| self.session.expiry_date() - record.expiry_date > self.session.expiry_age() / 2;
        if !is_due(record) {
            return;
        }
        let _saving = self.shared.lock(self.id).lock().await;
        if let Ok(Some(mut record)) = self.record().await
            && is_due(&record)
        {
            record.expiry_date = self.session.expiry_date();
            // After a failure, the next load tries again.
            let _ = self.shared.records.save(&record).await;
        }
    }

    /// Saves what `change` makes of the record. Returns `false` if another process has made the record meanwhile.
    async fn save(&self, current: Option<Record>, change: impl FnOnce(&mut Record)) -> Result<bool, SessionError> {
        let is_new = current.is_none();
        let expiry_date = self.session.expiry_date();
        let mut record = Record { id: self.id, data: current.map_or_else(HashMap::new, |old| old.data), expiry_date };
        change(&mut record);
        if record.data.is_empty() {
            self.shared.records.delete(&self.id).await?;
        } else if is_new {
            self.shared.records.create(&mut record).await?;
            // If the id is taken, a session store makes the record under another one.
            if record.id != self.id {
                self.shared.records.delete(&record.id).await?;
                return Ok(false);
            }
        } else {
            self.shared.records.save(&record).await?;
        }
        Ok(true)
    }

    pub(crate) async fn remove_all(&self) -> Result<(), SessionError> {
        let _saving = self.shared.lock(self.id).lock().await;
        Ok(self.shared.records.delete(&self.id).await?)
    }

    /// The partition under which this process knows the leases of a partition of this session.
    fn leased(&self, partition: &Partition) -> Partition {
        partition.clone().with_prefix(&format!("{}:", self.name))
    }

    fn place(&self, partition: &Partition) -> String {
        format!("{URL}{}:{partition}", self.name)
    }

    fn failed(&self, partition: &Partition, error: EnvelopeError) -> StoreError {
        StoreError::from(EncryptedStoreError { document: format!("the document {}", self.place(partition)), error })
    }
}

/// The beginning of the names of values that hold a document.
const DOCUMENT: &str = "tokcache.document:";

fn value_of(partition: &Partition) -> String {
    format!("{DOCUMENT}{partition}")
}

/// Each save encrypts with another nonce, so that no two documents have the same digest.
fn revision_of(encrypted: &[u8]) -> Revision {
    Revision::new(fingerprint(encrypted).as_bytes())
}

impl Store for SessionCache {
    fn load<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<Option<Loaded>, StoreError>> {
        Box::pin(async move {
            let Some(record) = self.record().await? else { return Ok(None) };
            let Some((encrypted, revision)) = self.encrypted(&record, partition)? else { return Ok(None) };
            let bytes = self.shared.keys.decrypt(&self.place(partition), &encrypted);
            let bytes = bytes.map_err(|error| self.failed(partition, error))?;
            self.extend(&record).await;
            Ok(Some(Loaded { bytes, revision }))
        })
    }

    fn replace<'a>(
        &'a self,
        partition: &'a Partition,
        replacement: Replacement<'a>,
    ) -> BoxFuture<'a, Result<Replaced, StoreError>> {
        Box::pin(async move {
            let encrypted = self.shared.keys.encrypt(&self.place(partition), replacement.bytes);
            let encrypted = encrypted.map_err(|error| self.failed(partition, error))?;
            let _saving = self.shared.lock(self.id).lock().await;
            let current = self.record().await?;
            let found = current.as_ref().map(|record| self.encrypted(record, partition)).transpose()?.flatten();
            if found.map(|(_, revision)| revision) != replacement.expected {
                return Ok(Replaced::Conflict);
            }
            self.shared.leases.save(&self.leased(partition), replacement.fence, || ())?;
            let saved = self.save(current, |record| {
                // Empty bytes are no document.
                if replacement.bytes.is_empty() {
                    record.data.remove(&value_of(partition));
                } else {
                    record.data.insert(value_of(partition), BASE64_STANDARD.encode(&encrypted).into());
                }
            });
            Ok(if saved.await? { Replaced::Saved(revision_of(&encrypted)) } else { Replaced::Conflict })
        })
    }

    fn remove<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let _saving = self.shared.lock(self.id).lock().await;
            let Some(record) = self.record().await? else { return Ok(()) };
            self.save(Some(record), |record| drop(record.data.remove(&value_of(partition)))).await?;
            Ok(())
        })
    }

    fn lease<'a>(
        &'a self,
        partition: &'a Partition,
        credential: &'a str,
        _time_to_live: Duration,
    ) -> Result<Box<dyn LeaseRequest + 'a>, StoreError> {
        Ok(self.shared.leases.request(&self.leased(partition), credential))
    }

    fn partitions<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a Partition>,
    ) -> BoxFuture<'a, Result<Vec<Partition>, StoreError>> {
        Box::pin(async move {
            let Some(record) = self.record().await? else { return Ok(Vec::new()) };
            let names = record.data.keys().filter_map(|name| name.strip_prefix(DOCUMENT));
            let partitions = names.filter(|name| name.starts_with(prefix)).map(Partition::named);
            let mut partitions: Vec<_> = partitions.filter(|name| after.is_none_or(|after| name > after)).collect();
            partitions.sort_unstable();
            Ok(partitions)
        })
    }

    fn describe(&self) -> Description {
        Description { url: URL.to_owned(), path: None, lock_holder: None, exposed: Vec::new() }
    }

    fn note<'a>(&'a self, partition: &'a Partition, credential: &'a str) -> BoxFuture<'a, Option<Vec<u8>>> {
        Box::pin(ready(self.shared.leases.note(&self.leased(partition), credential)))
    }

    fn forget_notes<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, ()> {
        self.shared.leases.forget_notes(&self.leased(partition));
        Box::pin(ready(()))
    }
}
