//! A refresh lease whose recovery files are encrypted.

use std::path::PathBuf;

use tokcache_core::store::envelope::encrypt;
use zeroize::Zeroizing;

use super::EncryptedLocalStore;
use super::header::{Envelope, Header, Recognised, recognise};
use super::key_needed::KeyNeeded;
use crate::keys::{Key, KeySource};
use crate::{LocalLease, Recovered, Recovery, StoreError};

/// The lease of the inner store, and how its recovery files are encrypted.
pub(super) struct EncryptedLease {
    inner: Box<dyn LocalLease>,
    /// `None`: the document is plain.
    encryption: Option<(Header, Key)>,
    decrypted: Vec<Recovered>,
    undecrypted: Vec<PathBuf>,
}

/// Returns the header of the recovery files beside a `document`. Their place differs, so that neither is taken for the
/// other.
pub(super) fn recovery_header(document: &Header) -> Header {
    Header::new(document.key.clone(), format!("{PLACE}{}", document.place))
}

const PLACE: &str = "rescue of ";

impl EncryptedLocalStore {
    /// Returns the lease with its recovery files decrypted, by the document's key or by the key that a file names. A
    /// plain file beside an encrypted document is not from a holder of the lease.
    pub(super) fn encrypted_lease(&self, inner: Box<dyn LocalLease>) -> Result<Box<dyn LocalLease>, StoreError> {
        let encryption = self.retry_with_keys(|needed| {
            let Some(header) = self.header()? else { return Ok(None) };
            let key = self.known(&header.key);
            if key.is_none() {
                *needed = Some(KeyNeeded::KeyMissing(header.key.clone()));
            }
            Ok(key.map(|key| (recovery_header(&header), key)))
        })?;
        let (mut decrypted, mut undecrypted) = (Vec::new(), Vec::new());
        for recovered in inner.kept() {
            let content = match recognise(&recovered.bytes) {
                Recognised::Plain => encryption.is_none().then(|| recovered.bytes.clone()),
                Recognised::Encrypted(envelope) => self.decrypted_recovery(&envelope),
                Recognised::Torn => Some(Zeroizing::default()),
                Recognised::TooNew => None,
            };
            match content {
                Some(bytes) => decrypted.push(Recovered { bytes, ..recovered }),
                None => undecrypted.push(recovered.file),
            }
        }
        Ok(Box::new(EncryptedLease { inner, encryption, decrypted, undecrypted }))
    }

    /// Decrypts a recovery file. A file that does not fit its key was cut off, and is empty.
    pub(super) fn decrypted_recovery(&self, envelope: &Envelope<'_>) -> Option<Zeroizing<Vec<u8>>> {
        let Header { key, place, .. } = &envelope.header;
        if !place.strip_prefix(PLACE).is_some_and(|place| self.is_here(place)) {
            return None;
        }
        let key = self.known(key).or_else(|| {
            // A lease must not wait for a passphrase prompt.
            if key.source == KeySource::Passphrase { None } else { self.keys.find(key).ok() }
        })?;
        Some(envelope.decrypt(key.bytes()).unwrap_or_default())
    }
}

impl Recovery for EncryptedLease {
    fn keep(&self, bytes: &[u8]) -> Option<PathBuf> {
        match &self.encryption {
            None => self.inner.keep(bytes),
            Some((header, key)) => self.inner.keep(&encrypt(header, key.bytes(), bytes)?),
        }
    }

    fn kept(&self) -> Vec<Recovered> {
        let copied = |recovered: &Recovered| Recovered { file: recovered.file.clone(), bytes: recovered.bytes.clone() };
        self.decrypted.iter().map(copied).collect()
    }

    fn unreadable(&self) -> Vec<PathBuf> {
        self.undecrypted.clone()
    }

    fn forget(&self, recovered: &Recovered) {
        self.inner.forget(recovered);
    }

    fn forget_all(&self) {
        self.inner.forget_all();
    }
}

impl LocalLease for EncryptedLease {
    fn note(&self, note: Option<&[u8]>) {
        self.inner.note(note);
    }
}
