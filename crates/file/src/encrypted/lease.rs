//! A refresh lease whose holder leaves nothing in plain for the next one either.

use std::path::PathBuf;

use tokcache_core::store::envelope::encrypt;
use zeroize::Zeroizing;

use super::EncryptedLocalStore;
use super::header::{Envelope, Header, Recognised, recognise};
use super::key_needed::KeyNeeded;
use crate::keys::{Key, KeySource};
use crate::{LocalLease, Recovered, Recovery, StoreError};

/// The lease of the inner store, and what seals the document while it is held.
pub(super) struct EncryptedLease {
    inner: Box<dyn LocalLease>,
    /// `None`: the document is plain.
    seal: Option<(Header, Key)>,
    opened: Vec<Recovered>,
    unopened: Vec<PathBuf>,
}

/// What seals what is rescued beside the `document`: another place, so that neither is taken for the other.
pub(super) fn rescue_header(document: &Header) -> Header {
    Header::new(document.key.clone(), format!("{PLACE}{}", document.place))
}

const PLACE: &str = "rescue of ";

impl EncryptedLocalStore {
    /// The lease, with what was left there opened: by the document's key or, should it have got another key since, by
    /// the one that it names. What was left in plain was not left by a holder, where the document is sealed.
    pub(super) fn sealed_lease(&self, inner: Box<dyn LocalLease>) -> Result<Box<dyn LocalLease>, StoreError> {
        let seal = self.retry_with_keys(|needed| {
            let Some(header) = self.header()? else { return Ok(None) };
            let key = self.known(&header.key);
            if key.is_none() {
                *needed = Some(KeyNeeded::KeyMissing(header.key.clone()));
            }
            Ok(key.map(|key| (rescue_header(&header), key)))
        })?;
        let (mut opened, mut unopened) = (Vec::new(), Vec::new());
        for rescued in inner.kept() {
            let content = match recognise(&rescued.bytes) {
                Recognised::Plain => seal.is_none().then(|| rescued.bytes.clone()),
                Recognised::Encrypted(envelope) => self.opened_rescued(&envelope),
                Recognised::Torn => Some(Zeroizing::default()),
                Recognised::TooNew => None,
            };
            match content {
                Some(bytes) => opened.push(Recovered { bytes, ..rescued }),
                None => unopened.push(rescued.file),
            }
        }
        Ok(Box::new(EncryptedLease { inner, seal, opened, unopened }))
    }

    /// Empty, as what is cut off, when it does not fit the key.
    pub(super) fn opened_rescued(&self, envelope: &Envelope<'_>) -> Option<Zeroizing<Vec<u8>>> {
        let Header { key, place, .. } = &envelope.header;
        if !place.strip_prefix(PLACE).is_some_and(|place| self.is_here(place)) {
            return None;
        }
        let key = self.known(key).or_else(|| {
            // Nobody is asked for a passphrase under a lease.
            if key.source == KeySource::Passphrase { None } else { self.keys.find(key).ok() }
        })?;
        Some(envelope.decrypt(key.bytes()).unwrap_or_default())
    }
}

impl Recovery for EncryptedLease {
    fn keep(&self, bytes: &[u8]) -> Option<PathBuf> {
        match &self.seal {
            None => self.inner.keep(bytes),
            Some((header, key)) => self.inner.keep(&encrypt(header, key.bytes(), bytes)?),
        }
    }

    fn kept(&self) -> Vec<Recovered> {
        let copied = |rescued: &Recovered| Recovered { file: rescued.file.clone(), bytes: rescued.bytes.clone() };
        self.opened.iter().map(copied).collect()
    }

    fn unreadable(&self) -> Vec<PathBuf> {
        self.unopened.clone()
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
