//! The cache of another program in the keyring: the Secret Service item in which msal-extensions for Python
//! (`LibsecretPersistence`, used by azure-identity) stores the whole document.
//!
//! A signal file accompanies the item. Its modification time tells other programs to load again, and its lock file,
//! `<signal>.lockfile`, is the cache lock of all programs. Nothing of the document is written to a disk: even a refresh
//! token that could not be saved goes into another keyring item.

mod address;
mod item;

use std::path::PathBuf;
use std::time::Duration;

use zeroize::Zeroizing;

pub(super) use address::Address;
pub(super) use item::Item;

use crate::adapter::implement_store;
use crate::keys::Caller;
use crate::signal::SignalFile;
use crate::wait::Attempt;
use crate::{
    Change, Clock, Description, Expected, Holder, KeyringFault, LocalLease, LocalLeaseRequest, LocalStore, Recovered,
    Recovery, Revision, Saved, StoreError, Validity,
};
use tokcache_core::secret::fingerprint;

/// A keyring item and its signal file.
pub(super) struct LibsecretStore {
    address: Address,
    signal: Box<dyn SignalFile + Send + Sync>,
    caller: Caller,
}

impl LibsecretStore {
    /// Returns a store. `signal` is the file store of the address's signal file. Each call of the keyring takes at most
    /// `patience`. A locked keyring is an error unless there is a screen for its prompt.
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

    /// Returns the recovery item of a credential, or the pattern for all credentials. Attributes are
    /// public and the credential may be a secret, so only its hash is stored.
    fn rescue_item(&self, credential: Option<&str>) -> Item {
        let mut attributes = vec![("store".to_owned(), self.address.url().to_owned())];
        attributes.extend(credential.map(|credential| ("credential".to_owned(), fingerprint(credential.as_bytes()))));
        Item { schema: "tokcache.rescue".to_owned(), attributes, label: "tokcache: a refresh token to be saved".into() }
    }
}

implement_store!(LibsecretStore);

impl LocalStore for LibsecretStore {
    fn load(&self, read: &mut dyn FnMut(&[u8]) -> Validity) -> Result<Option<Revision>, StoreError> {
        match self.document()? {
            None => Ok(None),
            Some(bytes) if read(&bytes) == Validity::Whole => Ok(Some(revision(&bytes))),
            // The keyring never stores half an item, so this is damage.
            Some(_) => Err(self.damaged()),
        }
    }

    fn update_at(
        &self,
        expected: Expected,
        change: &mut dyn FnMut(Option<&[u8]>) -> Change,
    ) -> Result<Option<Saved>, StoreError> {
        let mut is_expected = true;
        let saved = self.signal.signalled(&mut || {
            let found = self.document()?;
            let found = found.as_ref().map(|bytes| bytes.as_slice());
            is_expected = expected.allows(found.map(revision));
            if !is_expected {
                return Ok(Saved::Unchanged);
            }
            match change(found) {
                Change::Replace(bytes) if found != Some(&**bytes) => {
                    // Other programs decode the item as text.
                    if std::str::from_utf8(&bytes).is_err() {
                        let why = "what is kept there is text, and a sealed cache is none".to_owned();
                        return Err(StoreError::from(KeyringFault::Other(why)));
                    }
                    self.caller.write(self.address.item(), &bytes).map_err(StoreError::from)?;
                    Ok(Saved::Written)
                }
                Change::Keep | Change::Replace(_) | Change::ReplaceUntil(..) => Ok(Saved::Unchanged),
                Change::Torn => Err(self.damaged()),
            }
        })?;
        Ok(is_expected.then_some(saved))
    }

    fn remove(&self) -> Result<(), StoreError> {
        let removed = self.signal.signalled(&mut || {
            let was_there = self.caller.delete(self.address.item()).map_err(StoreError::from)?;
            Ok(if was_there { Saved::Written } else { Saved::Unchanged })
        });
        removed.map(drop)
    }

    /// Only checks that the keyring and the lock are accessible.
    fn ensure_room(&self, _size: usize) -> Result<(), StoreError> {
        self.signal.ensure_room(0)?;
        self.caller.check().map_err(StoreError::from)
    }

    fn lease<'a>(&'a self, credential: &str) -> Result<Box<dyn LocalLeaseRequest + 'a>, StoreError> {
        let inner = self.signal.lease(credential)?;
        let rescue = self.rescue_item(Some(credential));
        Ok(Box::new(LibsecretLeaseRequest { inner, rescue, caller: self.caller }))
    }

    fn note(&self, credential: &str) -> Option<Vec<u8>> {
        self.signal.note(credential)
    }

    fn forget_recovery(&self) {
        self.signal.forget_recovery();
        let _ = self.caller.delete(&self.rescue_item(None));
    }

    fn lease_holders(&self) -> Vec<Holder> {
        self.signal.lease_holders()
    }

    fn describe(&self) -> Description {
        let signal = self.signal.describe();
        Description { url: self.address.url().to_owned(), path: None, exposed: Vec::new(), ..signal }
    }
}

fn revision(bytes: &[u8]) -> Revision {
    Revision::new(fingerprint(bytes).as_bytes())
}

struct LibsecretLeaseRequest<'a> {
    inner: Box<dyn LocalLeaseRequest + 'a>,
    rescue: Item,
    caller: Caller,
}

impl LocalLeaseRequest for LibsecretLeaseRequest<'_> {
    fn attempt(&mut self) -> Result<Attempt<Box<dyn LocalLease>>, StoreError> {
        Ok(match self.inner.attempt()? {
            Attempt::Held(inner) => {
                Attempt::Held(Box::new(LibsecretLease { inner, rescue: self.rescue.clone(), caller: self.caller }))
            }
            Attempt::Taken(holder) => Attempt::Taken(holder),
        })
    }

    fn rest(&mut self, pause: Duration, most: Duration, clock: &dyn Clock) -> bool {
        self.inner.rest(pause, most, clock)
    }

    fn name(&self) -> PathBuf {
        self.inner.name()
    }
}

/// The lease of the signal file. Tokens that its holder cannot save go into the keyring.
struct LibsecretLease {
    inner: Box<dyn LocalLease>,
    rescue: Item,
    caller: Caller,
}

impl Recovery for LibsecretLease {
    fn keep(&self, bytes: &[u8]) -> Option<PathBuf> {
        self.caller.write(&self.rescue, bytes).ok().map(|()| "the keyring".into())
    }

    fn kept(&self) -> Vec<Recovered> {
        let kept = self.caller.read(&self.rescue).ok().flatten();
        kept.map(|bytes| Recovered { file: "the keyring".into(), bytes }).into_iter().collect()
    }

    fn forget(&self, _recovered: &Recovered) {
        self.forget_all();
    }

    fn forget_all(&self) {
        let _ = self.caller.delete(&self.rescue);
    }
}

impl LocalLease for LibsecretLease {
    fn note(&self, note: Option<&[u8]>) {
        self.inner.note(note);
    }
}
