//! A store that records which leases each process holds.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokcache_core::future::BoxFuture;
use tokcache_core::store::mutex::locked;
use tokcache_core::store::{
    Description, Fence, Lease, LeaseAttempt, LeaseRequest, Loaded, Partition, Replaced, Replacement, Store, StoreError,
};
use tokcache_testing::RemoteStore;

/// The leases that each process believes to hold, and the refresh tokens that are on their way.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) held: BTreeMap<usize, Vec<Fence>>,
    pub(crate) sent: Vec<(String, Fence)>,
    pub(crate) violations: Vec<String>,
}

/// One process's connection to the store: notes what leases the process holds.
pub(crate) struct Watched {
    pub(crate) store: RemoteStore,
    pub(crate) ledger: Arc<Mutex<Ledger>>,
    pub(crate) process: usize,
}

impl Store for Watched {
    fn load<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<Option<Loaded>, StoreError>> {
        self.store.load(partition)
    }

    fn replace<'a>(
        &'a self,
        partition: &'a Partition,
        replacement: Replacement<'a>,
    ) -> BoxFuture<'a, Result<Replaced, StoreError>> {
        self.store.replace(partition, replacement)
    }

    fn remove<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<(), StoreError>> {
        self.store.remove(partition)
    }

    fn lease<'a>(
        &'a self,
        partition: &'a Partition,
        credential: &'a str,
        time_to_live: Duration,
    ) -> Result<Box<dyn LeaseRequest + 'a>, StoreError> {
        let request = self.store.lease(partition, credential, time_to_live)?;
        Ok(Box::new(WatchedRequest { request, ledger: Arc::clone(&self.ledger), process: self.process }))
    }

    fn partitions<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a Partition>,
    ) -> BoxFuture<'a, Result<Vec<Partition>, StoreError>> {
        self.store.partitions(prefix, after)
    }

    fn describe(&self) -> Description {
        self.store.describe()
    }

    fn note<'a>(&'a self, partition: &'a Partition, credential: &'a str) -> BoxFuture<'a, Option<Vec<u8>>> {
        self.store.note(partition, credential)
    }
}

pub(crate) struct WatchedRequest<'a> {
    pub(crate) request: Box<dyn LeaseRequest + 'a>,
    pub(crate) ledger: Arc<Mutex<Ledger>>,
    pub(crate) process: usize,
}

impl LeaseRequest for WatchedRequest<'_> {
    fn attempt(&mut self) -> BoxFuture<'_, Result<LeaseAttempt, StoreError>> {
        Box::pin(async move {
            let LeaseAttempt::Held(lease) = self.request.attempt().await? else {
                return Ok(LeaseAttempt::Taken(tokcache_core::store::Holder::default()));
            };
            locked(&self.ledger).held.entry(self.process).or_default().push(lease.fence().unwrap());
            Ok(LeaseAttempt::Held(Box::new(WatchedLease {
                lease: Some(lease),
                ledger: Arc::clone(&self.ledger),
                process: self.process,
            })))
        })
    }

    fn name(&self) -> std::path::PathBuf {
        self.request.name()
    }
}

pub(crate) struct WatchedLease {
    pub(crate) lease: Option<Box<dyn Lease>>,
    pub(crate) ledger: Arc<Mutex<Ledger>>,
    pub(crate) process: usize,
}

impl WatchedLease {
    fn lease(&self) -> &dyn Lease {
        self.lease.as_deref().unwrap()
    }
}

impl Lease for WatchedLease {
    fn fence(&self) -> Option<Fence> {
        self.lease().fence()
    }

    fn is_renewed(&self) -> bool {
        self.lease().is_renewed()
    }

    fn renew(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        self.lease().renew()
    }

    fn release(mut self: Box<Self>) -> BoxFuture<'static, ()> {
        self.forget();
        self.lease.take().unwrap().release()
    }

    fn note<'a>(&'a self, note: Option<&'a [u8]>) -> BoxFuture<'a, ()> {
        self.lease().note(note)
    }
}

impl WatchedLease {
    fn forget(&self) {
        let number = self.lease().fence().unwrap().number;
        let mut ledger = locked(&self.ledger);
        ledger.held.get_mut(&self.process).unwrap().retain(|fence| fence.number != number);
    }
}

impl Drop for WatchedLease {
    fn drop(&mut self) {
        if self.lease.is_some() {
            self.forget();
        }
    }
}
