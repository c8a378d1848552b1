//! A store that says in a log when a change begins and ends, as the programs in Python do.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokcache_core::store::{
    CacheStore, Change, Description, Holder, Presence, Reading, RefreshLease, Saved, StoreError, Wait,
};
use tokcache_file::FileStore;

pub(super) struct Bracketed {
    pub(super) store: FileStore,
    pub(super) name: String,
    pub(super) log: PathBuf,
}

impl CacheStore for Bracketed {
    fn update(&self, change: &mut dyn FnMut(Option<&[u8]>) -> Change) -> Result<Saved, StoreError> {
        self.store.update(&mut |bytes| {
            bracket(&self.log, '<', &self.name);
            let wanted = change(bytes);
            bracket(&self.log, '>', &self.name);
            wanted
        })
    }

    fn load(&self, read: &mut dyn FnMut(&[u8]) -> Reading) -> Result<Presence, StoreError> {
        self.store.load(read)
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
        self.store.lease(credential, patience, waiting)
    }

    fn forget_rescued(&self) {
        self.store.forget_rescued();
    }

    fn describe(&self) -> Description {
        self.store.describe()
    }
}

fn bracket(log: &Path, mark: char, name: &str) {
    let mut log = OpenOptions::new().create(true).append(true).open(log).expect("a log");
    log.write_all(format!("{mark}{name}\n").as_bytes()).expect("a log");
}
