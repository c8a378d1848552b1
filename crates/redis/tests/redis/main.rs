//! The store against real servers.
#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod contract;

use std::sync::atomic::{AtomicUsize, Ordering};

use tokcache_redis::{RedisStore, Settings};
use tokio::runtime::{Builder, Runtime};

/// A runtime in the background, for tests that drive a store by `pollster` from their own threads.
fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// A store on an empty part of the server.
fn store(runtime: &Runtime, settings: &Settings) -> RedisStore {
    static LAST: AtomicUsize = AtomicUsize::new(0);
    let _entered = runtime.enter();
    let prefix = format!("test{}:", LAST.fetch_add(1, Ordering::Relaxed));
    RedisStore::open(settings.clone().prefix(prefix)).unwrap()
}
