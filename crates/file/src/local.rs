//! The contract of the stores of one machine: blocking, one document, written under a lock; and how each of them is a
//! [`Store`](tokcache_core::store::Store) of the core.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{future, io};

use zeroize::Zeroizing;

use crate::wait::Attempt;
use crate::{
    BoxFuture, Change, Clock, Description, Lease, LeaseAttempt, LeaseRequest, Loaded, Partition, Recovered, Recovery,
    Replaced, Replacement, Revision, Saved, StoreError, Validity, Window,
};

/// A place on this machine that keeps one cache document.
///
/// [`load`](LocalStore::load) never waits for a well-behaved writer; [`update`](LocalStore::update) runs a change on the
/// newest bytes with no other writer in between. Neither ever waits for a person or the network: only a [`LocalLease`]
/// may be held that long.
pub trait LocalStore: Send + Sync {
    /// Hands the newest bytes to `read`, once or, while a foreign writer is at work, several times. Empty bytes are no
    /// document, and never handed over. `None`: there is no document.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the reader has found the bytes torn for as long as a writer could be at work.
    fn load(&self, read: &mut dyn FnMut(&[u8]) -> Validity) -> Result<Option<Revision>, StoreError>;

    /// Shows the newest bytes to `read` while they are read, so that a large document need not be in memory at once.
    /// Tries it once, and waits for nobody. `None`: what was seen, if anything was, does not count, and
    /// [`load`](LocalStore::load) has to tell.
    fn scan(&self, _read: &mut dyn FnMut(&mut Window<'_>)) -> Option<Revision> {
        None
    }

    /// Tells one state of the document from another without a look at it; `None` where there is no telling.
    fn revision(&self) -> Option<Revision> {
        None
    }

    /// Runs `change` on the newest bytes (`None`: there is no document yet) with no other writer in between, and saves
    /// what it returns. `change` may run again after a lost race; its last run is the one that counts. `None`: the
    /// document does not have the expected revision, and nothing was done.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when another process keeps the lock, [`StoreError::Damaged`] when the change has found the
    /// bytes torn. The document is as it was, then.
    fn update_at(
        &self,
        expected: Expected,
        change: &mut dyn FnMut(Option<&[u8]>) -> Change,
    ) -> Result<Option<Saved>, StoreError>;

    /// The same, whatever the revision.
    ///
    /// # Errors
    /// As of [`update_at`](LocalStore::update_at).
    fn update(&self, change: &mut dyn FnMut(Option<&[u8]>) -> Change) -> Result<Saved, StoreError> {
        Ok(self.update_at(Expected::Any, change)?.unwrap_or(Saved::Unchanged))
    }

    /// Replaces a damaged document by what `salvage` makes of it, and keeps a copy of the damaged one. `salvage` is
    /// called as in [`update`](LocalStore::update), but only with bytes that nobody is at work on. A store that has no
    /// place for a copy repairs nothing: its document stays [`StoreError::Damaged`].
    ///
    /// # Errors
    /// As of [`update`](LocalStore::update), and where no copy can be kept.
    fn repair(&self, _salvage: &mut dyn FnMut(&[u8]) -> Change) -> Result<Repaired, StoreError> {
        Err(StoreError::damaged(self.describe().url))
    }

    /// Forgets the document. That there is none is success.
    ///
    /// # Errors
    /// The document may be there still.
    fn remove(&self) -> Result<(), StoreError>;

    /// Makes sure, before a refresh token is redeemed, that a document of about `size` bytes could be saved now.
    ///
    /// # Errors
    /// There is no room, or nothing can be saved there at all.
    fn ensure_room(&self, size: usize) -> Result<(), StoreError>;

    /// Asks for the refresh lease of `credential` (any text; equal texts exclude each other).
    ///
    /// # Errors
    /// No lease can be had there.
    fn lease<'a>(&'a self, credential: &str) -> Result<Box<dyn LocalLeaseRequest + 'a>, StoreError>;

    /// What the last holder of the lease of `credential` has [noted](LocalLease::note). Read without the lease.
    fn note(&self, _credential: &str) -> Option<Vec<u8>> {
        None
    }

    /// Takes the right to refresh from everybody until it is dropped: waits, at most `patience`, for all who hold a
    /// lease, and nobody gets one meanwhile. What can be [recovered](Recovery) is what all of them left. A store that
    /// only this process has waits for nobody.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when `patience` is over.
    fn lease_all(&self, _patience: Duration) -> Result<Box<dyn LocalLease>, StoreError> {
        Ok(Box::new(NothingKept))
    }

    /// Removes what processes that were killed have left, if nobody is at work.
    fn tidy(&self) {}

    /// Forgets what was noted, or kept to [recover](Recovery), under any lease of this store.
    fn forget_recovery(&self);

    /// Puts in the place of everything that was [kept](Recovery::keep), under whatever lease, what `rewrite` makes of
    /// it. With `None` it stays, as it does where it cannot be written. A store that keeps nothing does nothing.
    fn rewrite_recovery(&self, _rewrite: &mut Rewrite<'_>) {}

    /// What a person would want to know of this store.
    fn describe(&self) -> Description;
}

/// Which document an update is meant for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Expected {
    /// Whatever is there.
    Any,
    /// The document of this revision; `None`: there must be none.
    Exactly(Option<Revision>),
}

impl Expected {
    pub(crate) fn allows(self, found: Option<Revision>) -> bool {
        self == Expected::Any || self == Expected::Exactly(found)
    }
}

/// One process's request for a refresh lease.
pub trait LocalLeaseRequest: Send {
    /// Tries once.
    ///
    /// # Errors
    /// The lock cannot be looked at.
    fn attempt(&mut self) -> Result<Attempt<Box<dyn LocalLease>>, StoreError>;

    /// Lets `pause` pass before the next try, or waits for the end of the lease, at most `most`, and returns whether it
    /// came.
    fn rest(&mut self, pause: Duration, _most: Duration, clock: &dyn Clock) -> bool {
        clock.sleep(pause);
        false
    }

    /// The lock file, or what stands for it.
    fn name(&self) -> PathBuf;
}

/// The right to redeem one refresh token, given back when dropped; given back by the system when the process dies.
///
/// What its holder cannot save in the document, it can leave elsewhere to the next holder of the same lease.
pub trait LocalLease: Recovery {
    /// Leaves a note to all who wait for this lease, and who come later, in the place of the one that is there; with
    /// `None` there is none. It holds no secret, and is lost where it cannot be written.
    fn note(&self, _note: Option<&[u8]>) {}
}

/// A lease under which nothing is kept.
struct NothingKept;

impl Recovery for NothingKept {
    fn keep(&self, _bytes: &[u8]) -> Option<PathBuf> {
        None
    }

    fn kept(&self) -> Vec<Recovered> {
        Vec::new()
    }

    fn forget(&self, _recovered: &Recovered) {}

    fn forget_all(&self) {}
}

impl LocalLease for NothingKept {}

/// Makes something else of what was kept, or leaves it (`None`).
pub type Rewrite<'a> = dyn FnMut(&[u8]) -> Option<Zeroizing<Vec<u8>>> + 'a;

/// Is told the folder of what was saved but may not survive a crash of the system, and why: it could not be synced.
pub type Unsynced = dyn Fn(&Path, &io::Error) + Send + Sync;

/// What [`LocalStore::repair`] did.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Repaired {
    /// There was nothing to repair.
    Unchanged,
    /// The document was replaced; the damaged one is kept here.
    SetAside(PathBuf),
}

/// Implements [`Store`](tokcache_core::store::Store) for a [`LocalStore`]. Its futures are always ready; it keeps one document, and its leases end with
/// the process that holds them.
macro_rules! implement_store {
    ($store:ty $(, $generic:ident: $bound:path)?) => {
        impl $(<$generic: $bound>)? $crate::Store for $store {
            fn load<'a>(
                &'a self,
                partition: &'a $crate::Partition,
            ) -> $crate::BoxFuture<'a, Result<Option<$crate::Loaded>, $crate::StoreError>> {
                $crate::local::load(self, partition)
            }

            fn replace<'a>(
                &'a self,
                partition: &'a $crate::Partition,
                replacement: $crate::Replacement<'a>,
            ) -> $crate::BoxFuture<'a, Result<$crate::Replaced, $crate::StoreError>> {
                $crate::local::replace(self, partition, replacement)
            }

            fn remove<'a>(
                &'a self,
                partition: &'a $crate::Partition,
            ) -> $crate::BoxFuture<'a, Result<(), $crate::StoreError>> {
                $crate::local::at(partition, self, || $crate::LocalStore::remove(self))
            }

            fn lease<'a>(
                &'a self,
                partition: &'a $crate::Partition,
                credential: &'a str,
                _time_to_live: std::time::Duration,
            ) -> Result<Box<dyn $crate::LeaseRequest + 'a>, $crate::StoreError> {
                $crate::local::lease(self, partition, credential)
            }

            fn partitions<'a>(
                &'a self,
                prefix: &'a str,
                after: Option<&'a $crate::Partition>,
            ) -> $crate::BoxFuture<'a, Result<Vec<$crate::Partition>, $crate::StoreError>> {
                $crate::local::partitions(self, prefix, after)
            }

            fn describe(&self) -> $crate::Description {
                $crate::LocalStore::describe(self)
            }

            fn read<'a>(
                &'a self,
                partition: &'a $crate::Partition,
                read: &'a mut (dyn FnMut(&[u8]) -> $crate::Validity + Send),
            ) -> $crate::BoxFuture<'a, Result<Option<$crate::Revision>, $crate::StoreError>> {
                $crate::local::at(partition, self, || $crate::LocalStore::load(self, read))
            }

            fn scan<'a>(
                &'a self,
                partition: &'a $crate::Partition,
                read: &'a mut (dyn FnMut(&mut $crate::Window<'_>) + Send),
            ) -> $crate::BoxFuture<'a, Option<$crate::Revision>> {
                $crate::local::scan(self, partition, read)
            }

            fn revision<'a>(
                &'a self,
                _partition: &'a $crate::Partition,
            ) -> $crate::BoxFuture<'a, Option<$crate::Revision>> {
                $crate::local::ready($crate::LocalStore::revision(self))
            }

            fn update<'a>(
                &'a self,
                partition: &'a $crate::Partition,
                _update: $crate::Update,
                change: &'a mut (dyn FnMut(Option<&[u8]>) -> $crate::Change + Send),
            ) -> $crate::BoxFuture<'a, Result<$crate::Saved, $crate::StoreError>> {
                $crate::local::at(partition, self, || $crate::LocalStore::update(self, change))
            }

            fn ensure_room<'a>(
                &'a self,
                partition: &'a $crate::Partition,
                size: usize,
            ) -> $crate::BoxFuture<'a, Result<(), $crate::StoreError>> {
                $crate::local::at(partition, self, || $crate::LocalStore::ensure_room(self, size))
            }

            fn note<'a>(
                &'a self,
                _partition: &'a $crate::Partition,
                credential: &'a str,
            ) -> $crate::BoxFuture<'a, Option<Vec<u8>>> {
                $crate::local::ready($crate::LocalStore::note(self, credential))
            }

            fn lease_all<'a>(
                &'a self,
                partition: &'a $crate::Partition,
                patience: std::time::Duration,
            ) -> $crate::BoxFuture<'a, Result<Option<Box<dyn $crate::Lease>>, $crate::StoreError>> {
                $crate::local::at(partition, self, || {
                    $crate::LocalStore::lease_all(self, patience).map($crate::local::held).map(Some)
                })
            }

            fn forget_notes<'a>(&'a self, _partition: &'a $crate::Partition) -> $crate::BoxFuture<'a, ()> {
                $crate::local::ready($crate::LocalStore::forget_recovery(self))
            }
        }
    };
}

pub(crate) use implement_store;

/// Any [`LocalStore`] as a [`Store`](crate::Store). The stores of this crate are both without it.
pub struct Local<S>(pub S);

implement_store!(Local<S>, S: LocalStore);

/// By which the macro finds the store within.
impl<S: LocalStore> LocalStore for Local<S> {
    fn load(&self, read: &mut dyn FnMut(&[u8]) -> Validity) -> Result<Option<Revision>, StoreError> {
        self.0.load(read)
    }

    fn scan(&self, read: &mut dyn FnMut(&mut Window<'_>)) -> Option<Revision> {
        self.0.scan(read)
    }

    fn revision(&self) -> Option<Revision> {
        self.0.revision()
    }

    fn update_at(
        &self,
        expected: Expected,
        change: &mut dyn FnMut(Option<&[u8]>) -> Change,
    ) -> Result<Option<Saved>, StoreError> {
        self.0.update_at(expected, change)
    }

    fn repair(&self, salvage: &mut dyn FnMut(&[u8]) -> Change) -> Result<Repaired, StoreError> {
        self.0.repair(salvage)
    }

    fn remove(&self) -> Result<(), StoreError> {
        self.0.remove()
    }

    fn ensure_room(&self, size: usize) -> Result<(), StoreError> {
        self.0.ensure_room(size)
    }

    fn lease<'a>(&'a self, credential: &str) -> Result<Box<dyn LocalLeaseRequest + 'a>, StoreError> {
        self.0.lease(credential)
    }

    fn note(&self, credential: &str) -> Option<Vec<u8>> {
        self.0.note(credential)
    }

    fn lease_all(&self, patience: Duration) -> Result<Box<dyn LocalLease>, StoreError> {
        self.0.lease_all(patience)
    }

    fn tidy(&self) {
        self.0.tidy();
    }

    fn forget_recovery(&self) {
        self.0.forget_recovery();
    }

    fn rewrite_recovery(&self, rewrite: &mut Rewrite<'_>) {
        self.0.rewrite_recovery(rewrite);
    }

    fn describe(&self) -> Description {
        self.0.describe()
    }
}

pub(crate) fn ready<'a, Output: Send + 'a>(output: Output) -> BoxFuture<'a, Output> {
    Box::pin(future::ready(output))
}

/// Does `work`, if the partition is the one document that there is.
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
        // What somebody has written since has a revision that is not ours: none is told, and the next one is a conflict.
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

/// Asks a local store for the lease of `credential`, as the core asks any store.
///
/// # Errors
/// As of [`LocalStore::lease`].
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
