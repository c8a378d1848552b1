//! A store without keys. It refuses encrypted documents, which would otherwise look damaged.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::de::IgnoredAny;
use tokcache_core::future::BoxFuture;
use tokcache_core::store::envelope::{Recognised, recognise};
use tokcache_core::store::{
    Description, Lease, LeaseRequest, Loaded, Partition, Replaced, Replacement, Revision, Store, StoreError,
};

/// Passes everything on to another store, except encrypted documents.
pub(in crate::cli) struct PlainStore(pub(in crate::cli) Arc<dyn Store>);

/// A document is encrypted, and no key was named.
#[derive(Debug)]
pub(in crate::cli) struct IsEncrypted {
    partition: String,
    store: String,
}

impl fmt::Display for IsEncrypted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let IsEncrypted { partition, store } = self;
        write!(formatter, "the cache of {partition} in {store} is encrypted, and no key is named")
    }
}

impl std::error::Error for IsEncrypted {}

impl Store for PlainStore {
    fn load<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<Option<Loaded>, StoreError>> {
        Box::pin(async move {
            let loaded = self.0.load(partition).await?;
            let is_plain = |loaded: &Loaded| matches!(recognise::<IgnoredAny>(&loaded.bytes), Recognised::Plain);
            if loaded.as_ref().is_none_or(is_plain) {
                return Ok(loaded);
            }
            let source = IsEncrypted { partition: partition.to_string(), store: self.0.describe().url };
            Err(StoreError::Backend { source: Box::new(source), is_retryable: false })
        })
    }

    fn replace<'a>(
        &'a self,
        partition: &'a Partition,
        replacement: Replacement<'a>,
    ) -> BoxFuture<'a, Result<Replaced, StoreError>> {
        self.0.replace(partition, replacement)
    }

    fn remove<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<(), StoreError>> {
        self.0.remove(partition)
    }

    fn lease<'a>(
        &'a self,
        partition: &'a Partition,
        credential: &'a str,
        time_to_live: Duration,
    ) -> Result<Box<dyn LeaseRequest + 'a>, StoreError> {
        self.0.lease(partition, credential, time_to_live)
    }

    fn partitions<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a Partition>,
    ) -> BoxFuture<'a, Result<Vec<Partition>, StoreError>> {
        self.0.partitions(prefix, after)
    }

    fn describe(&self) -> Description {
        self.0.describe()
    }

    fn revision<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Option<Revision>> {
        self.0.revision(partition)
    }

    /// The partition of a new user is not known yet, so it is the whole store. If the others are encrypted, the new one
    /// must not be plain.
    fn ensure_room<'a>(&'a self, partition: &'a Partition, size: usize) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            if *partition == Partition::whole()
                && let Some(first) = self.0.partitions("", None).await?.first()
            {
                self.load(first).await?;
            }
            self.0.ensure_room(partition, size).await
        })
    }

    fn note<'a>(&'a self, partition: &'a Partition, credential: &'a str) -> BoxFuture<'a, Option<Vec<u8>>> {
        self.0.note(partition, credential)
    }

    fn lease_all<'a>(
        &'a self,
        partition: &'a Partition,
        patience: Duration,
    ) -> BoxFuture<'a, Result<Option<Box<dyn Lease>>, StoreError>> {
        self.0.lease_all(partition, patience)
    }

    fn forget_notes<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, ()> {
        self.0.forget_notes(partition)
    }
}
