//! A store that works, except for one alteration.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokcache_core::future::BoxFuture;
use tokcache_core::store::{
    Change, Description, Holder, LeaseAttempt, LeaseRequest, Loaded, Partition, Replaced, Replacement, Revision, Saved,
    Store, StoreError, Update, Validity,
};

pub(crate) struct AlteredStore<'a> {
    store: &'a dyn Store,
    alteration: Alteration<'a>,
    is_leased: AtomicBool,
}

/// The part that does not work as usual.
pub(crate) enum Alteration<'a> {
    /// Another process holds the lease. It calls this function when we begin to wait, and then has released the lease.
    LeasedBy(&'a (dyn Fn() + Sync)),
    /// Writes fail.
    ReadOnly,
    /// Reads fail from the first lease on.
    UnreadableOnceLeased,
}

impl<'a> AlteredStore<'a> {
    pub(crate) fn new(store: &'a dyn Store, alteration: Alteration<'a>) -> Self {
        AlteredStore { store, alteration, is_leased: AtomicBool::new(false) }
    }
}

fn failing<'a, Output: Send + 'a>(why: &str) -> BoxFuture<'a, Result<Output, StoreError>> {
    Box::pin(std::future::ready(Err(StoreError::damaged(why))))
}

impl Store for AlteredStore<'_> {
    fn load<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<Option<Loaded>, StoreError>> {
        self.store.load(partition)
    }

    fn read<'a>(
        &'a self,
        partition: &'a Partition,
        read: &'a mut (dyn FnMut(&[u8]) -> Validity + Send),
    ) -> BoxFuture<'a, Result<Option<Revision>, StoreError>> {
        match self.alteration {
            Alteration::UnreadableOnceLeased if self.is_leased.load(Ordering::Relaxed) => failing("unreadable"),
            _ => self.store.read(partition, read),
        }
    }

    fn replace<'a>(
        &'a self,
        partition: &'a Partition,
        replacement: Replacement<'a>,
    ) -> BoxFuture<'a, Result<Replaced, StoreError>> {
        self.store.replace(partition, replacement)
    }

    fn update<'a>(
        &'a self,
        partition: &'a Partition,
        update: Update,
        change: &'a mut (dyn FnMut(Option<&[u8]>) -> Change + Send),
    ) -> BoxFuture<'a, Result<Saved, StoreError>> {
        match self.alteration {
            Alteration::ReadOnly => failing("read-only"),
            _ => self.store.update(partition, update, change),
        }
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
        self.is_leased.store(true, Ordering::Relaxed);
        match self.alteration {
            Alteration::LeasedBy(holder) => Ok(Box::new(LeasedBy { holder, has_begun: false })),
            _ => self.store.lease(partition, credential, time_to_live),
        }
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
}

struct LeasedBy<'a> {
    holder: &'a (dyn Fn() + Sync),
    has_begun: bool,
}

impl LeaseRequest for LeasedBy<'_> {
    fn attempt(&mut self) -> BoxFuture<'_, Result<LeaseAttempt, StoreError>> {
        assert!(!self.has_begun, "the result of the other has come");
        self.has_begun = true;
        (self.holder)();
        Box::pin(std::future::ready(Ok(LeaseAttempt::Taken(Holder::default()))))
    }

    fn name(&self) -> PathBuf {
        "leased".into()
    }
}
