//! The store against real servers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests")]

mod connections;
mod contract;
mod documents;
mod failures;
mod health;
mod herd;
mod leases;
mod listing;
mod outages;
mod sharing;
mod users;
mod waiting;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokcache_core::store::{Lease, LeaseAttempt, Partition, Replaced, Replacement, Revision, Store as _, StoreError};
use tokcache_redis::{Error, ErrorKind, RedisStore, Settings};
use tokio::runtime::{Builder, Runtime};

/// Returns a runtime with a worker thread, for tests that drive a store with `pollster`.
fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// Opens a store with a new prefix, so that it is empty.
fn store(runtime: &Runtime, settings: &Settings) -> RedisStore {
    static LAST: AtomicUsize = AtomicUsize::new(0);
    let _entered = runtime.enter();
    let prefix = format!("test{}:", LAST.fetch_add(1, Ordering::Relaxed));
    RedisStore::open(settings.clone().prefix(prefix)).unwrap()
}

/// Opens a store with the prefix `msal:` and short time-outs, in the runtime of the test.
fn open(url: &str) -> RedisStore {
    RedisStore::open(settings(url)).unwrap()
}

fn settings(url: &str) -> Settings {
    let limit = Duration::from_secs(1);
    Settings::parse(url).unwrap().prefix("msal:").timeouts(limit, limit)
}

fn alice() -> Partition {
    Partition::named("alice")
}

async fn put(store: &RedisStore, expected: Option<Revision>, bytes: &[u8]) -> Result<Revision, StoreError> {
    let replacement = Replacement { expected, bytes, keep_until: None, fence: None };
    match store.replace(&alice(), replacement).await? {
        Replaced::Saved(revision) => Ok(revision),
        Replaced::Conflict => panic!("nobody else writes"),
    }
}

async fn text(store: &RedisStore) -> Option<String> {
    let loaded = store.load(&alice()).await.unwrap();
    loaded.map(|loaded| String::from_utf8_lossy(&loaded.bytes).into_owned())
}

/// Tries once to get a lease for alice.
async fn attempt(store: &RedisStore, time: Duration) -> Result<LeaseAttempt, StoreError> {
    store.lease(&alice(), "credential", time)?.attempt().await
}

async fn lease(store: &RedisStore, time: Duration) -> Box<dyn Lease> {
    match attempt(store, time).await.unwrap() {
        LeaseAttempt::Held(lease) => lease,
        LeaseAttempt::Taken(holder) => panic!("{holder} has it"),
    }
}

/// Returns the failure, which must be one of this crate.
fn failure<Value>(outcome: Result<Value, StoreError>) -> Error {
    let error = outcome.err().expect("it cannot succeed");
    let failure = error.backend::<Error>().unwrap_or_else(|| panic!("{error}")).clone();
    assert_eq!(error.is_retryable(), failure.is_retryable());
    failure
}

/// Checks that a call fails with this kind of error, names the server, and ends in time.
async fn fails<Value>(call: impl Future<Output = Result<Value, StoreError>>, kind: ErrorKind, server: &str) -> Error {
    let start = std::time::Instant::now();
    let error = failure(call.await);
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().starts_with(&format!("{server}: ")), "{error}");
    assert!(start.elapsed() < Duration::from_secs(4), "it took {:?}", start.elapsed());
    error
}
