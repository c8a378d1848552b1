//! The cache of another program in the keyring: the one item of the Secret Service in which msal-extensions for Python
//! (`LibsecretPersistence`, which azure-identity uses) keeps the whole document.
//!
//! Beside it goes a signal file. Its time tells the others that they have to load again, and its lock file,
//! `<signal>.lockfile`, is the cache lock of all. Nothing of the document is written to a disk, a rescued refresh token
//! neither: that is another item.

mod address;
mod item;

use std::path::PathBuf;
use std::time::Duration;

use zeroize::Zeroizing;

pub(super) use address::Address;

use self::item::Item;
use crate::keys::Caller;
use crate::signal::SignalFile;
use crate::{
    CacheStore, Change, Description, Holder, KeyringFault, Presence, Reading, RefreshLease, Rescued, Saved, StoreError,
    Wait,
};
use tokcache_core::secret::fingerprint;

/// One item, and the file that goes with it.
pub(super) struct LibsecretStore {
    address: Address,
    signal: Box<dyn SignalFile + Send + Sync>,
    caller: Caller,
}

impl LibsecretStore {
    /// `signal` is the file store of the address's signal file. No call of the keyring takes longer than `patience`; a
    /// locked one is a failure unless there is a screen for its prompt.
    pub(super) fn new(
        address: Address,
        signal: Box<dyn SignalFile + Send + Sync>,
        patience: Duration,
        has_screen: bool,
    ) -> Self {
        LibsecretStore { address, signal, caller: Caller { patience, has_screen } }
    }

    fn document(&self) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let document = self.caller.read(self.address.item()).map_err(StoreError::from)?;
        Ok(document.filter(|bytes| !bytes.trim_ascii().is_empty()))
    }

    fn damaged(&self) -> StoreError {
        StoreError::damaged(self.address.url())
    }

    /// What is found by the store alone, or by the store and a credential. That may be a secret; attributes are none.
    fn rescue_item(&self, credential: Option<&str>) -> Item {
        let mut attributes = vec![("store".to_owned(), self.address.url().to_owned())];
        attributes.extend(credential.map(|credential| ("credential".to_owned(), fingerprint(credential.as_bytes()))));
        Item { schema: "tokcache.rescue".to_owned(), attributes, label: "tokcache: a refresh token to be saved".into() }
    }
}

impl CacheStore for LibsecretStore {
    fn load(&self, read: &mut dyn FnMut(&[u8]) -> Reading) -> Result<Presence, StoreError> {
        match self.document()? {
            None => Ok(Presence::Absent),
            Some(bytes) if read(&bytes) == Reading::Whole => Ok(Presence::Found),
            // The keyring has no half items.
            Some(_) => Err(self.damaged()),
        }
    }

    fn update(&self, change: &mut dyn FnMut(Option<&[u8]>) -> Change) -> Result<Saved, StoreError> {
        self.signal.signalled(&mut || {
            let found = self.document()?;
            let found = found.as_ref().map(|bytes| bytes.as_slice());
            match change(found) {
                Change::Replace(bytes) if found != Some(&**bytes) => {
                    // The others take it for text.
                    if std::str::from_utf8(&bytes).is_err() {
                        let why = "what is kept there is text, and a sealed cache is none".to_owned();
                        return Err(StoreError::from(KeyringFault::Other(why)));
                    }
                    self.caller.write(self.address.item(), &bytes).map_err(StoreError::from)?;
                    Ok(Saved::Written)
                }
                Change::Keep | Change::Replace(_) => Ok(Saved::Unchanged),
                Change::Torn => Err(self.damaged()),
            }
        })
    }

    fn remove(&self) -> Result<(), StoreError> {
        let removed = self.signal.signalled(&mut || {
            let was_there = self.caller.delete(self.address.item()).map_err(StoreError::from)?;
            Ok(if was_there { Saved::Written } else { Saved::Unchanged })
        });
        removed.map(drop)
    }

    /// The keyring is open, and so is the lock.
    fn ensure_room(&self, _size: usize) -> Result<(), StoreError> {
        self.signal.ensure_room(0)?;
        self.caller.check().map_err(StoreError::from)
    }

    fn lease(
        &self,
        credential: &str,
        patience: Duration,
        waiting: &mut dyn FnMut(&Holder) -> Wait,
    ) -> Result<Option<Box<dyn RefreshLease>>, StoreError> {
        let Some(inner) = self.signal.lease(credential, patience, waiting)? else { return Ok(None) };
        let rescue = self.rescue_item(Some(credential));
        Ok(Some(Box::new(LibsecretLease { inner, rescue, caller: self.caller })))
    }

    fn note(&self, credential: &str) -> Option<Vec<u8>> {
        self.signal.note(credential)
    }

    fn forget_rescued(&self) {
        self.signal.forget_rescued();
        let _ = self.caller.delete(&self.rescue_item(None));
    }

    fn describe(&self) -> Description {
        let signal = self.signal.describe();
        Description { url: self.address.url().to_owned(), path: None, exposed: Vec::new(), ..signal }
    }
}

/// The lease of the signal file; what its holder rescues is in the keyring.
struct LibsecretLease {
    inner: Box<dyn RefreshLease>,
    rescue: Item,
    caller: Caller,
}

impl RefreshLease for LibsecretLease {
    fn rescue(&self, bytes: &[u8]) -> Option<PathBuf> {
        self.caller.write(&self.rescue, bytes).ok().map(|()| "the keyring".into())
    }

    fn rescued(&self) -> Vec<Rescued> {
        let kept = self.caller.read(&self.rescue).ok().flatten();
        kept.map(|bytes| Rescued { file: "the keyring".into(), bytes }).into_iter().collect()
    }

    fn forget(&self, _rescued: &Rescued) {
        self.forget_rescued();
    }

    fn forget_rescued(&self) {
        let _ = self.caller.delete(&self.rescue);
    }

    fn note(&self, note: Option<&[u8]>) {
        self.inner.note(note);
    }
}
