//! A store that logs the beginning and the end of each change, like the programs in Python.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokcache_core::future::BoxFuture;
use tokcache_core::store::{
    Change, Description, LeaseRequest, Loaded, Partition, Replaced, Replacement, Revision, Saved, Store, StoreError,
    Update, Validity,
};
use tokcache_file::FileStore;

pub(super) struct Bracketed {
    pub(super) store: FileStore,
    pub(super) name: String,
    pub(super) log: PathBuf,
}

impl Store for Bracketed {
    fn update<'a>(
        &'a self,
        partition: &'a Partition,
        update: Update,
        change: &'a mut (dyn FnMut(Option<&[u8]>) -> Change + Send),
    ) -> BoxFuture<'a, Result<Saved, StoreError>> {
        Box::pin(async move {
            let mut bracketed = |bytes: Option<&[u8]>| {
                bracket(&self.log, '<', &self.name);
                let wanted = change(bytes);
                bracket(&self.log, '>', &self.name);
                wanted
            };
            Store::update(&self.store, partition, update, &mut bracketed).await
        })
    }

    fn load<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<Option<Loaded>, StoreError>> {
        Store::load(&self.store, partition)
    }

    fn read<'a>(
        &'a self,
        partition: &'a Partition,
        read: &'a mut (dyn FnMut(&[u8]) -> Validity + Send),
    ) -> BoxFuture<'a, Result<Option<Revision>, StoreError>> {
        Store::read(&self.store, partition, read)
    }

    fn replace<'a>(
        &'a self,
        partition: &'a Partition,
        replacement: Replacement<'a>,
    ) -> BoxFuture<'a, Result<Replaced, StoreError>> {
        Store::replace(&self.store, partition, replacement)
    }

    fn remove<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<(), StoreError>> {
        Store::remove(&self.store, partition)
    }

    fn ensure_room<'a>(&'a self, partition: &'a Partition, size: usize) -> BoxFuture<'a, Result<(), StoreError>> {
        Store::ensure_room(&self.store, partition, size)
    }

    fn lease<'a>(
        &'a self,
        partition: &'a Partition,
        credential: &'a str,
        time_to_live: Duration,
    ) -> Result<Box<dyn LeaseRequest + 'a>, StoreError> {
        Store::lease(&self.store, partition, credential, time_to_live)
    }

    fn partitions<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a Partition>,
    ) -> BoxFuture<'a, Result<Vec<Partition>, StoreError>> {
        Store::partitions(&self.store, prefix, after)
    }

    fn describe(&self) -> Description {
        Store::describe(&self.store)
    }
}

fn bracket(log: &Path, mark: char, name: &str) {
    let mut log = OpenOptions::new().create(true).append(true).open(log).expect("a log");
    log.write_all(format!("{mark}{name}\n").as_bytes()).expect("a log");
}
