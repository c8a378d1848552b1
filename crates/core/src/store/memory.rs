//! A cache that ends with the process: for tests, and for sign-ins that shall leave no trace.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use zeroize::Zeroizing;

use super::mutex::locked;
use super::wait::{Attempt, wait_unless};
use super::{
    CacheStore, Change, Description, Holder, Presence, Reading, RefreshLease, Rescued, Saved, StoreError, Wait,
};
use crate::time::{Clock, SystemClock};

const URL: &str = "memory:";

/// One document in memory, shared by the threads that share the store.
pub struct MemoryStore {
    document: Mutex<Option<Zeroizing<Vec<u8>>>>,
    leased: Arc<Mutex<BTreeSet<String>>>,
    notes: Notes,
    clock: Arc<dyn Clock>,
}

/// What the last holders of leases have noted.
type Notes = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

impl MemoryStore {
    /// An empty store that waits by `clock`.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        MemoryStore { document: Mutex::default(), leased: Arc::default(), notes: Arc::default(), clock }
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        MemoryStore::new(Arc::new(SystemClock::new()))
    }
}

impl CacheStore for MemoryStore {
    fn load(&self, read: &mut dyn FnMut(&[u8]) -> Reading) -> Result<Presence, StoreError> {
        let document = locked(&self.document).clone();
        match document.as_deref().filter(|bytes| !bytes.is_empty()).map(|bytes| read(bytes)) {
            None => Ok(Presence::Absent),
            Some(Reading::Whole) => Ok(Presence::Found),
            Some(Reading::Torn) => Err(StoreError::damaged(URL)),
        }
    }

    fn update(&self, change: &mut dyn FnMut(Option<&[u8]>) -> Change) -> Result<Saved, StoreError> {
        let mut document = locked(&self.document);
        match change(document.as_ref().map(|bytes| bytes.as_slice()).filter(|bytes| !bytes.is_empty())) {
            Change::Keep => Ok(Saved::Unchanged),
            Change::Replace(bytes) if document.as_ref() == Some(&bytes) => Ok(Saved::Unchanged),
            Change::Replace(bytes) => {
                *document = Some(bytes);
                Ok(Saved::Written)
            }
            Change::Torn => Err(StoreError::damaged(URL)),
        }
    }

    fn remove(&self) -> Result<(), StoreError> {
        *locked(&self.document) = None;
        Ok(())
    }

    fn ensure_room(&self, _size: usize) -> Result<(), StoreError> {
        Ok(())
    }

    fn lease(
        &self,
        credential: &str,
        patience: Duration,
        waiting: &mut dyn FnMut(&Holder) -> Wait,
    ) -> Result<Option<Box<dyn RefreshLease>>, StoreError> {
        let this_process = Holder { pid: Some(std::process::id()), program: None };
        let lease = wait_unless(
            Path::new(URL),
            patience,
            self.clock.as_ref(),
            &mut || {
                let free = locked(&self.leased).insert(credential.to_owned());
                let lease = || MemoryLease {
                    credential: credential.to_owned(),
                    leased: Arc::clone(&self.leased),
                    notes: Arc::clone(&self.notes),
                };
                Ok(if free { Attempt::Held(lease()) } else { Attempt::Taken(this_process.clone()) })
            },
            waiting,
        )?;
        Ok(lease.map(|lease| Box::new(lease) as Box<dyn RefreshLease>))
    }

    fn note(&self, credential: &str) -> Option<Vec<u8>> {
        locked(&self.notes).get(credential).cloned()
    }

    fn forget_rescued(&self) {
        locked(&self.notes).clear();
    }

    fn describe(&self) -> Description {
        Description { url: URL.to_owned(), path: None, lock_holder: None, exposed: Vec::new() }
    }
}

struct MemoryLease {
    credential: String,
    leased: Arc<Mutex<BTreeSet<String>>>,
    notes: Notes,
}

/// Saving in memory does not fail, so that there is nothing to rescue.
impl RefreshLease for MemoryLease {
    fn rescue(&self, _bytes: &[u8]) -> Option<PathBuf> {
        None
    }

    fn rescued(&self) -> Vec<Rescued> {
        Vec::new()
    }

    fn forget(&self, _rescued: &Rescued) {}

    fn forget_rescued(&self) {}

    fn note(&self, note: Option<&[u8]>) {
        let mut notes = locked(&self.notes);
        match note {
            Some(note) => _ = notes.insert(self.credential.clone(), note.to_owned()),
            None => _ = notes.remove(&self.credential),
        }
    }
}

impl Drop for MemoryLease {
    fn drop(&mut self) {
        locked(&self.leased).remove(&self.credential);
    }
}
