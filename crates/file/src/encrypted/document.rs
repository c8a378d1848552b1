//! A document as it is kept, opened and sealed again; by the keys that are known.

use std::sync::atomic::Ordering;

use zeroize::Zeroizing;

use super::header::{Header, Recognised, recognise};
use super::key_needed::{KeyNeeded, Problem};
use super::{EncryptedLocalStore, Encryption, EncryptionError};
use crate::Change;
use crate::keys::KeySource;
use tokcache_core::store::envelope::encrypt;
use tokcache_core::store::mutex::locked;

/// What the inner store keeps, opened.
pub(super) enum Document {
    Plain,
    Opened { header: Header, document: Zeroizing<Vec<u8>> },
}

impl Document {
    pub(super) fn sealed_by(&self) -> Option<&KeySource> {
        match self {
            Document::Plain => None,
            Document::Opened { header, .. } => Some(&header.key.source),
        }
    }
}

/// Whether a document may be opened that was sealed for another place.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum AtAnyPlace {
    No,
    Yes,
}

impl EncryptedLocalStore {
    /// The document, if it is what the settings promise.
    pub(super) fn opened(&self, bytes: &[u8]) -> Result<Document, Problem> {
        let document = self.opened_anyhow(bytes, AtAnyPlace::No)?;
        let found = document.sealed_by();
        let fits = |wanted: &Encryption| wanted.allows(found);
        let is_converting = self.is_converting.load(Ordering::Relaxed);
        if is_converting || fits(&self.encryption) || (self.promised_now)(&self.inner.describe().url).iter().any(fits) {
            return Ok(document);
        }
        Err(Problem::Met(KeyNeeded::Refused(EncryptionError::NotAsWanted {
            found: found.cloned(),
            wanted: match &self.encryption {
                Encryption::By(source) => Some(source.clone()),
                _ => None,
            },
        })))
    }

    /// The document, however it is sealed.
    pub(super) fn opened_anyhow(&self, bytes: &[u8], moved: AtAnyPlace) -> Result<Document, Problem> {
        let envelope = match recognise(bytes) {
            Recognised::Plain => return Ok(Document::Plain),
            Recognised::Encrypted(envelope) => envelope,
            Recognised::Torn => return Err(Problem::Torn),
            Recognised::TooNew => return Err(Problem::Met(KeyNeeded::Refused(EncryptionError::TooNew))),
        };
        let Some(key) = self.known(&envelope.header.key) else {
            return Err(Problem::Met(KeyNeeded::KeyMissing(envelope.header.key)));
        };
        let Some(document) = envelope.decrypt(key.bytes()) else { return Err(Problem::Torn) };
        if moved == AtAnyPlace::No && !self.is_here(&envelope.header.place) {
            let sealed_for = envelope.header.place;
            return Err(Problem::Met(KeyNeeded::Refused(EncryptionError::Moved { sealed_for })));
        }
        Ok(Document::Opened { header: envelope.header, document })
    }

    /// The seal for the document that takes the place of `old`.
    pub(super) fn seal_after(&self, old: Option<&Document>) -> Result<Option<Header>, Problem> {
        match (old, &self.encryption) {
            (Some(Document::Plain), _) => Ok(None),
            (Some(Document::Opened { header, .. }), _) => Ok(Some(header.clone())),
            (None, Encryption::AsItIs | Encryption::None) => Ok(None),
            (None, Encryption::By(source)) => match locked(&self.fresh).as_ref() {
                Some(fresh) => Ok(Some(Header::new(fresh.key.clone(), self.place()))),
                None => Err(Problem::Met(KeyNeeded::NoKeyYet(source.clone()))),
            },
        }
    }

    pub(super) fn seal(&self, header: &Header, document: &[u8]) -> Result<Zeroizing<Vec<u8>>, Problem> {
        let Some(key) = self.known(&header.key) else {
            return Err(Problem::Met(KeyNeeded::KeyMissing(header.key.clone())));
        };
        encrypt(header, key.bytes(), document).ok_or(Problem::Met(KeyNeeded::Refused(EncryptionError::CannotSeal)))
    }

    pub(super) fn changed(
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
            Change::Replace(new) | Change::ReplaceUntil(new, _) if old == Some(new.as_slice()) => {
                return Ok(Change::Keep);
            }
            Change::Replace(new) | Change::ReplaceUntil(new, _) => new,
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
}
