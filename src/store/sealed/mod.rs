//! Any store, with its document sealed: what the inner store keeps is of no use without the key.
//!
//! Whether a document is sealed, and with which key, it says itself; a plain one costs no more than a look at its first
//! bytes. Keys are fetched while no lock is held: a look inside that misses a key ends, the key is fetched, and then the
//! look is repeated.

mod convert;
mod envelope;
mod error;
mod lease;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use zeroize::Zeroizing;

pub use convert::Conversion;
pub use error::SealError;

use self::envelope::{Header, Recognised, recognise};
use self::lease::SealedLease;
use super::keys::{Key, KeyReference, KeySettings, KeySource, Keys, UnknownKeySource};
use super::{
    CacheStore, Change, Description, Holder, Presence, Reading, RefreshLease, Repaired, Saved, StoreError, Wait,
};

/// A header and a tag take less than this.
const ROOM_FOR_THE_SEAL: usize = 16 * 1024;

/// Whether a cache is to be sealed. It is a promise: a cache that is otherwise is refused, and nobody's plain file, put
/// in the place of a sealed one, is taken for it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Encryption {
    /// As the cache is; a new one is plain.
    #[default]
    AsItIs,
    /// Sealed with a key of this source, a new one from its first byte.
    By(KeySource),
    /// Not at all.
    None,
}

impl fmt::Display for Encryption {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Encryption::AsItIs => formatter.write_str("as it is"),
            Encryption::By(source) => source.fmt(formatter),
            Encryption::None => formatter.write_str("none"),
        }
    }
}

impl FromStr for Encryption {
    type Err = UnknownKeySource;

    /// `none`, or a key source.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "none" { Ok(Encryption::None) } else { text.parse().map(Encryption::By) }
    }
}

/// A store within a store, and the keys to it.
pub struct SealedStore {
    inner: Box<dyn CacheStore>,
    encryption: Encryption,
    keys: Keys,
    /// The keys that were needed so far.
    known: Mutex<Vec<(KeyReference, Key)>>,
    /// Of these, the one that was made for a document that did not exist yet.
    fresh: Mutex<Option<Fresh>>,
}

/// A key for a new document.
struct Fresh {
    key: KeyReference,
    /// Something was sealed with it, and may have been saved.
    is_used: bool,
}

impl SealedStore {
    /// Seals what `inner` keeps as `encryption` says.
    pub fn new(inner: Box<dyn CacheStore>, encryption: Encryption, keys: KeySettings) -> Self {
        let keys = Keys::new(keys);
        SealedStore { inner, encryption, keys, known: Mutex::default(), fresh: Mutex::default() }
    }

    /// What the document in the store is sealed with; `None` when it is plain, or there is none.
    ///
    /// # Errors
    /// When it cannot be read. The key is not needed.
    pub fn sealed_by(&self) -> Result<Option<KeySource>, StoreError> {
        Ok(self.header()?.map(|header| header.key.source))
    }

    fn header(&self) -> Result<Option<Header>, StoreError> {
        let mut header = None;
        self.inner.load(&mut |bytes| {
            header = match recognise(bytes) {
                Recognised::Sealed(envelope) => Some(envelope.header),
                _ => None,
            };
            Reading::Whole
        })?;
        Ok(header)
    }

    /// Runs `attempt` until it meets no obstacle; what can be overcome is.
    fn persistently<Outcome>(
        &self,
        mut attempt: impl FnMut(&mut Option<Obstacle>) -> Result<Outcome, StoreError>,
    ) -> Result<Outcome, StoreError> {
        loop {
            let mut obstacle = None;
            let outcome = attempt(&mut obstacle)?;
            match obstacle {
                None => return Ok(outcome),
                Some(obstacle) => self.overcome(obstacle)?,
            }
        }
    }

    fn overcome(&self, obstacle: Obstacle) -> Result<(), StoreError> {
        match obstacle {
            Obstacle::KeyMissing(reference) => match self.keys.find(&reference) {
                Ok(key) => self.know(reference, key),
                // Sealed anew by another process, which has thrown the old key away.
                Err(_) if self.header()?.is_some_and(|header| header.key != reference) => {}
                Err(error) => {
                    let store = self.inner.describe().url;
                    return Err(StoreError::Sealed(SealError::Key { source: reference.source, error, store }));
                }
            },
            Obstacle::NoKeyYet(source) => {
                let (reference, key) = self.create(&source)?;
                *locked(&self.fresh) = Some(Fresh { key: reference.clone(), is_used: false });
                self.know(reference, key);
            }
            Obstacle::Refused(error) => return Err(StoreError::Sealed(error)),
        }
        Ok(())
    }

    fn create(&self, source: &KeySource) -> Result<(KeyReference, Key), StoreError> {
        let failed = |error| StoreError::Sealed(SealError::NewKey { source: source.clone(), error });
        self.keys.create(source).map_err(failed)
    }

    fn know(&self, reference: KeyReference, key: Key) {
        locked(&self.known).push((reference, key));
    }

    fn known(&self, reference: &KeyReference) -> Option<Key> {
        let known = locked(&self.known);
        known.iter().find(|(known, _)| known.id == reference.id).map(|(_, key)| key.clone())
    }

    /// The document, if it is what the settings promise.
    fn opened(&self, bytes: &[u8]) -> Result<Document, Problem> {
        let document = self.opened_anyhow(bytes, AtAnyPlace::No)?;
        match (&self.encryption, document.sealed_by()) {
            (Encryption::AsItIs, _) | (Encryption::None, None) => Ok(document),
            (Encryption::By(wanted), Some(found)) if wanted == found => Ok(document),
            (wanted, found) => Err(Problem::Met(Obstacle::Refused(SealError::NotAsWanted {
                found: found.cloned(),
                wanted: match wanted {
                    Encryption::By(source) => Some(source.clone()),
                    _ => None,
                },
            }))),
        }
    }

    /// The document, however it is sealed.
    fn opened_anyhow(&self, bytes: &[u8], moved: AtAnyPlace) -> Result<Document, Problem> {
        let envelope = match recognise(bytes) {
            Recognised::Plain => return Ok(Document::Plain),
            Recognised::Sealed(envelope) => envelope,
            Recognised::Torn => return Err(Problem::Torn),
            Recognised::TooNew => return Err(Problem::Met(Obstacle::Refused(SealError::TooNew))),
        };
        let Some(key) = self.known(&envelope.header.key) else {
            return Err(Problem::Met(Obstacle::KeyMissing(envelope.header.key)));
        };
        let Some(document) = envelope.open(&key) else { return Err(Problem::Torn) };
        if moved == AtAnyPlace::No && !self.is_here(&envelope.header.place) {
            let sealed_for = envelope.header.place;
            return Err(Problem::Met(Obstacle::Refused(SealError::Moved { sealed_for })));
        }
        Ok(Document::Opened { header: envelope.header, document })
    }

    /// The seal for the document that takes the place of `old`.
    fn seal_after(&self, old: Option<&Document>) -> Result<Option<Header>, Problem> {
        match (old, &self.encryption) {
            (Some(Document::Plain), _) => Ok(None),
            (Some(Document::Opened { header, .. }), _) => Ok(Some(header.clone())),
            (None, Encryption::AsItIs | Encryption::None) => Ok(None),
            (None, Encryption::By(source)) => match locked(&self.fresh).as_ref() {
                Some(fresh) => Ok(Some(Header::new(fresh.key.clone(), self.place()))),
                None => Err(Problem::Met(Obstacle::NoKeyYet(source.clone()))),
            },
        }
    }

    fn seal(&self, header: &Header, document: &[u8]) -> Result<Zeroizing<Vec<u8>>, Problem> {
        let Some(key) = self.known(&header.key) else {
            return Err(Problem::Met(Obstacle::KeyMissing(header.key.clone())));
        };
        envelope::seal(header, &key, document).ok_or(Problem::Met(Obstacle::Refused(SealError::CannotSeal)))
    }

    fn changed(
        &self,
        bytes: Option<&[u8]>,
        change: &mut dyn FnMut(Option<&[u8]>) -> Change,
    ) -> Result<Change, Problem> {
        let document = bytes.map(|bytes| self.opened(bytes)).transpose()?;
        let old = match &document {
            None => None,
            Some(Document::Plain) => bytes,
            Some(Document::Opened { document, .. }) => Some(document.as_slice()).filter(|old| !old.is_empty()),
        };
        let new = match change(old) {
            Change::Replace(new) if old == Some(new.as_slice()) => return Ok(Change::Keep),
            Change::Replace(new) => new,
            change => return Ok(change),
        };
        match self.seal_after(document.as_ref())? {
            None => Ok(Change::Replace(new)),
            Some(header) => {
                if let (None, Some(fresh)) = (&document, locked(&self.fresh).as_mut()) {
                    fresh.is_used = true;
                }
                self.seal(&header, &new).map(Change::Replace)
            }
        }
    }

    /// The name of this store that a seal is bound to.
    fn place(&self) -> String {
        canonical(&self.inner.describe())
    }

    fn is_here(&self, place: &str) -> bool {
        let description = self.inner.describe();
        description.url == place || canonical(&description) == place
    }
}

impl CacheStore for SealedStore {
    fn load(&self, read: &mut dyn FnMut(&[u8]) -> Reading) -> Result<Presence, StoreError> {
        self.persistently(|obstacle| {
            let mut is_empty = false;
            let presence = self.inner.load(&mut |bytes| {
                (*obstacle, is_empty) = (None, false);
                match self.opened(bytes) {
                    Ok(Document::Plain) => read(bytes),
                    Ok(Document::Opened { document, .. }) if document.is_empty() => {
                        is_empty = true;
                        Reading::Whole
                    }
                    Ok(Document::Opened { document, .. }) => read(&document),
                    Err(Problem::Torn) => Reading::Torn,
                    Err(Problem::Met(met)) => {
                        *obstacle = Some(met);
                        Reading::Whole
                    }
                }
            })?;
            Ok(if is_empty { Presence::Absent } else { presence })
        })
    }

    fn update(&self, change: &mut dyn FnMut(Option<&[u8]>) -> Change) -> Result<Saved, StoreError> {
        self.persistently(|obstacle| {
            self.inner.update(&mut |bytes| {
                *obstacle = None;
                self.changed(bytes, change).unwrap_or_else(|problem| problem.ending(obstacle))
            })
        })
    }

    /// Only what was damaged before it was sealed can be repaired: of a seal that does not fit, nothing can be opened.
    fn repair(&self, salvage: &mut dyn FnMut(&[u8]) -> Change) -> Result<Repaired, StoreError> {
        self.persistently(|obstacle| {
            self.inner.repair(&mut |bytes| {
                *obstacle = None;
                let repaired = self.opened(bytes).and_then(|document| match document {
                    Document::Plain => Ok(salvage(bytes)),
                    Document::Opened { header, document } => match salvage(&document) {
                        Change::Replace(new) => self.seal(&header, &new).map(Change::Replace),
                        change => Ok(change),
                    },
                });
                repaired.unwrap_or_else(|problem| problem.ending(obstacle))
            })
        })
    }

    fn remove(&self) -> Result<(), StoreError> {
        self.inner.remove()
    }

    /// Also makes sure of the key, before anybody signs in.
    fn ensure_room(&self, size: usize) -> Result<(), StoreError> {
        self.persistently(|obstacle| {
            let mut missing = |problem| match problem {
                Problem::Torn => {}
                Problem::Met(met) => *obstacle = Some(met),
            };
            let presence = self.inner.load(&mut |bytes| {
                if let Err(problem) = self.opened(bytes) {
                    missing(problem);
                }
                Reading::Whole
            })?;
            if presence == Presence::Absent
                && let Err(problem) = self.seal_after(None)
            {
                missing(problem);
            }
            Ok(())
        })?;
        self.inner.ensure_room(size + ROOM_FOR_THE_SEAL)
    }

    fn lease(
        &self,
        credential: &str,
        patience: Duration,
        waiting: &mut dyn FnMut(&Holder) -> Wait,
    ) -> Result<Option<Box<dyn RefreshLease>>, StoreError> {
        let Some(lease) = self.inner.lease(credential, patience, waiting)? else { return Ok(None) };
        let seal = self.persistently(|obstacle| {
            let Some(header) = self.header()? else { return Ok(None) };
            let key = self.known(&header.key);
            if key.is_none() {
                *obstacle = Some(Obstacle::KeyMissing(header.key.clone()));
            }
            Ok(key.map(|key| (header, key)))
        })?;
        Ok(Some(match seal {
            None => lease,
            Some((header, key)) => Box::new(SealedLease::new(lease, header, key)),
        }))
    }

    fn forget_rescued(&self) {
        self.inner.forget_rescued();
    }

    fn describe(&self) -> Description {
        self.inner.describe()
    }
}

/// A key that was made for a new document is litter when there was no document after all, or another process has made
/// it with a key of its own.
impl Drop for SealedStore {
    fn drop(&mut self) {
        let Some(fresh) = locked(&self.fresh).take() else { return };
        let is_another = |header: Option<Header>| header.is_some_and(|header| header.key.id != fresh.key.id);
        if !fresh.is_used || self.header().is_ok_and(is_another) {
            let _ = self.keys.discard(&fresh.key);
        }
    }
}

/// What the inner store keeps, opened.
enum Document {
    Plain,
    Opened { header: Header, document: Zeroizing<Vec<u8>> },
}

impl Document {
    fn sealed_by(&self) -> Option<&KeySource> {
        match self {
            Document::Plain => None,
            Document::Opened { header, .. } => Some(&header.key.source),
        }
    }
}

/// Why a look at the document ended.
enum Problem {
    /// The bytes make no sense, or do not fit the key: perhaps a writer is at work.
    Torn,
    Met(Obstacle),
}

impl Problem {
    /// Ends an update that cannot be made.
    fn ending(self, obstacle: &mut Option<Obstacle>) -> Change {
        match self {
            Problem::Torn => Change::Torn,
            Problem::Met(met) => {
                *obstacle = Some(met);
                Change::Keep
            }
        }
    }
}

/// What stands between the store and the document.
enum Obstacle {
    KeyMissing(KeyReference),
    NoKeyYet(KeySource),
    Refused(SealError),
}

/// Whether a document may be opened that was sealed for another place.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum AtAnyPlace {
    No,
    Yes,
}

/// The store's URL, symbolic links followed.
fn canonical(description: &Description) -> String {
    let Some(path) = &description.path else { return description.url.clone() };
    let followed = path.canonicalize().or_else(|_| {
        let folder = path.parent().unwrap_or(Path::new(".")).canonicalize()?;
        Ok::<_, std::io::Error>(folder.join(path.file_name().unwrap_or_default()))
    });
    format!("file:{}", followed.as_deref().unwrap_or(path).display())
}

/// Nothing is changed halfway while a lock is held.
fn locked<Value>(mutex: &Mutex<Value>) -> MutexGuard<'_, Value> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
