//! The sealed store as a store like any other.

use std::time::Duration;

use super::document::Document;
use super::envelope::{Recognised, recognise};
use super::obstacle::Problem;
use super::{Encryption, SealedStore};
use crate::{
    CacheStore, Change, Description, Holder, Presence, Reading, RefreshLease, Repaired, Rewrite, Saved, StoreError,
    Version, Wait,
};
use tokcache_core::secret::Window;

/// A header and a tag take less than this.
const ROOM_FOR_THE_SEAL: usize = 16 * 1024;

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

    /// Only a plain document: what is sealed is opened as a whole.
    fn skim(&self, read: &mut dyn FnMut(&mut Window<'_>)) -> Option<Version> {
        if matches!(self.encryption, Encryption::By(_)) {
            return None;
        }
        let mut is_plain = false;
        let version = self.inner.skim(&mut |window| {
            is_plain = matches!(recognise(window.text()), Recognised::Plain);
            if is_plain {
                read(window);
            }
        });
        version.filter(|_| is_plain)
    }

    fn version(&self) -> Option<Version> {
        self.inner.version()
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
        match self.inner.lease(credential, patience, waiting)? {
            Some(lease) => self.sealed_lease(lease).map(Some),
            None => Ok(None),
        }
    }

    fn lease_all(&self, patience: Duration) -> Result<Box<dyn RefreshLease>, StoreError> {
        self.sealed_lease(self.inner.lease_all(patience)?)
    }

    fn tidy(&self) {
        self.inner.tidy();
    }

    /// As it lies in the inner store: it holds no secret.
    fn note(&self, credential: &str) -> Option<Vec<u8>> {
        self.inner.note(credential)
    }

    fn forget_rescued(&self) {
        self.inner.forget_rescued();
    }

    /// As it lies in the inner store.
    fn rewrite_rescued(&self, rewrite: &mut Rewrite<'_>) {
        self.inner.rewrite_rescued(rewrite);
    }

    fn describe(&self) -> Description {
        self.inner.describe()
    }
}
