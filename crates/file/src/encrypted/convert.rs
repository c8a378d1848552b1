//! Conversions of a cache: to encrypted, to plain, to another key. Each is one save under the cache lock, so that at
//! every moment the old or the new form is there, and its key exists.

use std::io::{ErrorKind, Read};
use std::path::Path;
use std::sync::atomic::Ordering;

use tokcache_core::store::envelope::encrypt;
use zeroize::Zeroizing;

use super::document::{AtAnyPlace, Document};
use super::header::{Header, Recognised, recognise};
use super::key_needed::{KeyNeeded, Problem};
use super::lease::recovery_header;
use super::{EncryptedLocalStore, EncryptionError};
use crate::keys::{Key, KeyReference, KeySource};
use crate::platform;
use crate::{Change, Saved, StoreError, Validity};

/// The result of a conversion.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Conversion {
    /// There is no cache, so nothing was done.
    Absent,
    /// The cache already had the requested form, so nothing was done.
    Already,
    /// The cache was converted.
    Done {
        /// The source of the old key; `None` if the cache was plain.
        before: Option<KeySource>,
        /// Why the old key could not be deleted, if it should have been.
        kept: Option<String>,
    },
}

impl EncryptedLocalStore {
    /// Encrypts a plain cache with a key of `source`. `is_whole` returns whether bytes are a whole cache: another
    /// program may be writing.
    ///
    /// # Errors
    /// [`EncryptionError::NotAsWanted`] if the cache is encrypted with a key of another source.
    pub fn encrypt(&self, source: &KeySource, is_whole: &dyn Fn(&[u8]) -> bool) -> Result<Conversion, StoreError> {
        self.prepare_encrypt(source, is_whole)?.commit()
    }

    /// Makes an encrypted cache plain.
    ///
    /// # Errors
    /// The key is not available, or the cache cannot be saved. It stays encrypted then.
    pub fn decrypt(&self) -> Result<Conversion, StoreError> {
        self.prepare_decrypt()?.commit()
    }

    /// Encrypts an encrypted cache with another key, from `source` or else from the source of the old key. `moved` also
    /// accepts a cache that was encrypted for another place.
    ///
    /// # Errors
    /// [`EncryptionError::SameKey`]: a key file and the cache cannot be replaced in one step, so the new key needs
    /// another file.
    pub fn rekey(&self, source: Option<&KeySource>, moved: bool) -> Result<Conversion, StoreError> {
        self.prepare_rekey(source, moved)?.commit()
    }

    /// Prepares an [`encrypt`](Self::encrypt): does everything that can take long, such as asking for a passphrase.
    ///
    /// # Errors
    /// As of `encrypt`.
    pub fn prepare_encrypt<'a>(
        &'a self,
        source: &KeySource,
        is_whole: &'a dyn Fn(&[u8]) -> bool,
    ) -> Result<Preparation<'a>, StoreError> {
        if self.inner.load(&mut |_| Validity::Whole)?.is_none() {
            return Ok(Preparation::settled(self, Conversion::Absent));
        }
        if let Some(found) = self.encrypted_by()? {
            return Ok(Preparation::settled(self, already(found, source)?));
        }
        self.ensure_lockable()?;
        let new = self.create(source)?;
        let mut preparation = Preparation::of(self);
        (preparation.new, preparation.is_whole) = (Some(new), Some(is_whole));
        Ok(preparation)
    }

    /// Prepares a [`decrypt`](Self::decrypt).
    ///
    /// # Errors
    /// As of `decrypt`.
    pub fn prepare_decrypt(&self) -> Result<Preparation<'_>, StoreError> {
        if let Some(header) = self.header()? {
            self.ensure_key(&header)?;
        }
        Ok(Preparation::of(self))
    }

    /// Prepares a [`rekey`](Self::rekey).
    ///
    /// # Errors
    /// As of `rekey`.
    pub fn prepare_rekey(&self, source: Option<&KeySource>, moved: bool) -> Result<Preparation<'_>, StoreError> {
        let Some(header) = self.header()? else { return Ok(Preparation::settled(self, Conversion::Absent)) };
        let source = source.unwrap_or(&header.key.source);
        // The old key first: nobody is asked for a new passphrase if the cache cannot be decrypted.
        self.ensure_key(&header)?;
        self.ensure_lockable()?;
        let new = self.create(source)?;
        if new.0.id == header.key.id && !moved {
            return Err(StoreError::from(EncryptionError::SameKey));
        }
        let mut preparation = Preparation::of(self);
        preparation.new = Some(new);
        if moved {
            preparation.place = AtAnyPlace::Yes;
        }
        Ok(preparation)
    }

    /// Fails before a key is created if the cache cannot be locked. A key file is never removed, because it may be
    /// shared.
    fn ensure_lockable(&self) -> Result<(), StoreError> {
        self.inner.update(&mut |_| Change::Keep).map(drop)
    }

    fn ensure_key(&self, header: &Header) -> Result<(), StoreError> {
        match self.known(&header.key) {
            Some(_) => Ok(()),
            None => self.overcome(KeyNeeded::KeyMissing(header.key.clone())),
        }
    }

    /// Saves the document, encrypted with `new` or plain, if `is_due` says so.
    fn convert(
        &self,
        place: AtAnyPlace,
        new: Option<&(KeyReference, Key)>,
        is_due: Due<'_>,
    ) -> Result<Converted, StoreError> {
        if let Some((reference, key)) = new {
            self.know(reference.clone(), key.clone());
        }
        let new = new.map(|(reference, _)| Header::new(reference.clone(), self.place()));
        let mut before = None;
        let mut found = false;
        let saved = self.retry_with_keys(|needed| {
            self.inner.update(&mut |bytes| {
                (*needed, before, found) = (None, None, bytes.is_some());
                let Some(bytes) = bytes else { return Change::Keep };
                let converted = self.decrypted_anyhow(bytes, place).and_then(|document| {
                    if !is_due(bytes, &document)? {
                        return Ok(Change::Keep);
                    }
                    let (old, plain) = match document {
                        Document::Plain => (None, bytes.to_vec().into()),
                        Document::Decrypted { header, document } => (Some(header), document),
                    };
                    before = old;
                    match &new {
                        None => Ok(Change::Replace(plain)),
                        Some(header) => self.encrypted(header, &plain).map(Change::Replace),
                    }
                });
                converted.unwrap_or_else(|problem| problem.ending(needed))
            })
        })?;
        Ok(Converted { saved, found, before })
    }

    /// Gives recovery files the form of the document: encrypted with this key, or plain. Files that cannot be decrypted
    /// stay.
    fn rewrite_recovery(&self, is_plain_now: bool, new: Option<&KeyReference>) {
        let header = new.map(|new| recovery_header(&Header::new(new.clone(), self.place())));
        self.inner.rewrite_recovery(&mut |bytes| {
            let plain = match recognise(bytes) {
                Recognised::Plain if is_plain_now => Zeroizing::new(bytes.to_vec()),
                // A file that was cut off holds nothing.
                Recognised::Encrypted(envelope) => {
                    self.decrypted_recovery(&envelope).filter(|plain| !plain.is_empty())?
                }
                _ => return None,
            };
            match &header {
                None => Some(plain),
                Some(header) => encrypt(header, self.known(&header.key)?.bytes(), &plain),
            }
        });
    }

    /// Deletes the key that is not needed any more: the old key after a conversion, else the new key.
    fn settled(
        &self,
        converted: Result<Converted, StoreError>,
        new: Option<(KeyReference, Key)>,
    ) -> Result<Conversion, StoreError> {
        match converted {
            Ok(Converted { saved: Saved::Written | Saved::WrittenAndTightened, before, .. }) => {
                let needless =
                    before.as_ref().filter(|before| new.as_ref().is_none_or(|new| new.0.id != before.key.id));
                let kept = needless.and_then(|old| self.discard_if_needless(&old.key, Some(&old.place)).err());
                Ok(Conversion::Done { before: before.map(|before| before.key.source), kept })
            }
            other => {
                if let Some((new, _)) = new {
                    let _ = self.discard_if_needless(&new, None);
                }
                other.map(|converted| if converted.found { Conversion::Already } else { Conversion::Absent })
            }
        }
    }

    /// Deletes a key if the store, and the `other` place that the key was for, prove that it is not needed. A failed
    /// save proves nothing: the new document may have been saved.
    fn discard_if_needless(&self, key: &KeyReference, other: Option<&str>) -> Result<(), String> {
        if self.needs(key).map_err(|error| error.to_string())? {
            return Err(format!("{} may need it still", self.inner.describe().url));
        }
        if let Some(other) = other.filter(|other| !self.is_here(other) && may_need(other, key)) {
            return Err(format!("{other} may need it still"));
        }
        self.keys.discard(key).map_err(|error| error.to_string())
    }

    /// Returns whether the document or a recovery file may be encrypted with this key.
    fn needs(&self, key: &KeyReference) -> Result<bool, StoreError> {
        let mut is_needed = false;
        self.inner.rewrite_recovery(&mut |bytes| {
            is_needed |=
                matches!(recognise(bytes), Recognised::Encrypted(envelope) if envelope.header.key.id == key.id);
            None
        });
        if is_needed {
            return Ok(true);
        }
        let found = self.inner.load(&mut |bytes| {
            is_needed = may_be_encrypted_with(key, bytes);
            Validity::Whole
        })?;
        Ok(found.is_some() && is_needed)
    }
}

fn may_be_encrypted_with(key: &KeyReference, bytes: &[u8]) -> bool {
    match recognise(bytes) {
        Recognised::Plain => false,
        Recognised::Encrypted(envelope) => envelope.header.key.id == key.id,
        Recognised::Torn | Recognised::TooNew => true,
    }
}

/// Returns whether the cache at another place may be encrypted with this key: a copy has the key of its original. If
/// the folder is missing, it may be on a disk that is not mounted.
fn may_need(place: &str, key: &KeyReference) -> bool {
    let Some(path) = place.strip_prefix("file:").map(Path::new) else { return true };
    let mut beginning = Vec::new();
    let file = platform::open_to_read(path);
    match file.and_then(|file| file.take(BEGINNING).read_to_end(&mut beginning)) {
        Ok(_) => may_be_encrypted_with(key, &beginning),
        Err(error) if error.kind() == ErrorKind::NotFound => !path.parent().is_some_and(Path::is_dir),
        Err(_) => true,
    }
}

/// The number of bytes to read, enough for the header.
const BEGINNING: u64 = 32 * 1024;

/// A conversion that needs only a save, and perhaps the deletion of a key. Dropping it undoes it. Meanwhile, its store
/// accepts the document in either form.
pub struct Preparation<'a> {
    store: &'a EncryptedLocalStore,
    /// The outcome, if there is nothing to do.
    settled: Option<Conversion>,
    place: AtAnyPlace,
    /// The new key; `None`: the document becomes plain.
    new: Option<(KeyReference, Key)>,
    /// For a plain document that is to be encrypted: whether its bytes are whole.
    is_whole: Option<Whole<'a>>,
}

impl<'a> Preparation<'a> {
    fn of(store: &'a EncryptedLocalStore) -> Self {
        store.is_converting.store(true, Ordering::Relaxed);
        Preparation { store, settled: None, place: AtAnyPlace::No, new: None, is_whole: None }
    }

    fn settled(store: &'a EncryptedLocalStore, conversion: Conversion) -> Self {
        let mut preparation = Preparation::of(store);
        preparation.settled = Some(conversion);
        preparation
    }

    /// Returns the outcome if there is nothing to do.
    pub fn outcome(&self) -> Option<&Conversion> {
        self.settled.as_ref()
    }

    /// Converts the cache. Nobody but the caller should hold a refresh lease of the store: a holder encrypts its
    /// recovery files as the document was encrypted when it took the lease.
    ///
    /// # Errors
    /// The document cannot be decrypted or saved. It is unchanged then.
    pub fn commit(mut self) -> Result<Conversion, StoreError> {
        if let Some(conversion) = self.settled.take() {
            return Ok(conversion);
        }
        let new = self.new.take();
        let is_due = |bytes: &[u8], document: &Document| match (document, self.is_whole) {
            (Document::Plain, Some(is_whole)) if is_whole(bytes) => Ok(true),
            (Document::Plain, Some(_)) => Err(Problem::Torn),
            (document, is_whole) => Ok(is_whole.is_none() && document.encrypted_by().is_some()),
        };
        let key = new.as_ref().map(|(reference, _)| reference);
        // No recovery file is plain beside an encrypted document: they are encrypted before it, and decrypted after it.
        let encrypts = self.is_whole.is_some();
        if let (true, Some((reference, key))) = (encrypts, &new) {
            self.store.know(reference.clone(), key.clone());
            self.store.rewrite_recovery(true, Some(reference));
        }
        let converted = self.store.convert(self.place, new.as_ref(), &is_due);
        match &converted {
            Ok(Converted { saved: Saved::Written | Saved::WrittenAndTightened, .. }) if encrypts => {}
            Ok(Converted { saved: Saved::Written | Saved::WrittenAndTightened, .. }) => {
                self.store.rewrite_recovery(false, key);
            }
            _ if encrypts && self.store.is_plain().unwrap_or(false) => self.store.rewrite_recovery(false, None),
            _ => {}
        }
        self.store.settled(converted, new)
    }
}

impl Drop for Preparation<'_> {
    fn drop(&mut self) {
        self.store.is_converting.store(false, Ordering::Relaxed);
        if let Some((new, _)) = self.new.take() {
            let _ = self.store.discard_if_needless(&new, None);
        }
    }
}

/// Whether a document has to be converted.
type Due<'a> = &'a dyn Fn(&[u8], &Document) -> Result<bool, Problem>;

/// Whether bytes are a whole cache.
type Whole<'a> = &'a dyn Fn(&[u8]) -> bool;

struct Converted {
    saved: Saved,
    /// Whether there was a document.
    found: bool,
    /// The header of the old document, if it was encrypted.
    before: Option<Header>,
}

fn already(found: KeySource, wanted: &KeySource) -> Result<Conversion, StoreError> {
    if found == *wanted {
        return Ok(Conversion::Already);
    }
    Err(StoreError::from(EncryptionError::NotAsWanted { found: Some(found), wanted: Some(wanted.clone()) }))
}
