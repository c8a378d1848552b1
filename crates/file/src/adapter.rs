//! Adapts a [`LocalStore`] to [`Store`](tokcache_core::store::Store), the core's contract. Its futures are always
//! ready.

use std::future;
use std::path::PathBuf;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::wait::Attempt;
use crate::{
    BoxFuture, Change, Clock, Expected, Lease, LeaseAttempt, LeaseRequest, Loaded, LocalLease, LocalLeaseRequest,
    LocalStore, Partition, Recovery, Replaced, Replacement, Revision, StoreError, Validity, Window,
};

/// Implements [`Store`](tokcache_core::store::Store) for a [`LocalStore`]. The store has one document, its futures are
/// always ready, and its leases end with the holder's process.
macro_rules! implement_store {
    ($store:ty $(, $generic:ident: $bound:path, within $field:tt)?) => {
        impl $(<$generic: $bound>)? $crate::Store for $store {
            fn load<'a>(
                &'a self,
                partition: &'a $crate::Partition,
            ) -> $crate::BoxFuture<'a, Result<Option<$crate::Loaded>, $crate::StoreError>> {
                $crate::adapter::load(&(*self) $(.$field)?, partition)
            }

            fn replace<'a>(
                &'a self,
                partition: &'a $crate::Partition,
                replacement: $crate::Replacement<'a>,
            ) -> $crate::BoxFuture<'a, Result<$crate::Replaced, $crate::StoreError>> {
                $crate::adapter::replace(&(*self) $(.$field)?, partition, replacement)
            }

            fn remove<'a>(
                &'a self,
                partition: &'a $crate::Partition,
            ) -> $crate::BoxFuture<'a, Result<(), $crate::StoreError>> {
                $crate::adapter::at(partition, &(*self) $(.$field)?, || $crate::LocalStore::remove(&(*self) $(.$field)?))
            }

            fn lease<'a>(
                &'a self,
                partition: &'a $crate::Partition,
                credential: &'a str,
                _time_to_live: std::time::Duration,
            ) -> Result<Box<dyn $crate::LeaseRequest + 'a>, $crate::StoreError> {
                $crate::adapter::lease(&(*self) $(.$field)?, partition, credential)
            }

            fn partitions<'a>(
                &'a self,
                prefix: &'a str,
                after: Option<&'a $crate::Partition>,
            ) -> $crate::BoxFuture<'a, Result<Vec<$crate::Partition>, $crate::StoreError>> {
                $crate::adapter::partitions(&(*self) $(.$field)?, prefix, after)
            }

            fn describe(&self) -> $crate::Description {
                $crate::LocalStore::describe(&(*self) $(.$field)?)
            }

            fn read<'a>(
                &'a self,
                partition: &'a $crate::Partition,
                read: &'a mut (dyn FnMut(&[u8]) -> $crate::Validity + Send),
            ) -> $crate::BoxFuture<'a, Result<Option<$crate::Revision>, $crate::StoreError>> {
                $crate::adapter::at(partition, &(*self) $(.$field)?, || $crate::LocalStore::load(&(*self) $(.$field)?, read))
            }

            fn scan<'a>(
                &'a self,
                partition: &'a $crate::Partition,
                read: &'a mut (dyn FnMut(&mut $crate::Window<'_>) + Send),
            ) -> $crate::BoxFuture<'a, Option<$crate::Revision>> {
                $crate::adapter::scan(&(*self) $(.$field)?, partition, read)
            }

            fn revision<'a>(
                &'a self,
                _partition: &'a $crate::Partition,
            ) -> $crate::BoxFuture<'a, Option<$crate::Revision>> {
                $crate::adapter::ready($crate::LocalStore::revision(&(*self) $(.$field)?))
            }

            fn update<'a>(
                &'a self,
                partition: &'a $crate::Partition,
                _update: $crate::Update,
                change: &'a mut (dyn FnMut(Option<&[u8]>) -> $crate::Change + Send),
            ) -> $crate::BoxFuture<'a, Result<$crate::Saved, $crate::StoreError>> {
                $crate::adapter::at(partition, &(*self) $(.$field)?, || $crate::LocalStore::update(&(*self) $(.$field)?, change))
            }

            fn ensure_room<'a>(
                &'a self,
                partition: &'a $crate::Partition,
                size: usize,
            ) -> $crate::BoxFuture<'a, Result<(), $crate::StoreError>> {
                $crate::adapter::at(partition, &(*self) $(.$field)?, || $crate::LocalStore::ensure_room(&(*self) $(.$field)?, size))
            }

            fn note<'a>(
                &'a self,
                _partition: &'a $crate::Partition,
                credential: &'a str,
            ) -> $crate::BoxFuture<'a, Option<Vec<u8>>> {
                $crate::adapter::ready($crate::LocalStore::note(&(*self) $(.$field)?, credential))
            }

            fn lease_all<'a>(
                &'a self,
                partition: &'a $crate::Partition,
                patience: std::time::Duration,
            ) -> $crate::BoxFuture<'a, Result<Option<Box<dyn $crate::Lease>>, $crate::StoreError>> {
                $crate::adapter::at(partition, &(*self) $(.$field)?, || {
                    $crate::LocalStore::lease_all(&(*self) $(.$field)?, patience).map($crate::adapter::held).map(Some)
                })
            }

            fn forget_notes<'a>(&'a self, _partition: &'a $crate::Partition) -> $crate::BoxFuture<'a, ()> {
                $crate::adapter::ready($crate::LocalStore::forget_recovery(&(*self) $(.$field)?))
            }
        }
    };
}

pub(crate) use implement_store;

/// A [`Store`](crate::Store) made of any [`LocalStore`]. The stores of this crate implement both and do not need it.
pub struct Local<S>(pub S);

implement_store!(Local<S>, S: LocalStore, within 0);

pub(crate) fn ready<'a, Output: Send + 'a>(output: Output) -> BoxFuture<'a, Output> {
    Box::pin(future::ready(output))
}

/// Runs `work` if the partition is the store's only document.
pub(crate) fn at<'a, Output: Send + 'a>(
    partition: &Partition,
    store: &dyn LocalStore,
    work: impl FnOnce() -> Result<Output, StoreError>,
) -> BoxFuture<'a, Result<Output, StoreError>> {
    ready(ensure_whole(store, partition).and_then(|()| work()))
}

fn ensure_whole(store: &dyn LocalStore, partition: &Partition) -> Result<(), StoreError> {
    if *partition == Partition::whole() {
        return Ok(());
    }
    Err(StoreError::NoPartitions { store: store.describe().url })
}

pub(crate) fn load<'a>(
    store: &'a dyn LocalStore,
    partition: &'a Partition,
) -> BoxFuture<'a, Result<Option<Loaded>, StoreError>> {
    at(partition, store, || {
        let mut bytes = Zeroizing::default();
        let revision = store.load(&mut |newest| {
            bytes = Zeroizing::new(newest.to_vec());
            Validity::Whole
        })?;
        Ok(revision.map(|revision| Loaded { bytes, revision }))
    })
}

pub(crate) fn replace<'a>(
    store: &'a dyn LocalStore,
    partition: &'a Partition,
    replacement: Replacement<'a>,
) -> BoxFuture<'a, Result<Replaced, StoreError>> {
    at(partition, store, || {
        let new = replacement.bytes;
        let mut change = |_: Option<&[u8]>| Change::Replace(Zeroizing::new(new.to_vec()));
        if store.update_at(Expected::Exactly(replacement.expected), &mut change)?.is_none() {
            return Ok(Replaced::Conflict);
        }
        // If another process has saved since, return a revision that matches no document: the next save is a conflict.
        let mut is_ours = false;
        let revision = store.load(&mut |bytes| {
            is_ours = bytes == new;
            Validity::Whole
        })?;
        Ok(Replaced::Saved(revision.filter(|_| is_ours).unwrap_or(Revision::new(b"overtaken"))))
    })
}

pub(crate) fn scan<'a>(
    store: &'a dyn LocalStore,
    partition: &'a Partition,
    read: &'a mut (dyn FnMut(&mut Window<'_>) + Send),
) -> BoxFuture<'a, Option<Revision>> {
    ready(if *partition == Partition::whole() { store.scan(read) } else { None })
}

pub(crate) fn partitions<'a>(
    store: &'a dyn LocalStore,
    prefix: &'a str,
    after: Option<&'a Partition>,
) -> BoxFuture<'a, Result<Vec<Partition>, StoreError>> {
    ready(match store.load(&mut |_| Validity::Whole) {
        Ok(Some(_)) if prefix.is_empty() && after.is_none() => Ok(vec![Partition::whole()]),
        Ok(_) => Ok(Vec::new()),
        Err(error) => Err(error),
    })
}

pub(crate) fn lease<'a>(
    store: &'a dyn LocalStore,
    partition: &'a Partition,
    credential: &'a str,
) -> Result<Box<dyn LeaseRequest + 'a>, StoreError> {
    ensure_whole(store, partition)?;
    lease_request(store, credential)
}

/// Requests the lease of `credential` from a local store, as the core requests it from any store.
///
/// # Errors
/// Like [`LocalStore::lease`].
pub fn lease_request<'a>(
    store: &'a dyn LocalStore,
    credential: &str,
) -> Result<Box<dyn LeaseRequest + 'a>, StoreError> {
    Ok(Box::new(Request(store.lease(credential)?)))
}

struct Request<'a>(Box<dyn LocalLeaseRequest + 'a>);

impl LeaseRequest for Request<'_> {
    fn attempt(&mut self) -> BoxFuture<'_, Result<LeaseAttempt, StoreError>> {
        ready(self.0.attempt().map(|attempt| match attempt {
            Attempt::Held(lease) => LeaseAttempt::Held(held(lease)),
            Attempt::Taken(holder) => LeaseAttempt::Taken(holder),
        }))
    }

    fn rest<'a>(&'a mut self, pause: Duration, most: Duration, clock: &'a dyn Clock) -> BoxFuture<'a, bool> {
        ready(self.0.rest(pause, most, clock))
    }

    fn name(&self) -> PathBuf {
        self.0.name()
    }
}

pub(crate) fn held(lease: Box<dyn LocalLease>) -> Box<dyn Lease> {
    Box::new(Held(lease))
}

struct Held(Box<dyn LocalLease>);

impl Lease for Held {
    fn release(self: Box<Self>) -> BoxFuture<'static, ()> {
        drop(self);
        ready(())
    }

    fn note<'a>(&'a self, note: Option<&'a [u8]>) -> BoxFuture<'a, ()> {
        self.0.note(note);
        ready(())
    }

    fn recovery(&self) -> Option<&dyn Recovery> {
        Some(self.0.as_ref())
    }
}
