//! The core's memory store as a [`LocalStore`].

use std::path::PathBuf;
use std::time::Duration;

use pollster::FutureExt as _;

use crate::wait::Attempt;
use crate::{
    Change, Description, Expected, Lease, LeaseAttempt, LocalLease, LocalLeaseRequest, LocalStore, MemoryStore,
    Partition, Recovered, Recovery, Replaced, Replacement, Revision, Saved, Store, StoreError, Validity,
};

/// All futures of the memory store are ready at once.
impl LocalStore for MemoryStore {
    fn load(&self, read: &mut dyn FnMut(&[u8]) -> Validity) -> Result<Option<Revision>, StoreError> {
        let Some(loaded) = Store::load(self, &Partition::whole()).block_on()? else { return Ok(None) };
        match read(&loaded.bytes) {
            Validity::Whole => Ok(Some(loaded.revision)),
            Validity::Torn => Err(StoreError::damaged(Store::describe(self).url)),
        }
    }

    fn update_at(
        &self,
        expected: Expected,
        change: &mut dyn FnMut(Option<&[u8]>) -> Change,
    ) -> Result<Option<Saved>, StoreError> {
        let partition = Partition::whole();
        loop {
            let current = Store::load(self, &partition).block_on()?;
            let found = current.as_ref().map(|loaded| loaded.revision);
            if !expected.allows(found) {
                return Ok(None);
            }
            let old = current.as_ref().map(|loaded| loaded.bytes.as_slice());
            let new = match change(old) {
                Change::Keep => return Ok(Some(Saved::Unchanged)),
                Change::Replace(new) | Change::ReplaceUntil(new, _) if old == Some(new.as_slice()) => {
                    return Ok(Some(Saved::Unchanged));
                }
                Change::Replace(new) | Change::ReplaceUntil(new, _) => new,
                Change::Torn => return Err(StoreError::damaged(Store::describe(self).url)),
            };
            let replacement = Replacement { expected: found, bytes: &new, keep_until: None, fence: None };
            if let Replaced::Saved(_) = Store::replace(self, &partition, replacement).block_on()? {
                return Ok(Some(Saved::Written));
            }
        }
    }

    fn remove(&self) -> Result<(), StoreError> {
        Store::remove(self, &Partition::whole()).block_on()
    }

    fn ensure_room(&self, _size: usize) -> Result<(), StoreError> {
        Ok(())
    }

    fn lease<'a>(&'a self, credential: &str) -> Result<Box<dyn LocalLeaseRequest + 'a>, StoreError> {
        Ok(Box::new(MemoryLeaseRequest { store: self, credential: credential.to_owned() }))
    }

    fn note(&self, credential: &str) -> Option<Vec<u8>> {
        Store::note(self, &Partition::whole(), credential).block_on()
    }

    fn forget_recovery(&self) {
        Store::forget_notes(self, &Partition::whole()).block_on();
    }

    fn describe(&self) -> Description {
        Store::describe(self)
    }
}

struct MemoryLeaseRequest<'a> {
    store: &'a MemoryStore,
    credential: String,
}

impl LocalLeaseRequest for MemoryLeaseRequest<'_> {
    fn attempt(&mut self) -> Result<Attempt<Box<dyn LocalLease>>, StoreError> {
        let partition = Partition::whole();
        let mut request = Store::lease(self.store, &partition, &self.credential, Duration::MAX)?;
        Ok(match request.attempt().block_on()? {
            LeaseAttempt::Held(lease) => Attempt::Held(Box::new(MemoryLease(lease))),
            LeaseAttempt::Taken(holder) => Attempt::Taken(holder),
        })
    }

    fn name(&self) -> PathBuf {
        Store::describe(self.store).url.into()
    }
}

/// A lease without recovery: a save in memory cannot fail.
struct MemoryLease(Box<dyn Lease>);

impl Recovery for MemoryLease {
    fn keep(&self, _bytes: &[u8]) -> Option<PathBuf> {
        None
    }

    fn kept(&self) -> Vec<Recovered> {
        Vec::new()
    }

    fn forget(&self, _recovered: &Recovered) {}

    fn forget_all(&self) {}
}

impl LocalLease for MemoryLease {
    fn note(&self, note: Option<&[u8]>) {
        self.0.note(note).block_on();
    }
}
