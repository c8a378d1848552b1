//! A store in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use zeroize::Zeroizing;

use super::memory_leases::MemoryLeases;
use super::mutex::locked;
use super::{Description, LeaseRequest, Loaded, Partition, Replaced, Replacement, Revision, Store, StoreError};
use crate::future::BoxFuture;

const URL: &str = "memory:";

/// Keeps documents in memory, for the threads and tasks of this process. A clone is the same store.
#[derive(Clone)]
pub struct MemoryStore {
    documents: Arc<Mutex<Documents>>,
    leases: MemoryLeases,
}

#[derive(Default)]
struct Documents {
    documents: BTreeMap<Partition, (Zeroizing<Vec<u8>>, u64)>,
    /// The last number that was given to a document.
    last: u64,
}

impl MemoryStore {
    /// Returns an empty store.
    pub fn new() -> Self {
        MemoryStore { documents: Arc::default(), leases: MemoryLeases::new(URL) }
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        MemoryStore::new()
    }
}

impl Documents {
    fn revision(&self, partition: &Partition) -> Option<Revision> {
        self.documents.get(partition).map(|(_, number)| Revision::from(*number))
    }

    fn replace(&mut self, partition: &Partition, replacement: &Replacement<'_>) -> Replaced {
        if self.revision(partition) != replacement.expected {
            return Replaced::Conflict;
        }
        self.last += 1;
        // Empty bytes count as no document.
        if replacement.bytes.is_empty() {
            self.documents.remove(partition);
        } else {
            self.documents.insert(partition.clone(), (replacement.bytes.to_vec().into(), self.last));
        }
        Replaced::Saved(Revision::from(self.last))
    }
}

fn ready<'a, Output: Send + 'a>(output: Output) -> BoxFuture<'a, Output> {
    Box::pin(std::future::ready(output))
}

impl Store for MemoryStore {
    fn load<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<Option<Loaded>, StoreError>> {
        let documents = locked(&self.documents);
        ready(Ok(documents
            .documents
            .get(partition)
            .map(|(bytes, number)| Loaded { bytes: bytes.clone(), revision: Revision::from(*number) })))
    }

    fn replace<'a>(
        &'a self,
        partition: &'a Partition,
        replacement: Replacement<'a>,
    ) -> BoxFuture<'a, Result<Replaced, StoreError>> {
        let save = || locked(&self.documents).replace(partition, &replacement);
        ready(self.leases.save(partition, replacement.fence, save))
    }

    fn remove<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<(), StoreError>> {
        locked(&self.documents).documents.remove(partition);
        ready(Ok(()))
    }

    fn lease<'a>(
        &'a self,
        partition: &'a Partition,
        credential: &'a str,
        _time_to_live: Duration,
    ) -> Result<Box<dyn LeaseRequest + 'a>, StoreError> {
        Ok(self.leases.request(partition, credential))
    }

    fn partitions<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a Partition>,
    ) -> BoxFuture<'a, Result<Vec<Partition>, StoreError>> {
        let documents = locked(&self.documents);
        let is_listed =
            |name: &&Partition| name.as_str().starts_with(prefix) && after.is_none_or(|after| *name > after);
        ready(Ok(documents.documents.keys().filter(is_listed).cloned().collect()))
    }

    fn revision<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Option<Revision>> {
        ready(locked(&self.documents).revision(partition))
    }

    fn describe(&self) -> Description {
        Description { url: URL.to_owned(), path: None, lock_holder: None, exposed: Vec::new() }
    }

    fn note<'a>(&'a self, partition: &'a Partition, credential: &'a str) -> BoxFuture<'a, Option<Vec<u8>>> {
        ready(self.leases.note(partition, credential))
    }

    fn forget_notes<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, ()> {
        self.leases.forget_notes(partition);
        ready(())
    }
}
