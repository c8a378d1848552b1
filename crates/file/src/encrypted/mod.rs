//! A store of one machine whose document is encrypted.
//!
//! The document says whether it is encrypted, and with which key. Reading a plain document costs one look at its first
//! bytes. Keys are fetched while no lock is held: an access that misses a key ends, the key is fetched, and the access
//! is repeated.

mod convert;
mod document;
mod encryption;
mod error;
mod header;
mod key_needed;
mod lease;
mod place;
mod store;
#[cfg(test)]
mod tests;

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

pub use convert::{Conversion, Preparation};
pub use encryption::Encryption;
pub use error::EncryptionError;

use self::header::{Header, Recognised, recognise};
use self::key_needed::KeyNeeded;
use crate::keys::{Key, KeyReference, KeySettings, KeySource, Keys};
use crate::{LocalStore, StoreError, Validity};
use tokcache_core::store::mutex::locked;

/// A store of one machine that encrypts its document, and knows where the keys are. For stores that several machines
/// share, see [`EncryptedStore`](tokcache_core::store::EncryptedStore).
pub struct EncryptedLocalStore {
    inner: Box<dyn LocalStore>,
    encryption: Encryption,
    keys: Keys,
    /// Returns further encryptions that the settings allow now, by the store's URL.
    promised_now: Box<PromisedNow>,
    /// Whether a conversion is in progress, so that the document may have either form.
    is_converting: AtomicBool,
    /// The keys that were used so far.
    known: Mutex<Vec<(KeyReference, Key)>>,
    /// The key among them that was made for a document that did not exist yet.
    fresh: Mutex<Option<Fresh>>,
}

/// Returns what the settings require now of the store with this URL: another process may have converted it since they
/// were read.
pub type PromisedNow = dyn Fn(&str) -> Vec<Encryption> + Send + Sync;

/// A key for a new document.
struct Fresh {
    key: KeyReference,
    /// A document was encrypted with the key, and may have been saved.
    is_used: bool,
}

impl EncryptedLocalStore {
    /// Returns a store that encrypts the document of `inner` as `encryption` says.
    pub fn new(inner: Box<dyn LocalStore>, encryption: Encryption, keys: KeySettings) -> Self {
        let keys = Keys::new(keys);
        let promised_now = Box::new(|_: &str| Vec::new());
        EncryptedLocalStore {
            inner,
            encryption,
            keys,
            promised_now,
            is_converting: AtomicBool::new(false),
            known: Mutex::default(),
            fresh: Mutex::default(),
        }
    }

    /// Asks `promised_now` before it refuses a document that does not have the required form.
    pub fn asking_again(mut self, promised_now: Box<PromisedNow>) -> Self {
        self.promised_now = promised_now;
        self
    }

    /// Returns whether there is a plain document.
    ///
    /// # Errors
    /// The document cannot be read.
    pub fn is_plain(&self) -> Result<bool, StoreError> {
        let mut is_plain = false;
        let found = self.inner.load(&mut |bytes| {
            is_plain = matches!(recognise(bytes), Recognised::Plain);
            Validity::Whole
        })?;
        Ok(found.is_some() && is_plain)
    }

    /// Returns where the key of the document is; `None` if the document is plain or missing.
    ///
    /// # Errors
    /// The document cannot be read. The key is not needed.
    pub fn encrypted_by(&self) -> Result<Option<KeySource>, StoreError> {
        Ok(self.header()?.map(|header| header.key.source))
    }

    fn header(&self) -> Result<Option<Header>, StoreError> {
        let mut header = None;
        self.inner.load(&mut |bytes| {
            header = match recognise(bytes) {
                Recognised::Encrypted(envelope) => Some(envelope.header),
                _ => None,
            };
            Validity::Whole
        })?;
        Ok(header)
    }

    /// Runs `attempt` until no key is missing. Missing keys are fetched in between.
    fn retry_with_keys<Outcome>(
        &self,
        mut attempt: impl FnMut(&mut Option<KeyNeeded>) -> Result<Outcome, StoreError>,
    ) -> Result<Outcome, StoreError> {
        loop {
            let mut needed = None;
            let outcome = attempt(&mut needed)?;
            match needed {
                None => return Ok(outcome),
                Some(needed) => self.overcome(needed)?,
            }
        }
    }

    fn overcome(&self, needed: KeyNeeded) -> Result<(), StoreError> {
        match needed {
            KeyNeeded::KeyMissing(reference) => match self.keys.find(&reference) {
                Ok(key) => self.know(reference, key),
                // Another process has changed the key meanwhile, and deleted the old one.
                Err(_) if self.header()?.is_some_and(|header| header.key != reference) => {}
                Err(error) => {
                    let store = self.inner.describe().url;
                    return Err(StoreError::from(EncryptionError::Key { source: reference.source, error, store }));
                }
            },
            KeyNeeded::NoKeyYet(source) => {
                let (reference, key) = self.create(&source)?;
                *locked(&self.fresh) = Some(Fresh { key: reference.clone(), is_used: false });
                self.know(reference, key);
            }
            KeyNeeded::Refused(error) => return Err(StoreError::from(error)),
        }
        Ok(())
    }

    fn create(&self, source: &KeySource) -> Result<(KeyReference, Key), StoreError> {
        let failed = |error| StoreError::from(EncryptionError::NewKey { source: source.clone(), error });
        self.keys.create(source).map_err(failed)
    }

    fn know(&self, reference: KeyReference, key: Key) {
        locked(&self.known).push((reference, key));
    }

    fn known(&self, reference: &KeyReference) -> Option<Key> {
        let known = locked(&self.known);
        known.iter().find(|(known, _)| known.id == reference.id).map(|(_, key)| key.clone())
    }
}

/// Deletes a key that was made for a new document if no document was saved, or if another process was faster.
impl Drop for EncryptedLocalStore {
    fn drop(&mut self) {
        let Some(fresh) = locked(&self.fresh).take() else { return };
        let is_another = |header: Option<Header>| header.is_some_and(|header| header.key.id != fresh.key.id);
        if !fresh.is_used || self.header().is_ok_and(is_another) {
            let _ = self.keys.discard(&fresh.key);
        }
    }
}
