use std::time::Duration;

use tokcache_core::future::BoxFuture;
use tokcache_core::secret::Window;
use tokcache_core::store::{
    Description, Lease, LeaseRequest, Loaded, Partition, Replaced, Replacement, Revision, Store, StoreError, Validity,
};
use tracing::{debug, warn};

use crate::{Counter, Counters};

/// A store whose operations are counted. It is meant for stores that several machines share.
pub struct ObservedStore<Inner> {
    inner: Inner,
    counters: Counters,
}

impl<Inner: Store> ObservedStore<Inner> {
    /// Counts the operations of `inner`.
    pub fn new(inner: Inner, counters: Counters) -> Self {
        ObservedStore { inner, counters }
    }

    fn checked<Output>(
        &self,
        operation: &'static str,
        outcome: Result<Output, StoreError>,
    ) -> Result<Output, StoreError> {
        if let Err(error) = &outcome {
            self.counters.count(Counter::StoreErrors);
            let is_retryable = error.is_retryable();
            warn!(target: "tokcache", operation, reason = %error, is_retryable, "the store failed");
        }
        outcome
    }
}

impl<Inner: Store> Store for ObservedStore<Inner> {
    fn load<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<Option<Loaded>, StoreError>> {
        Box::pin(async move {
            let loaded = self.checked("load", self.inner.load(partition).await)?;
            self.counters.count(if loaded.is_some() { Counter::StoreHits } else { Counter::StoreMisses });
            Ok(loaded)
        })
    }

    fn replace<'a>(
        &'a self,
        partition: &'a Partition,
        replacement: Replacement<'a>,
    ) -> BoxFuture<'a, Result<Replaced, StoreError>> {
        Box::pin(async move {
            let replaced = self.checked("replace", self.inner.replace(partition, replacement).await)?;
            match replaced {
                Replaced::Saved(_) => self.counters.count(Counter::StoreSaves),
                Replaced::Conflict => {
                    self.counters.count(Counter::StoreConflicts);
                    debug!(target: "tokcache", "another process has saved the document first");
                }
            }
            Ok(replaced)
        })
    }

    fn remove<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move { self.checked("remove", self.inner.remove(partition).await) })
    }

    fn lease<'a>(
        &'a self,
        partition: &'a Partition,
        credential: &'a str,
        time_to_live: Duration,
    ) -> Result<Box<dyn LeaseRequest + 'a>, StoreError> {
        self.checked("lease", self.inner.lease(partition, credential, time_to_live))
    }

    fn partitions<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a Partition>,
    ) -> BoxFuture<'a, Result<Vec<Partition>, StoreError>> {
        Box::pin(async move { self.checked("partitions", self.inner.partitions(prefix, after).await) })
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
            let is_there = self.checked("load", self.inner.peek(partition, read).await)?;
            self.counters.count(if is_there { Counter::StoreHits } else { Counter::StoreMisses });
            Ok(is_there)
        })
    }

    fn scan<'a>(
        &'a self,
        partition: &'a Partition,
        read: &'a mut (dyn FnMut(&mut Window<'_>) + Send),
    ) -> BoxFuture<'a, Option<Revision>> {
        self.inner.scan(partition, read)
    }

    fn revision<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Option<Revision>> {
        self.inner.revision(partition)
    }

    fn ensure_room<'a>(&'a self, partition: &'a Partition, size: usize) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move { self.checked("ensure_room", self.inner.ensure_room(partition, size).await) })
    }

    fn note<'a>(&'a self, partition: &'a Partition, credential: &'a str) -> BoxFuture<'a, Option<Vec<u8>>> {
        self.inner.note(partition, credential)
    }

    fn lease_all<'a>(
        &'a self,
        partition: &'a Partition,
        patience: Duration,
    ) -> BoxFuture<'a, Result<Option<Box<dyn Lease>>, StoreError>> {
        Box::pin(async move { self.checked("lease_all", self.inner.lease_all(partition, patience).await) })
    }

    fn forget_notes<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, ()> {
        self.inner.forget_notes(partition)
    }
}
