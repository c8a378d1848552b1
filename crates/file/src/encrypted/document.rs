//! Decrypts and encrypts a document with the keys that are known.

use std::sync::atomic::Ordering;

use zeroize::Zeroizing;

use super::header::{Header, Recognised, recognise};
use super::key_needed::{KeyNeeded, Problem};
use super::{EncryptedLocalStore, Encryption, EncryptionError};
use crate::Change;
use crate::keys::KeySource;
use tokcache_core::store::envelope::encrypt;
use tokcache_core::store::mutex::locked;

/// The document of the inner store, decrypted.
pub(super) enum Document {
    Plain,
    Decrypted { header: Header, document: Zeroizing<Vec<u8>> },
}

impl Document {
    pub(super) fn encrypted_by(&self) -> Option<&KeySource> {
        match self {
            Document::Plain => None,
            Document::Decrypted { header, .. } => Some(&header.key.source),
        }
    }
}

/// Whether to decrypt a document that was encrypted for another place.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum AtAnyPlace {
    No,
    Yes,
}

impl EncryptedLocalStore {
    /// Decrypts the document, if its form is the one that the settings require.
    pub(super) fn decrypted(&self, bytes: &[u8]) -> Result<Document, Problem> {
        let document = self.decrypted_anyhow(bytes, AtAnyPlace::No)?;
        let found = document.encrypted_by();
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

    /// Decrypts the document, whatever its form.
    pub(super) fn decrypted_anyhow(&self, bytes: &[u8], moved: AtAnyPlace) -> Result<Document, Problem> {
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
            let encrypted_for = envelope.header.place;
            return Err(Problem::Met(KeyNeeded::Refused(EncryptionError::Moved { encrypted_for })));
        }
        Ok(Document::Decrypted { header: envelope.header, document })
    }

    /// Returns the header for the document that replaces `old`; `None`: it is plain.
    pub(super) fn header_after(&self, old: Option<&Document>) -> Result<Option<Header>, Problem> {
        match (old, &self.encryption) {
            (Some(Document::Plain), _) => Ok(None),
            (Some(Document::Decrypted { header, .. }), _) => Ok(Some(header.clone())),
            (None, Encryption::AsItIs | Encryption::None) => Ok(None),
            (None, Encryption::By(source)) => match locked(&self.fresh).as_ref() {
                Some(fresh) => Ok(Some(Header::new(fresh.key.clone(), self.place()))),
                None => Err(Problem::Met(KeyNeeded::NoKeyYet(source.clone()))),
            },
        }
    }

    pub(super) fn encrypted(&self, header: &Header, document: &[u8]) -> Result<Zeroizing<Vec<u8>>, Problem> {
        let Some(key) = self.known(&header.key) else {
            return Err(Problem::Met(KeyNeeded::KeyMissing(header.key.clone())));
        };
        encrypt(header, key.bytes(), document).ok_or(Problem::Met(KeyNeeded::Refused(EncryptionError::CannotEncrypt)))
    }

    pub(super) fn changed(
        &self,
        bytes: Option<&[u8]>,
        change: &mut dyn FnMut(Option<&[u8]>) -> Change,
    ) -> Result<Change, Problem> {
        let document = bytes.map(|bytes| self.decrypted(bytes)).transpose()?;
        let old = match &document {
            None => None,
            Some(Document::Plain) => bytes,
            Some(Document::Decrypted { document, .. }) => Some(document.as_slice()).filter(|old| !old.is_empty()),
        };
        let new = match change(old) {
            Change::Replace(new) | Change::ReplaceUntil(new, _) if old == Some(new.as_slice()) => {
                return Ok(Change::Keep);
            }
            Change::Replace(new) | Change::ReplaceUntil(new, _) => new,
            change => return Ok(change),
        };
        match self.header_after(document.as_ref())? {
            None => Ok(Change::Replace(new)),
            Some(header) => {
                if let (None, Some(fresh)) = (&document, locked(&self.fresh).as_mut()) {
                    fresh.is_used = true;
                }
                self.encrypted(&header, &new).map(Change::Replace)
            }
        }
    }
}
