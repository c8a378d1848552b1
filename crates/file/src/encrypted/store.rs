//! The encrypted store as a [`LocalStore`].

use std::path::PathBuf;
use std::time::Duration;

use super::document::Document;
use super::header::{Recognised, recognise};
use super::key_needed::Problem;
use super::{EncryptedLocalStore, Encryption};
use crate::adapter::implement_store;
use crate::wait::Attempt;
use crate::{
    Change, Clock, Description, Expected, Holder, LocalLease, LocalLeaseRequest, LocalStore, Repaired, Revision,
    Rewrite, Saved, StoreError, Validity, Window,
};
use tokcache_core::store::envelope::MOST_OVERHEAD;

implement_store!(EncryptedLocalStore);

impl LocalStore for EncryptedLocalStore {
    fn load(&self, read: &mut dyn FnMut(&[u8]) -> Validity) -> Result<Option<Revision>, StoreError> {
        self.retry_with_keys(|needed| {
            let mut is_empty = false;
            let found = self.inner.load(&mut |bytes| {
                (*needed, is_empty) = (None, false);
                match self.decrypted(bytes) {
                    Ok(Document::Plain) => read(bytes),
                    Ok(Document::Decrypted { document, .. }) if document.is_empty() => {
                        is_empty = true;
                        Validity::Whole
                    }
                    Ok(Document::Decrypted { document, .. }) => read(&document),
                    Err(Problem::Torn) => Validity::Torn,
                    Err(Problem::Met(met)) => {
                        *needed = Some(met);
                        Validity::Whole
                    }
                }
            })?;
            Ok(found.filter(|_| !is_empty))
        })
    }

    /// Scans only a plain document: an encrypted document is decrypted as a whole.
    fn scan(&self, read: &mut dyn FnMut(&mut Window<'_>)) -> Option<Revision> {
        if matches!(self.encryption, Encryption::By(_)) {
            return None;
        }
        let mut is_plain = false;
        let revision = self.inner.scan(&mut |window| {
            is_plain = matches!(recognise(window.text()), Recognised::Plain);
            if is_plain {
                read(window);
            }
        });
        revision.filter(|_| is_plain)
    }

    fn revision(&self) -> Option<Revision> {
        self.inner.revision()
    }

    fn update_at(
        &self,
        expected: Expected,
        change: &mut dyn FnMut(Option<&[u8]>) -> Change,
    ) -> Result<Option<Saved>, StoreError> {
        self.retry_with_keys(|needed| {
            self.inner.update_at(expected, &mut |bytes| {
                *needed = None;
                self.changed(bytes, change).unwrap_or_else(|problem| problem.ending(needed))
            })
        })
    }

    /// Repairs only damage from before the encryption: nothing can be recovered from a document that does not fit its
    /// key.
    fn repair(&self, salvage: &mut dyn FnMut(&[u8]) -> Change) -> Result<Repaired, StoreError> {
        self.retry_with_keys(|needed| {
            self.inner.repair(&mut |bytes| {
                *needed = None;
                let repaired = self.decrypted(bytes).and_then(|document| match document {
                    Document::Plain => Ok(salvage(bytes)),
                    Document::Decrypted { header, document } => match salvage(&document) {
                        Change::Replace(new) | Change::ReplaceUntil(new, _) => {
                            self.encrypted(&header, &new).map(Change::Replace)
                        }
                        change => Ok(change),
                    },
                });
                repaired.unwrap_or_else(|problem| problem.ending(needed))
            })
        })
    }

    fn remove(&self) -> Result<(), StoreError> {
        self.inner.remove()
    }

    /// Also fetches the key, so that a missing key is noticed before a sign-in.
    fn ensure_room(&self, size: usize) -> Result<(), StoreError> {
        self.retry_with_keys(|needed| {
            let mut missing = |problem| match problem {
                Problem::Torn => {}
                Problem::Met(met) => *needed = Some(met),
            };
            let found = self.inner.load(&mut |bytes| {
                if let Err(problem) = self.decrypted(bytes) {
                    missing(problem);
                }
                Validity::Whole
            })?;
            if found.is_none()
                && let Err(problem) = self.header_after(None)
            {
                missing(problem);
            }
            Ok(())
        })?;
        self.inner.ensure_room(size + MOST_OVERHEAD)
    }

    fn lease<'a>(&'a self, credential: &str) -> Result<Box<dyn LocalLeaseRequest + 'a>, StoreError> {
        Ok(Box::new(EncryptedLeaseRequest { store: self, inner: self.inner.lease(credential)? }))
    }

    fn lease_all(&self, patience: Duration) -> Result<Box<dyn LocalLease>, StoreError> {
        self.encrypted_lease(self.inner.lease_all(patience)?)
    }

    fn tidy(&self) {
        self.inner.tidy();
    }

    /// The note is not encrypted: it holds no secret.
    fn note(&self, credential: &str) -> Option<Vec<u8>> {
        self.inner.note(credential)
    }

    fn forget_recovery(&self) {
        self.inner.forget_recovery();
    }

    /// Calls `rewrite` with the bytes of the inner store.
    fn rewrite_recovery(&self, rewrite: &mut Rewrite<'_>) {
        self.inner.rewrite_recovery(rewrite);
    }

    fn lease_holders(&self) -> Vec<Holder> {
        self.inner.lease_holders()
    }

    fn describe(&self) -> Description {
        self.inner.describe()
    }
}

struct EncryptedLeaseRequest<'a> {
    store: &'a EncryptedLocalStore,
    inner: Box<dyn LocalLeaseRequest + 'a>,
}

impl LocalLeaseRequest for EncryptedLeaseRequest<'_> {
    fn attempt(&mut self) -> Result<Attempt<Box<dyn LocalLease>>, StoreError> {
        match self.inner.attempt()? {
            Attempt::Held(lease) => self.store.encrypted_lease(lease).map(Attempt::Held),
            Attempt::Taken(holder) => Ok(Attempt::Taken(holder)),
        }
    }

    fn rest(&mut self, pause: Duration, most: Duration, clock: &dyn Clock) -> bool {
        self.inner.rest(pause, most, clock)
    }

    fn name(&self) -> PathBuf {
        self.inner.name()
    }
}
