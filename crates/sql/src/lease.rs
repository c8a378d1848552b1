//! Leases as rows of a database.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokcache_core::future::BoxFuture;
use tokcache_core::store::{Fence, Holder, Lease, LeaseAttempt, LeaseRequest, StoreError};

use crate::database::{Database, HeldLease, LeaseKey};

/// The longest time of a lease. Not every database could add a longer one to the present time.
const LONGEST_TIME: Duration = Duration::from_secs(366 * 24 * 3600);

pub(crate) struct SqlLeaseRequest<D> {
    database: Arc<D>,
    key: LeaseKey,
    owner: i64,
    time_to_live: Duration,
}

impl<D> SqlLeaseRequest<D> {
    pub(crate) fn new(database: Arc<D>, key: LeaseKey, time_to_live: Duration) -> Self {
        SqlLeaseRequest { database, key, owner: fastrand::i64(..), time_to_live: time_to_live.min(LONGEST_TIME) }
    }
}

impl<D: Database> LeaseRequest for SqlLeaseRequest<D> {
    fn attempt(&mut self) -> BoxFuture<'_, Result<LeaseAttempt, StoreError>> {
        Box::pin(async move {
            let SqlLeaseRequest { database, key, owner, time_to_live } = self;
            let Some(fence) = database.acquire(key.clone(), *owner, *time_to_live).await? else {
                return Ok(LeaseAttempt::Taken(Holder::default()));
            };
            let held = HeldLease { key: key.clone(), owner: *owner, fence };
            let (database, time_to_live) = (Arc::clone(database), *time_to_live);
            Ok(LeaseAttempt::Held(Box::new(SqlLease { database, held, time_to_live, is_released: false })))
        })
    }

    fn name(&self) -> PathBuf {
        self.database.url().into()
    }
}

struct SqlLease<D: Database> {
    database: Arc<D>,
    held: HeldLease,
    time_to_live: Duration,
    is_released: bool,
}

impl<D: Database> Lease for SqlLease<D> {
    fn fence(&self) -> Option<Fence> {
        Some(Fence { credential: self.held.key.credential.clone(), number: self.held.fence.cast_unsigned() })
    }

    fn is_renewed(&self) -> bool {
        true
    }

    fn renew(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            match self.database.renew(self.held.clone(), self.time_to_live).await? {
                true => Ok(()),
                false => Err(StoreError::LeaseLost { lease: self.database.url().into() }),
            }
        })
    }

    fn release(mut self: Box<Self>) -> BoxFuture<'static, ()> {
        self.is_released = true;
        let released = self.database.release(self.held.clone());
        Box::pin(async move {
            // If the release fails, the lease ends by itself.
            let _ = released.await;
        })
    }

    fn note<'a>(&'a self, note: Option<&'a [u8]>) -> BoxFuture<'a, ()> {
        let note = note.map(<[u8]>::to_vec);
        Box::pin(async move {
            let _ = self.database.set_note(self.held.clone(), note).await;
        })
    }
}

impl<D: Database> Drop for SqlLease<D> {
    fn drop(&mut self) {
        if !self.is_released {
            // The statement starts at once; no caller has to wait for it.
            drop(self.database.release(self.held.clone()));
        }
    }
}
