//! A store with the fuzzer's bytes.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use tokcache_core::store::{Change, Description, Recovered, Recovery, Revision, Saved, StoreError, Validity};
use tokcache_file::{Attempt, Expected, LocalLease, LocalLeaseRequest, LocalStore};
use zeroize::Zeroizing;

/// A document and its recovery data. A clone is the same store.
#[derive(Clone, Default)]
pub struct BareStore(Arc<Mutex<Contents>>);

/// The contents of a [`BareStore`].
#[derive(Default)]
pub struct Contents {
    /// The document.
    pub document: Option<Zeroizing<Vec<u8>>>,
    /// The recovery data that every lease holder finds.
    pub rescued: Option<Zeroizing<Vec<u8>>>,
}

impl BareStore {
    /// Returns a store with this document.
    pub fn holding(document: &[u8]) -> BareStore {
        let store = BareStore::default();
        store.contents().document = Some(document.to_vec().into());
        store
    }

    /// Returns the contents, to inspect and to change.
    pub fn contents(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().expect("nobody panics and goes on")
    }

    fn document(&self) -> Option<Zeroizing<Vec<u8>>> {
        self.contents().document.clone().filter(|bytes| !bytes.is_empty())
    }
}

impl LocalStore for BareStore {
    fn load(&self, read: &mut dyn FnMut(&[u8]) -> Validity) -> Result<Option<Revision>, StoreError> {
        match self.document().map(|bytes| (read(&bytes), revision(&bytes))) {
            None => Ok(None),
            Some((Validity::Whole, revision)) => Ok(Some(revision)),
            Some((Validity::Torn, _)) => Err(damaged()),
        }
    }

    fn update_at(
        &self,
        expected: Expected,
        change: &mut dyn FnMut(Option<&[u8]>) -> Change,
    ) -> Result<Option<Saved>, StoreError> {
        let document = self.document();
        let found = document.as_ref().map(|bytes| bytes.as_slice());
        if expected != Expected::Any && expected != Expected::Exactly(found.map(revision)) {
            return Ok(None);
        }
        match change(found) {
            Change::Keep => Ok(Some(Saved::Unchanged)),
            Change::Replace(bytes) | Change::ReplaceUntil(bytes, _) => {
                self.contents().document = Some(bytes);
                Ok(Some(Saved::Written))
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

    fn lease<'a>(&'a self, _credential: &str) -> Result<Box<dyn LocalLeaseRequest + 'a>, StoreError> {
        Ok(Box::new(self.clone()))
    }

    fn forget_recovery(&self) {
        self.contents().rescued = None;
    }

    fn describe(&self) -> Description {
        Description { url: "bare:".to_owned(), path: None, lock_holder: None, exposed: Vec::new() }
    }
}

impl LocalLeaseRequest for BareStore {
    fn attempt(&mut self) -> Result<Attempt<Box<dyn LocalLease>>, StoreError> {
        Ok(Attempt::Held(Box::new(self.clone())))
    }

    fn name(&self) -> PathBuf {
        "bare:".into()
    }
}

impl LocalLease for BareStore {}

impl Recovery for BareStore {
    fn keep(&self, bytes: &[u8]) -> Option<PathBuf> {
        self.contents().rescued = Some(bytes.to_vec().into());
        Some("bare:".into())
    }

    fn kept(&self) -> Vec<Recovered> {
        let recovered = |bytes: &Zeroizing<Vec<u8>>| Recovered { file: "bare:".into(), bytes: bytes.clone() };
        self.contents().rescued.iter().map(recovered).collect()
    }

    fn forget(&self, recovered: &Recovered) {
        self.contents().rescued.take_if(|bytes| *bytes == recovered.bytes);
    }

    fn forget_all(&self) {
        self.forget_recovery();
    }
}

/// The length and the beginning of the bytes, which suffice with a single writer.
fn revision(bytes: &[u8]) -> Revision {
    let mut start = (bytes.len() as u64).to_be_bytes().to_vec();
    start.extend(bytes.iter().take(24));
    Revision::new(&start)
}

fn damaged() -> StoreError {
    StoreError::damaged("bare:")
}
