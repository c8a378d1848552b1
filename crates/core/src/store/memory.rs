//! A store in memory.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use zeroize::Zeroizing;

use super::mutex::locked;
use super::{
    Description, Fence, Holder, Lease, LeaseAttempt, LeaseRequest, Loaded, Partition, Replaced, Replacement, Revision,
    Store, StoreError,
};
use crate::future::BoxFuture;

const URL: &str = "memory:";

/// Keeps documents in memory, for the threads and tasks of this process. A clone is the same store.
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Mutex<Memory>>);

#[derive(Default)]
struct Memory {
    documents: BTreeMap<Partition, (Zeroizing<Vec<u8>>, u64)>,
    leases: BTreeMap<LeaseKey, Leased>,
    /// The last number that was given to a document or a lease.
    last: u64,
}

/// The partition and the credential.
type LeaseKey = (Partition, String);

#[derive(Default)]
struct Leased {
    is_held: bool,
    /// The number of the last holder.
    number: u64,
    note: Option<Vec<u8>>,
}

impl Memory {
    fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    fn revision(&self, partition: &Partition) -> Option<Revision> {
        self.documents.get(partition).map(|(_, number)| Revision::from(*number))
    }
}

impl MemoryStore {
    /// Returns an empty store.
    pub fn new() -> Self {
        MemoryStore::default()
    }
}

fn ready<'a, Output: Send + 'a>(output: Output) -> BoxFuture<'a, Output> {
    Box::pin(std::future::ready(output))
}

impl Store for MemoryStore {
    fn load<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<Option<Loaded>, StoreError>> {
        let memory = locked(&self.0);
        ready(Ok(memory
            .documents
            .get(partition)
            .map(|(bytes, number)| Loaded { bytes: bytes.clone(), revision: Revision::from(*number) })))
    }

    fn replace<'a>(
        &'a self,
        partition: &'a Partition,
        replacement: Replacement<'a>,
    ) -> BoxFuture<'a, Result<Replaced, StoreError>> {
        let mut memory = locked(&self.0);
        if memory.revision(partition) != replacement.expected {
            return ready(Ok(Replaced::Conflict));
        }
        if let Some(fence) = replacement.fence {
            let leased = memory.leases.get(&(partition.clone(), fence.credential.clone()));
            if leased.is_some_and(|leased| leased.number > fence.number) {
                return ready(Err(StoreError::LeaseLost { lease: URL.into() }));
            }
        }
        let number = memory.next();
        // Empty bytes are no document.
        if replacement.bytes.is_empty() {
            memory.documents.remove(partition);
        } else {
            memory.documents.insert(partition.clone(), (replacement.bytes.to_vec().into(), number));
        }
        ready(Ok(Replaced::Saved(Revision::from(number))))
    }

    fn remove<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<(), StoreError>> {
        locked(&self.0).documents.remove(partition);
        ready(Ok(()))
    }

    fn lease<'a>(
        &'a self,
        partition: &'a Partition,
        credential: &'a str,
        _time_to_live: Duration,
    ) -> Result<Box<dyn LeaseRequest + 'a>, StoreError> {
        Ok(Box::new(MemoryLeaseRequest { store: self, key: (partition.clone(), credential.to_owned()) }))
    }

    fn partitions<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a Partition>,
    ) -> BoxFuture<'a, Result<Vec<Partition>, StoreError>> {
        let memory = locked(&self.0);
        let is_listed =
            |name: &&Partition| name.as_str().starts_with(prefix) && after.is_none_or(|after| *name > after);
        ready(Ok(memory.documents.keys().filter(is_listed).cloned().collect()))
    }

    fn describe(&self) -> Description {
        Description { url: URL.to_owned(), path: None, lock_holder: None, exposed: Vec::new() }
    }

    fn note<'a>(&'a self, partition: &'a Partition, credential: &'a str) -> BoxFuture<'a, Option<Vec<u8>>> {
        let key = (partition.clone(), credential.to_owned());
        ready(locked(&self.0).leases.get(&key).and_then(|leased| leased.note.clone()))
    }

    fn forget_notes<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, ()> {
        let mut memory = locked(&self.0);
        memory.leases.iter_mut().filter(|((of, _), _)| of == partition).for_each(|(_, leased)| leased.note = None);
        ready(())
    }
}

struct MemoryLeaseRequest<'a> {
    store: &'a MemoryStore,
    key: LeaseKey,
}

impl LeaseRequest for MemoryLeaseRequest<'_> {
    fn attempt(&mut self) -> BoxFuture<'_, Result<LeaseAttempt, StoreError>> {
        let mut memory = locked(&self.store.0);
        let number = memory.next();
        let leased = memory.leases.entry(self.key.clone()).or_default();
        if leased.is_held {
            return ready(Ok(LeaseAttempt::Taken(Holder { pid: Some(std::process::id()), program: None })));
        }
        (leased.is_held, leased.number) = (true, number);
        let (store, key) = (self.store.clone(), self.key.clone());
        ready(Ok(LeaseAttempt::Held(Box::new(MemoryLease { store, key, number }))))
    }

    fn name(&self) -> PathBuf {
        URL.into()
    }
}

/// A save in memory does not fail, so this lease needs no recovery.
struct MemoryLease {
    store: MemoryStore,
    key: LeaseKey,
    number: u64,
}

impl Lease for MemoryLease {
    fn fence(&self) -> Option<Fence> {
        Some(Fence { credential: self.key.1.clone(), number: self.number })
    }

    fn release(self: Box<Self>) -> BoxFuture<'static, ()> {
        drop(self);
        ready(())
    }

    fn note<'a>(&'a self, note: Option<&'a [u8]>) -> BoxFuture<'a, ()> {
        if let Some(leased) = locked(&self.store.0).leases.get_mut(&self.key) {
            leased.note = note.map(<[u8]>::to_vec);
        }
        ready(())
    }
}

impl Drop for MemoryLease {
    fn drop(&mut self) {
        if let Some(leased) = locked(&self.store.0).leases.get_mut(&self.key) {
            leased.is_held = false;
        }
    }
}
