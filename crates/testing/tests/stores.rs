//! Tests the stores of the workspace against the contract.

#![allow(clippy::unwrap_used, reason = "these are tests")]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tempfile::TempDir;
use tokcache_core::store::MemoryStore;
use tokcache_core::time::SystemClock;
use tokcache_file::FileStore;
use tokcache_testing::contract::{self, Kind};
use tokcache_testing::{RemoteStore, SteppedClock};

#[test]
fn the_store_in_memory_keeps_the_contract() {
    contract::check(Kind::default(), MemoryStore::new);
}

#[test]
fn a_remote_store_keeps_the_contract() {
    let clock = Arc::new(SteppedClock::default());
    let store = || RemoteStore::new(clock.clone(), Duration::from_millis(20));
    contract::check(Kind::default(), store);
    contract::a_lease_that_is_not_renewed_ends(&store(), clock.as_ref());
}

/// The file store has one document under a lock. Its leases end with the holder's process, so it needs no fencing
/// tokens.
#[test]
fn the_file_keeps_the_contract() {
    let kind = Kind { has_partitions: false, has_fences: false, has_notes: true };
    let folder = TempDir::new().unwrap();
    let made = AtomicUsize::new(0);
    let next =
        || -> PathBuf { folder.path().join(made.fetch_add(1, Ordering::Relaxed).to_string()).join("cache.json") };
    contract::check(kind, || FileStore::new(&next(), Duration::from_secs(60), Arc::new(SystemClock::new())));
}
