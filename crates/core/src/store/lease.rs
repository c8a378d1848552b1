//! Leases: the right to redeem one refresh token, held by one process at a time.

use std::path::PathBuf;
use std::time::Duration;

use zeroize::Zeroizing;

use super::{Fence, Holder, StoreError};
use crate::future::BoxFuture;
use crate::time::Clock;

/// A process's request for a lease.
pub trait LeaseRequest: Send {
    /// Tries once to take the lease.
    ///
    /// # Errors
    /// The store cannot tell who holds the lease.
    fn attempt(&mut self) -> BoxFuture<'_, Result<LeaseAttempt, StoreError>>;

    /// Returns the lease's name for a person: a file or an address.
    fn name(&self) -> PathBuf;

    /// Waits for `pause` before the next attempt. A store that learns when another's lease ends may wait for that
    /// instead, at most `most`, and returns whether the lease has ended. If the rest takes a second longer than `most`, the
    /// excess counts as suspension of the process, and not as waiting.
    fn rest<'a>(&'a mut self, pause: Duration, _most: Duration, clock: &'a dyn Clock) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            clock.delay(pause).await;
            false
        })
    }
}

/// The result of one attempt.
pub enum LeaseAttempt {
    /// The caller holds the lease.
    Held(Box<dyn Lease>),
    /// Another process holds the lease.
    Taken(Holder),
}

/// The right to redeem one refresh token. Dropping the lease gives it back, if that is possible. It also ends by itself
/// after its time to live, or with the process.
pub trait Lease: Send + Sync {
    /// Returns the fencing token that [`replace`](super::Store::replace) checks, if the store has them.
    fn fence(&self) -> Option<Fence> {
        None
    }

    /// Returns whether the lease has a time to live, so that a holder who waits has to renew it.
    fn is_renewed(&self) -> bool {
        false
    }

    /// Starts the time to live again.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] if another process holds the lease by now.
    fn renew(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// Gives the lease back, and waits until that is done. If that fails, the lease ends by itself.
    fn release(self: Box<Self>) -> BoxFuture<'static, ()>;

    /// Replaces the note for all processes that wait for this lease or request it later; `None` removes the note. A
    /// note must not contain secrets. A note that cannot be written is lost.
    fn note<'a>(&'a self, _note: Option<&'a [u8]>) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }

    /// Returns the place for a rotated refresh token that cannot be saved, if there is one.
    fn recovery(&self) -> Option<&dyn Recovery> {
        None
    }
}

/// A place beside the store, on this machine, for a rotated refresh token that is not saved yet. The next holder of the
/// same lease finds the token there.
pub trait Recovery: Send + Sync {
    /// Saves `bytes`, which hold secrets, in a file, and returns the file. `None`: they could not be saved.
    fn keep(&self, bytes: &[u8]) -> Option<PathBuf>;

    /// Returns the data that earlier holders saved, the newest first. Only this user can have written them.
    fn kept(&self) -> Vec<Recovered>;

    /// Returns the files that cannot be decrypted now. They stay, because their key may come back.
    fn unreadable(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    /// Removes data that were [saved](Recovery::keep).
    fn forget(&self, recovered: &Recovered);

    /// Removes everything that was saved.
    fn forget_all(&self);
}

/// Data that a lease holder saved.
pub struct Recovered {
    /// The file.
    pub file: PathBuf,
    /// The content, which holds secrets.
    pub bytes: Zeroizing<Vec<u8>>,
}
