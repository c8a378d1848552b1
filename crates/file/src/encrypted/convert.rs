//! Sealing a plain cache, opening a sealed one for good, and changing its key: one save each, under the cache lock, so
//! that the old form or the new one is there at every moment, with its key.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::sync::atomic::Ordering;

use tokcache_core::store::envelope::encrypt;
use zeroize::Zeroizing;

use super::document::{AtAnyPlace, Document};
use super::header::{Header, Recognised, recognise};
use super::key_needed::{KeyNeeded, Problem};
use super::lease::rescue_header;
use super::{EncryptedLocalStore, EncryptionError};
use crate::keys::{Key, KeyReference, KeySource};
use crate::platform;
use crate::{Change, Saved, StoreError, Validity};

/// What became of a cache.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Conversion {
    /// There is no cache.
    Absent,
    /// It was so already.
    Already,
    /// It is done. What sealed it until now, if anything did; and whether that key is still kept, since it could not be
    /// thrown away.
    Done {
        /// What sealed it until now.
        before: Option<KeySource>,
        /// Why the old key could not be thrown away.
        kept: Option<String>,
    },
}

impl EncryptedLocalStore {
    /// Seals a plain cache with a key of `source`. `is_whole` tells a cache from bytes that a foreign writer is just
    /// changing.
    ///
    /// # Errors
    /// [`EncryptionError::NotAsWanted`] when it is sealed with a key of another source.
    pub fn encrypt(&self, source: &KeySource, is_whole: &dyn Fn(&[u8]) -> bool) -> Result<Conversion, StoreError> {
        self.prepare_encrypt(source, is_whole)?.commit()
    }

    /// Opens a sealed cache for good.
    ///
    /// # Errors
    /// When its key cannot be had, or it cannot be saved. It is sealed as before, then.
    pub fn decrypt(&self) -> Result<Conversion, StoreError> {
        self.prepare_decrypt()?.commit()
    }

    /// Seals a sealed cache with another key, of `source` or else where the old one is from. Only here `moved` says
    /// that a cache that was sealed for another place is meant.
    ///
    /// # Errors
    /// [`EncryptionError::SameKey`]: a key file cannot be changed together with the cache, so the new key needs another.
    pub fn rekey(&self, source: Option<&KeySource>, moved: bool) -> Result<Conversion, StoreError> {
        self.prepare_rekey(source, moved)?.commit()
    }

    /// Makes ready to [`encrypt`](Self::encrypt): whatever takes its time, as a person who types a passphrase, is done.
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
        if let Some(found) = self.sealed_by()? {
            return Ok(Preparation::settled(self, already(found, source)?));
        }
        self.ensure_lockable()?;
        let new = self.create(source)?;
        let mut preparation = Preparation::of(self);
        (preparation.new, preparation.is_whole) = (Some(new), Some(is_whole));
        Ok(preparation)
    }

    /// The same for [`decrypt`](Self::decrypt).
    ///
    /// # Errors
    /// As of `decrypt`.
    pub fn prepare_decrypt(&self) -> Result<Preparation<'_>, StoreError> {
        if let Some(header) = self.header()? {
            self.ensure_key(&header)?;
        }
        Ok(Preparation::of(self))
    }

    /// The same for [`rekey`](Self::rekey).
    ///
    /// # Errors
    /// As of `rekey`.
    pub fn prepare_rekey(&self, source: Option<&KeySource>, moved: bool) -> Result<Preparation<'_>, StoreError> {
        let Some(header) = self.header()? else { return Ok(Preparation::settled(self, Conversion::Absent)) };
        let source = source.unwrap_or(&header.key.source);
        // The old key first: who cannot open the cache shall not be asked for a new passphrase.
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

    /// A key that is made for a cache that can then not be locked is litter: a key file may be shared, and is not
    /// removed.
    fn ensure_lockable(&self) -> Result<(), StoreError> {
        self.inner.update(&mut |_| Change::Keep).map(drop)
    }

    fn ensure_key(&self, header: &Header) -> Result<(), StoreError> {
        match self.known(&header.key) {
            Some(_) => Ok(()),
            None => self.overcome(KeyNeeded::KeyMissing(header.key.clone())),
        }
    }

    /// Puts the document, sealed with `new` or plain, in the place of what it was, where `is_due` says so.
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
                let converted = self.opened_anyhow(bytes, place).and_then(|document| {
                    if !is_due(bytes, &document)? {
                        return Ok(Change::Keep);
                    }
                    let (old, plain) = match document {
                        Document::Plain => (None, bytes.to_vec().into()),
                        Document::Opened { header, document } => (Some(header), document),
                    };
                    before = old;
                    match &new {
                        None => Ok(Change::Replace(plain)),
                        Some(header) => self.seal(header, &plain).map(Change::Replace),
                    }
                });
                converted.unwrap_or_else(|problem| problem.ending(needed))
            })
        })?;
        Ok(Converted { saved, found, before })
    }

    /// Gives what was rescued the form that the document has: sealed with this key, or plain. What cannot be opened
    /// stays.
    fn rewrite_recovery(&self, is_plain_now: bool, new: Option<&KeyReference>) {
        let header = new.map(|new| rescue_header(&Header::new(new.clone(), self.place())));
        self.inner.rewrite_recovery(&mut |bytes| {
            let plain = match recognise(bytes) {
                Recognised::Plain if is_plain_now => Zeroizing::new(bytes.to_vec()),
                // What is cut off has nothing in it.
                Recognised::Encrypted(envelope) => self.opened_rescued(&envelope).filter(|plain| !plain.is_empty())?,
                _ => return None,
            };
            match &header {
                None => Some(plain),
                Some(header) => encrypt(header, self.known(&header.key)?.bytes(), &plain),
            }
        });
    }

    /// Throws away the key that is not needed any more: after a conversion the old one, else the new one.
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

    /// Throws away a key, if what the store holds proves that it is not needed, and what is still at the `other` place
    /// that it was for. An error of a save proves nothing: the new document may be there all the same.
    fn discard_if_needless(&self, key: &KeyReference, other: Option<&str>) -> Result<(), String> {
        if self.needs(key).map_err(|error| error.to_string())? {
            return Err(format!("{} may need it still", self.inner.describe().url));
        }
        if let Some(other) = other.filter(|other| !self.is_here(other) && may_need(other, key)) {
            return Err(format!("{other} may need it still"));
        }
        self.keys.discard(key).map_err(|error| error.to_string())
    }

    /// Whether the document, or what was rescued, may be sealed with this key.
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
            is_needed = is_perhaps_sealed_with(key, bytes);
            Validity::Whole
        })?;
        Ok(found.is_some() && is_needed)
    }
}

fn is_perhaps_sealed_with(key: &KeyReference, bytes: &[u8]) -> bool {
    match recognise(bytes) {
        Recognised::Plain => false,
        Recognised::Encrypted(envelope) => envelope.header.key.id == key.id,
        Recognised::Torn | Recognised::TooNew => true,
    }
}

/// Whether the cache at another place may be sealed with this key: what was copied from there is sealed with the key of
/// the original. Where the whole folder is missing, it may be a disk that is not mounted.
fn may_need(place: &str, key: &KeyReference) -> bool {
    let Some(path) = place.strip_prefix("file:").map(Path::new) else { return true };
    let mut beginning = Vec::new();
    let file = platform::without_waiting(OpenOptions::new().read(true)).open(path);
    match file.and_then(|file| file.take(BEGINNING).read_to_end(&mut beginning)) {
        Ok(_) => is_perhaps_sealed_with(key, &beginning),
        Err(error) if error.kind() == ErrorKind::NotFound => !path.parent().is_some_and(Path::is_dir),
        Err(_) => true,
    }
}

/// The header is in there.
const BEGINNING: u64 = 32 * 1024;

/// A conversion that is ready: what is left is one save, and a key that is not needed any more. Dropped, nothing comes of
/// it. Until then its store takes the document as it is, whatever was promised of it.
pub struct Preparation<'a> {
    store: &'a EncryptedLocalStore,
    /// There is nothing to do.
    settled: Option<Conversion>,
    place: AtAnyPlace,
    /// The key to seal with; none to open for good.
    new: Option<(KeyReference, Key)>,
    /// To seal a plain document: whether it is one.
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

    /// What there is to say where nothing is to be done.
    pub fn outcome(&self) -> Option<&Conversion> {
        self.settled.as_ref()
    }

    /// Does it. Nobody should hold a refresh lease of the store meanwhile but who calls this: a holder leaves a refresh
    /// token as the document was sealed when the lease was taken.
    ///
    /// # Errors
    /// When the document cannot be opened or saved: it is as it was, then.
    pub fn commit(mut self) -> Result<Conversion, StoreError> {
        if let Some(conversion) = self.settled.take() {
            return Ok(conversion);
        }
        let new = self.new.take();
        let is_due = |bytes: &[u8], document: &Document| match (document, self.is_whole) {
            (Document::Plain, Some(is_whole)) if is_whole(bytes) => Ok(true),
            (Document::Plain, Some(_)) => Err(Problem::Torn),
            (document, is_whole) => Ok(is_whole.is_none() && document.sealed_by().is_some()),
        };
        let key = new.as_ref().map(|(reference, _)| reference);
        // What was rescued is never in plain beside a sealed document: it is sealed before, and opened after.
        let seals = self.is_whole.is_some();
        if let (true, Some((reference, key))) = (seals, &new) {
            self.store.know(reference.clone(), key.clone());
            self.store.rewrite_recovery(true, Some(reference));
        }
        let converted = self.store.convert(self.place, new.as_ref(), &is_due);
        match &converted {
            Ok(Converted { saved: Saved::Written | Saved::WrittenAndTightened, .. }) if seals => {}
            Ok(Converted { saved: Saved::Written | Saved::WrittenAndTightened, .. }) => {
                self.store.rewrite_recovery(false, key);
            }
            _ if seals && self.store.is_plain().unwrap_or(false) => self.store.rewrite_recovery(false, None),
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

/// Whether a document is to be converted.
type Due<'a> = &'a dyn Fn(&[u8], &Document) -> Result<bool, Problem>;

/// Whether bytes are a whole cache.
type Whole<'a> = &'a dyn Fn(&[u8]) -> bool;

struct Converted {
    saved: Saved,
    /// There was a document.
    found: bool,
    /// What sealed it.
    before: Option<Header>,
}

fn already(found: KeySource, wanted: &KeySource) -> Result<Conversion, StoreError> {
    if found == *wanted {
        return Ok(Conversion::Already);
    }
    Err(StoreError::from(EncryptionError::NotAsWanted { found: Some(found), wanted: Some(wanted.clone()) }))
}
