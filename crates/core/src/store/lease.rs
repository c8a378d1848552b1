//! Leases: the right to redeem one refresh token, held by one process at a time.

use std::path::PathBuf;
use std::time::Duration;

use zeroize::Zeroizing;

use super::{Fence, Holder, StoreError};
use crate::future::BoxFuture;
use crate::time::Clock;

/// One process's request for a lease.
pub trait LeaseRequest: Send {
    /// Tries once.
    ///
    /// # Errors
    /// Nobody can say who holds the lease.
    fn attempt(&mut self) -> BoxFuture<'_, Result<LeaseAttempt, StoreError>>;

    /// Names the lease to a person, as a file or an address to look at.
    fn name(&self) -> PathBuf;

    /// Lets `pause` pass before the next attempt. A store that hears of the end of another's lease may wait for that
    /// instead, up to `most`, and returns whether it came.
    fn rest<'a>(&'a mut self, pause: Duration, _most: Duration, clock: &'a dyn Clock) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            clock.delay(pause).await;
            false
        })
    }
}

/// What one attempt came to.
pub enum LeaseAttempt {
    /// The lease is ours.
    Held(Box<dyn Lease>),
    /// Somebody else holds it.
    Taken(Holder),
}

/// The right to redeem one refresh token. Given back when dropped, as far as that can be; it ends by itself when its time
/// is over, or with the process.
pub trait Lease: Send + Sync {
    /// What [`replace`](super::Store::replace) checks, in a store that keeps its documents elsewhere.
    fn fence(&self) -> Option<Fence> {
        None
    }

    /// Whether the lease ends by its time, so that a holder who waits has to renew it.
    fn is_renewed(&self) -> bool {
        false
    }

    /// Begins the lease's time anew.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when another holds the lease by now.
    fn renew(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// Gives the lease back and waits until that is done. What fails ends by itself.
    fn release(self: Box<Self>) -> BoxFuture<'static, ()>;

    /// Leaves a note to all who wait for this lease, and who come later, in the place of the one that is there; with
    /// `None` there is none. It holds no secret, and is lost where it cannot be written.
    fn note<'a>(&'a self, _note: Option<&'a [u8]>) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }

    /// Where the holder can leave a rotated refresh token that cannot be saved, if there is such a place.
    fn recovery(&self) -> Option<&dyn Recovery> {
        None
    }
}

/// A place beside the store, on this machine, for a rotated refresh token that is not saved yet: the next holder of the
/// same lease finds it there.
pub trait Recovery: Send + Sync {
    /// Keeps `bytes`, which hold secrets, and returns the file that they are in. `None`: nowhere.
    fn keep(&self, bytes: &[u8]) -> Option<PathBuf>;

    /// Returns what earlier holders kept, and nobody but this user can have written; the newest first.
    fn kept(&self) -> Vec<Recovered>;

    /// Returns where something is kept that cannot be decrypted now. It stays: its key may come back.
    fn unreadable(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    /// Forgets one of those that were [kept](Recovery::kept).
    fn forget(&self, recovered: &Recovered);

    /// Forgets all that was kept.
    fn forget_all(&self);
}

/// What was kept under a lease.
pub struct Recovered {
    /// The file that it is in.
    pub file: PathBuf,
    /// What was kept, which holds secrets.
    pub bytes: Zeroizing<Vec<u8>>,
}
