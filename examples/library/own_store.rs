//! A custom store: documents in a map, like rows of a database. It is tested against the store contract.
#![allow(clippy::print_stdout, reason = "this program talks to a person")]

use std::collections::{BTreeMap, BTreeSet};
use std::future::ready;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokcache_core::future::BoxFuture;
use tokcache_core::store::mutex::locked;
use tokcache_core::store::{
    Description, Holder, Lease, LeaseAttempt, LeaseRequest, Loaded, Partition, Replaced, Replacement, Revision, Store,
    StoreError,
};
use tokcache_testing::contract::{self, Kind};

/// Documents with their versions, and the current leases.
#[derive(Clone, Default)]
struct Database {
    rows: Arc<Mutex<BTreeMap<Partition, Row>>>,
    leases: Arc<Mutex<BTreeSet<LeaseKey>>>,
}

/// A document and its version.
type Row = (Vec<u8>, u64);

/// The partition and the credential.
type LeaseKey = (Partition, String);

impl Store for Database {
    fn load<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<Option<Loaded>, StoreError>> {
        let row = locked(&self.rows).get(partition).cloned();
        let loaded = |(bytes, version): Row| Loaded { bytes: bytes.into(), revision: version.into() };
        Box::pin(ready(Ok(row.map(loaded))))
    }

    /// `UPDATE ... SET document = $1, version = version + 1 WHERE name = $2 AND version = $3`
    fn replace<'a>(
        &'a self,
        partition: &'a Partition,
        replacement: Replacement<'a>,
    ) -> BoxFuture<'a, Result<Replaced, StoreError>> {
        let mut rows = locked(&self.rows);
        let version = rows.get(partition).map(|(_, version)| *version);
        if version.map(Revision::from) != replacement.expected {
            return Box::pin(ready(Ok(Replaced::Conflict)));
        }
        // A real database would use a sequence, so that a removed document does not start again at version 1.
        let next = version.unwrap_or(rows.len() as u64 * 1000) + 1;
        rows.insert(partition.clone(), (replacement.bytes.to_vec(), next));
        Box::pin(ready(Ok(Replaced::Saved(next.into()))))
    }

    fn remove<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<(), StoreError>> {
        locked(&self.rows).remove(partition);
        Box::pin(ready(Ok(())))
    }

    fn lease<'a>(
        &'a self,
        partition: &'a Partition,
        credential: &'a str,
        _time_to_live: Duration,
    ) -> Result<Box<dyn LeaseRequest + 'a>, StoreError> {
        Ok(Box::new(LeaseRow { database: self.clone(), key: (partition.clone(), credential.to_owned()) }))
    }

    fn partitions<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a Partition>,
    ) -> BoxFuture<'a, Result<Vec<Partition>, StoreError>> {
        let is_wanted =
            |name: &&Partition| name.as_str().starts_with(prefix) && after.is_none_or(|after| *name > after);
        let names = locked(&self.rows).keys().filter(is_wanted).cloned().collect();
        Box::pin(ready(Ok(names)))
    }

    fn describe(&self) -> Description {
        Description { url: "database:".to_owned(), path: None, lock_holder: None, exposed: Vec::new() }
    }
}

/// A lease, first requested and then held.
#[derive(Clone)]
struct LeaseRow {
    database: Database,
    key: LeaseKey,
}

impl LeaseRequest for LeaseRow {
    fn attempt(&mut self) -> BoxFuture<'_, Result<LeaseAttempt, StoreError>> {
        let is_ours = locked(&self.database.leases).insert(self.key.clone());
        Box::pin(ready(Ok(match is_ours {
            true => LeaseAttempt::Held(Box::new(Held(self.clone()))),
            false => LeaseAttempt::Taken(Holder::default()),
        })))
    }

    fn name(&self) -> PathBuf {
        "database:".into()
    }
}

struct Held(LeaseRow);

impl Lease for Held {
    fn release(self: Box<Self>) -> BoxFuture<'static, ()> {
        drop(self);
        Box::pin(ready(()))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        locked(&self.0.database.leases).remove(&self.0.key);
    }
}

fn main() {
    contract::check(Kind { has_partitions: true, has_fences: false, has_notes: false }, Database::default);
    println!("the store keeps the contract");
}
