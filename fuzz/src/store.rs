//! A store whose bytes the fuzzer made up.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokcache_core::store::{
    CacheStore, Change, Description, Holder, Presence, Reading, RefreshLease, Rescued, Saved, StoreError, Wait,
};
use zeroize::Zeroizing;

/// One document, and what was rescued beside it. A clone is the same store.
#[derive(Clone, Default)]
pub struct BareStore(Arc<Mutex<Contents>>);

/// What a [`BareStore`] holds.
#[derive(Default)]
pub struct Contents {
    /// The document.
    pub document: Option<Zeroizing<Vec<u8>>>,
    /// What every holder of a lease finds.
    pub rescued: Option<Zeroizing<Vec<u8>>>,
}

impl BareStore {
    /// A store with that document.
    pub fn holding(document: &[u8]) -> BareStore {
        let store = BareStore::default();
        store.contents().document = Some(document.to_vec().into());
        store
    }

    /// What it holds, to look at and to change.
    pub fn contents(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().expect("nobody panics and goes on")
    }

    fn document(&self) -> Option<Zeroizing<Vec<u8>>> {
        self.contents().document.clone().filter(|bytes| !bytes.is_empty())
    }
}

impl CacheStore for BareStore {
    fn load(&self, read: &mut dyn FnMut(&[u8]) -> Reading) -> Result<Presence, StoreError> {
        match self.document().map(|bytes| read(&bytes)) {
            None => Ok(Presence::Absent),
            Some(Reading::Whole) => Ok(Presence::Found),
            Some(Reading::Torn) => Err(damaged()),
        }
    }

    fn update(&self, change: &mut dyn FnMut(Option<&[u8]>) -> Change) -> Result<Saved, StoreError> {
        match change(self.document().as_ref().map(|bytes| bytes.as_slice())) {
            Change::Keep => Ok(Saved::Unchanged),
            Change::Replace(bytes) => {
                self.contents().document = Some(bytes);
                Ok(Saved::Written)
            }
            Change::Torn => Err(damaged()),
        }
    }

    fn remove(&self) -> Result<(), StoreError> {
        self.contents().document = None;
        Ok(())
    }

    fn ensure_room(&self, _size: usize) -> Result<(), StoreError> {
        Ok(())
    }

    fn lease(
        &self,
        _credential: &str,
        _patience: Duration,
        _waiting: &mut dyn FnMut(&Holder) -> Wait,
    ) -> Result<Option<Box<dyn RefreshLease>>, StoreError> {
        Ok(Some(Box::new(self.clone())))
    }

    fn forget_rescued(&self) {
        self.contents().rescued = None;
    }

    fn describe(&self) -> Description {
        Description { url: "bare:".to_owned(), path: None, lock_holder: None, exposed: Vec::new() }
    }
}

impl RefreshLease for BareStore {
    fn rescue(&self, bytes: &[u8]) -> Option<PathBuf> {
        self.contents().rescued = Some(bytes.to_vec().into());
        Some("bare:".into())
    }

    fn rescued(&self) -> Vec<Rescued> {
        let rescued = |bytes: &Zeroizing<Vec<u8>>| Rescued { file: "bare:".into(), bytes: bytes.clone() };
        self.contents().rescued.iter().map(rescued).collect()
    }

    fn forget(&self, rescued: &Rescued) {
        self.contents().rescued.take_if(|bytes| *bytes == rescued.bytes);
    }

    fn forget_rescued(&self) {
        CacheStore::forget_rescued(self);
    }
}

fn damaged() -> StoreError {
    StoreError::damaged("bare:")
}
