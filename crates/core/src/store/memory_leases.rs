//! Leases in memory.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::mutex::locked;
use super::{Fence, Holder, Lease, LeaseAttempt, LeaseRequest, Partition, StoreError};
use crate::future::BoxFuture;

/// The number of notes to keep for leases without a holder. A note is useful for about a minute.
const MOST_NOTES: usize = 1000;

/// The leases of one process, for a store without its own leases. A clone has the same leases.
///
/// A lease ends when it is dropped, whatever its time to live.
#[derive(Clone)]
pub struct MemoryLeases {
    /// The URL of the store, for errors.
    store: &'static str,
    leases: Arc<Mutex<Leases>>,
}

#[derive(Default)]
struct Leases {
    leases: BTreeMap<LeaseKey, Leased>,
    /// The last fencing number.
    last: u64,
}

/// The partition and the credential.
type LeaseKey = (Partition, String);

#[derive(Default)]
struct Leased {
    is_held: bool,
    /// The fencing number of the last holder.
    number: u64,
    note: Option<Vec<u8>>,
}

impl Leases {
    /// Ends a lease and keeps its note. Only the newest notes are kept.
    fn give_back(&mut self, key: &LeaseKey) {
        let Some(leased) = self.leases.get_mut(key) else { return };
        leased.is_held = false;
        if leased.note.is_none() {
            self.leases.remove(key);
            return;
        }
        let noted = || self.leases.iter().filter(|(_, leased)| !leased.is_held);
        if noted().count() > MOST_NOTES
            && let Some(oldest) = noted().min_by_key(|(_, leased)| leased.number).map(|(key, _)| key.clone())
        {
            self.leases.remove(&oldest);
        }
    }
}

impl MemoryLeases {
    /// Returns the leases of the store with this URL, all free.
    pub fn new(store: &'static str) -> Self {
        MemoryLeases { store, leases: Arc::default() }
    }

    /// Requests a lease, like [`Store::lease`](super::Store::lease).
    pub fn request(&self, partition: &Partition, credential: &str) -> Box<dyn LeaseRequest> {
        let key = (partition.clone(), credential.to_owned());
        Box::new(MemoryLeaseRequest { leases: self.clone(), key })
    }

    /// Runs `save` unless a later holder of the lease has a higher number. Nobody gets a lease in between.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`].
    pub fn save<Outcome>(
        &self,
        partition: &Partition,
        fence: Option<&Fence>,
        save: impl FnOnce() -> Outcome,
    ) -> Result<Outcome, StoreError> {
        let leases = locked(&self.leases);
        let number = |fence: &Fence| Some(leases.leases.get(&(partition.clone(), fence.credential.clone()))?.number);
        if fence.is_some_and(|fence| number(fence).is_some_and(|number| number > fence.number)) {
            return Err(StoreError::LeaseLost { lease: self.store.into() });
        }
        Ok(save())
    }

    /// Returns a note, like [`Store::note`](super::Store::note).
    pub fn note(&self, partition: &Partition, credential: &str) -> Option<Vec<u8>> {
        let key = (partition.clone(), credential.to_owned());
        locked(&self.leases).leases.get(&key).and_then(|leased| leased.note.clone())
    }

    /// Removes the notes of a partition, like [`Store::forget_notes`](super::Store::forget_notes).
    pub fn forget_notes(&self, partition: &Partition) {
        let mut leases = locked(&self.leases);
        leases.leases.iter_mut().filter(|((of, _), _)| of == partition).for_each(|(_, leased)| leased.note = None);
        leases.leases.retain(|_, leased| leased.is_held || leased.note.is_some());
    }
}

struct MemoryLeaseRequest {
    leases: MemoryLeases,
    key: LeaseKey,
}

impl LeaseRequest for MemoryLeaseRequest {
    fn attempt(&mut self) -> BoxFuture<'_, Result<LeaseAttempt, StoreError>> {
        let mut leases = locked(&self.leases.leases);
        leases.last += 1;
        let number = leases.last;
        let leased = leases.leases.entry(self.key.clone()).or_default();
        let attempt = if leased.is_held {
            LeaseAttempt::Taken(Holder { pid: Some(std::process::id()), ..Holder::default() })
        } else {
            (leased.is_held, leased.number) = (true, number);
            let (leases, key) = (self.leases.clone(), self.key.clone());
            LeaseAttempt::Held(Box::new(MemoryLease { leases, key, number }))
        };
        Box::pin(std::future::ready(Ok(attempt)))
    }

    fn name(&self) -> PathBuf {
        self.leases.store.into()
    }
}

struct MemoryLease {
    leases: MemoryLeases,
    key: LeaseKey,
    number: u64,
}

impl Lease for MemoryLease {
    fn fence(&self) -> Option<Fence> {
        Some(Fence { credential: self.key.1.clone(), number: self.number })
    }

    fn release(self: Box<Self>) -> BoxFuture<'static, ()> {
        drop(self);
        Box::pin(std::future::ready(()))
    }

    fn note<'a>(&'a self, note: Option<&'a [u8]>) -> BoxFuture<'a, ()> {
        if let Some(leased) = locked(&self.leases.leases).leases.get_mut(&self.key) {
            leased.note = note.map(<[u8]>::to_vec);
        }
        Box::pin(std::future::ready(()))
    }
}

impl Drop for MemoryLease {
    fn drop(&mut self) {
        locked(&self.leases.leases).give_back(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use pollster::FutureExt as _;

    use super::*;

    fn held(leases: &MemoryLeases, user: usize) -> Box<dyn Lease> {
        let mut request = leases.request(&Partition::named(user.to_string()), "credential");
        match request.attempt().block_on() {
            Ok(LeaseAttempt::Held(lease)) => lease,
            _ => panic!("nobody has it"),
        }
    }

    #[test]
    fn leases_that_were_given_back_take_no_memory_and_the_newest_notes_stay() {
        let leases = MemoryLeases::new("memory:");
        let kept = || locked(&leases.leases).leases.len();
        (0..10).for_each(|user| drop(held(&leases, user)));
        assert_eq!(kept(), 0);
        let first = held(&leases, 0);
        for user in 1..=MOST_NOTES + 1 {
            held(&leases, user).note(Some(b"refused")).block_on();
        }
        assert_eq!(kept(), MOST_NOTES + 1, "the newest notes, and one that is held");
        let note = |user: usize| leases.note(&Partition::named(user.to_string()), "credential");
        assert_eq!((note(1), note(2).as_deref()), (None, Some(&b"refused"[..])));
        drop(first);
        assert_eq!(kept(), MOST_NOTES);
    }
}
