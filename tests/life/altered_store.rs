//! A store that works, but for what a test wants of it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokcache_core::store::{
    CacheStore, Change, Description, Holder, Presence, Reading, RefreshLease, Saved, StoreError, Wait,
};

pub(crate) struct AlteredStore<'a> {
    store: &'a dyn CacheStore,
    alteration: Alteration<'a>,
    is_leased: AtomicBool,
}

/// What does not work as usual.
pub(crate) enum Alteration<'a> {
    /// The lease is held by somebody who does this while we begin to wait, after which there is nothing to wait for.
    LeasedBy(&'a (dyn Fn() + Sync)),
    /// Nothing can be written.
    ReadOnly,
    /// Nothing can be read from the first lease on.
    UnreadableOnceLeased,
}

impl<'a> AlteredStore<'a> {
    pub(crate) fn new(store: &'a dyn CacheStore, alteration: Alteration<'a>) -> Self {
        AlteredStore { store, alteration, is_leased: AtomicBool::new(false) }
    }
}

impl CacheStore for AlteredStore<'_> {
    fn load(&self, read: &mut dyn FnMut(&[u8]) -> Reading) -> Result<Presence, StoreError> {
        match self.alteration {
            Alteration::UnreadableOnceLeased if self.is_leased.load(Ordering::Relaxed) => {
                Err(StoreError::damaged("unreadable"))
            }
            _ => self.store.load(read),
        }
    }

    fn update(&self, change: &mut dyn FnMut(Option<&[u8]>) -> Change) -> Result<Saved, StoreError> {
        match self.alteration {
            Alteration::ReadOnly => Err(StoreError::damaged("read-only")),
            _ => self.store.update(change),
        }
    }

    fn remove(&self) -> Result<(), StoreError> {
        self.store.remove()
    }

    fn ensure_room(&self, size: usize) -> Result<(), StoreError> {
        self.store.ensure_room(size)
    }

    fn lease(
        &self,
        credential: &str,
        patience: Duration,
        waiting: &mut dyn FnMut(&Holder) -> Wait,
    ) -> Result<Option<Box<dyn RefreshLease>>, StoreError> {
        self.is_leased.store(true, Ordering::Relaxed);
        if let Alteration::LeasedBy(holder) = self.alteration {
            holder();
            assert_eq!(waiting(&Holder::default()), Wait::Enough, "the result of the other has come");
            return Ok(None);
        }
        self.store.lease(credential, patience, waiting)
    }

    fn forget_rescued(&self) {
        self.store.forget_rescued();
    }

    fn describe(&self) -> Description {
        self.store.describe()
    }
}
