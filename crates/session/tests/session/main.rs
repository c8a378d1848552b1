//! A web application on axum with sessions, over loopback, and the browsers of its users.

#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod browser;
mod caches;
mod cookie;
mod records;
mod shared;
mod web;

use std::sync::Arc;

use pollster::FutureExt as _;
use tokcache_core::store::{EncryptionKey, EncryptionKeys};
use tokcache_session::{SessionCache, SessionCaches};
use tokcache_testing::contract::{self, Kind};
use tower_sessions::{MemoryStore, Session};

fn keys() -> EncryptionKeys {
    EncryptionKeys::new(EncryptionKey::generate().unwrap())
}

#[test]
fn the_cache_of_a_session_keeps_the_contract() {
    contract::check(Kind::default(), || -> SessionCache {
        let sessions = MemoryStore::default();
        let session = Session::new(None, Arc::new(sessions.clone()), None);
        SessionCaches::new(sessions, keys()).begin(&session).block_on().unwrap()
    });
}
