//! Encrypts the recovery data of a lease.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

use super::document::Encryption;
use super::error::EnvelopeError;
use crate::future::BoxFuture;
use crate::store::{Fence, Lease, LeaseAttempt, LeaseRequest, Recovered, Recovery, StoreError};
use crate::time::Clock;

/// The settings for the encryption of a lease's recovery data.
#[derive(Clone)]
pub(super) struct LeaseEncryption {
    pub(super) encryption: Arc<Encryption>,
    /// The place of the recovery data. It differs from the document's, so that neither is mistaken for the other.
    pub(super) place: String,
}

pub(super) struct EncryptedLeaseRequest<'a> {
    pub(super) inner: Box<dyn LeaseRequest + 'a>,
    pub(super) encryption: LeaseEncryption,
}

impl LeaseRequest for EncryptedLeaseRequest<'_> {
    fn attempt(&mut self) -> BoxFuture<'_, Result<LeaseAttempt, StoreError>> {
        Box::pin(async move {
            Ok(match self.inner.attempt().await? {
                LeaseAttempt::Held(lease) => LeaseAttempt::Held(encrypted(lease, self.encryption.clone())),
                LeaseAttempt::Taken(holder) => LeaseAttempt::Taken(holder),
            })
        })
    }

    fn name(&self) -> PathBuf {
        self.inner.name()
    }

    fn rest<'a>(&'a mut self, pause: Duration, most: Duration, clock: &'a dyn Clock) -> BoxFuture<'a, bool> {
        self.inner.rest(pause, most, clock)
    }
}

/// Returns the lease with encrypted recovery data.
pub(super) fn encrypted(inner: Box<dyn Lease>, encryption: LeaseEncryption) -> Box<dyn Lease> {
    Box::new(EncryptedLease { inner, encryption })
}

struct EncryptedLease {
    inner: Box<dyn Lease>,
    encryption: LeaseEncryption,
}

impl Lease for EncryptedLease {
    fn fence(&self) -> Option<Fence> {
        self.inner.fence()
    }

    fn is_renewed(&self) -> bool {
        self.inner.is_renewed()
    }

    fn renew(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        self.inner.renew()
    }

    fn release(self: Box<Self>) -> BoxFuture<'static, ()> {
        self.inner.release()
    }

    fn note<'a>(&'a self, note: Option<&'a [u8]>) -> BoxFuture<'a, ()> {
        self.inner.note(note)
    }

    fn recovery(&self) -> Option<&dyn Recovery> {
        self.inner.recovery().is_some().then_some(self)
    }
}

impl EncryptedLease {
    /// Returns the data of earlier holders. Truncated bytes are empty; `None` if the bytes cannot be decrypted now.
    fn decrypted(&self) -> impl Iterator<Item = (PathBuf, Option<Zeroizing<Vec<u8>>>)> {
        let LeaseEncryption { encryption, place } = &self.encryption;
        let kept = self.inner.recovery().map(Recovery::kept).unwrap_or_default();
        kept.into_iter().map(move |Recovered { file, bytes }| match encryption.decrypt(place, &bytes) {
            Ok(decrypted) => (file, Some(decrypted.document)),
            Err(EnvelopeError::CannotDecrypt { .. } | EnvelopeError::Torn) => (file, Some(Zeroizing::default())),
            Err(_) => (file, None),
        })
    }
}

/// Used if the inner lease has recovery.
impl Recovery for EncryptedLease {
    fn keep(&self, bytes: &[u8]) -> Option<PathBuf> {
        let LeaseEncryption { encryption, place } = &self.encryption;
        self.inner.recovery()?.keep(&encryption.keys.encrypt(place, bytes).ok()?)
    }

    fn kept(&self) -> Vec<Recovered> {
        self.decrypted().filter_map(|(file, bytes)| Some(Recovered { file, bytes: bytes? })).collect()
    }

    fn unreadable(&self) -> Vec<PathBuf> {
        let mut files = self.inner.recovery().map(Recovery::unreadable).unwrap_or_default();
        files.extend(self.decrypted().filter_map(|(file, bytes)| bytes.is_none().then_some(file)));
        files
    }

    fn forget(&self, recovered: &Recovered) {
        if let Some(inner) = self.inner.recovery() {
            inner.forget(recovered);
        }
    }

    fn forget_all(&self) {
        if let Some(inner) = self.inner.recovery() {
            inner.forget_all();
        }
    }
}
