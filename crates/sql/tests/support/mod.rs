//! The shared parts of the tests of both databases.
#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

pub(crate) mod child;
pub(crate) mod failures;
pub(crate) mod herd;
pub(crate) mod listing;
pub(crate) mod outage;

use std::sync::Arc;
use std::time::Duration;

use pollster::FutureExt as _;
use tokcache_core::acquire::{ClientApplication, SilentRequest};
use tokcache_core::cache::TokenCache;
use tokcache_core::oauth::Http;
use tokcache_core::store::{Lease, LeaseAttempt, Partition, Replaced, Replacement, Store, StoreError};
use tokcache_core::time::Clock;
use tokcache_core::types::ScopeSet;
use tokcache_sql::{DatabaseError, DatabaseErrorKind, PostgresSettings, PostgresStore, SqliteSettings, SqliteStore};
use tokcache_testing::provider::{ISSUER, expired_sign_in, registration};

/// The lease of alice at the client of these tests.
pub(crate) const CREDENTIAL: &str =
    "client app\naccount alice\nenvironment idp.example.com\nauthority https://idp.example.com";

pub(crate) fn alice() -> Partition {
    Partition::named("alice")
}

/// Opens the store as another process would.
pub(crate) fn open(url: &str) -> Arc<dyn Store> {
    match SqliteSettings::parse(url) {
        Some(settings) => Arc::new(SqliteStore::new(settings.busy_timeout(Duration::from_secs(10))).unwrap()),
        None => Arc::new(postgres(url)),
    }
}

pub(crate) fn postgres(url: &str) -> PostgresStore {
    PostgresStore::new(PostgresSettings::parse(url).unwrap()).unwrap()
}

pub(crate) fn client<'a>(store: &'a dyn Store, http: &'a dyn Http, clock: &'a dyn Clock) -> ClientApplication<'a> {
    ClientApplication { partition: alice(), ..ClientApplication::new(registration(ISSUER), store, http, clock) }
}

pub(crate) fn request() -> SilentRequest {
    SilentRequest { scopes: ScopeSet::parse("api.read"), ..SilentRequest::default() }
}

/// Saves a document in place of the present one.
pub(crate) fn put(store: &dyn Store, partition: &Partition, bytes: &[u8]) {
    let expected = store.load(partition).block_on().unwrap().map(|loaded| loaded.revision);
    let replacement = Replacement { expected, bytes, keep_until: None, fence: None };
    let saved = store.replace(partition, replacement).block_on().unwrap();
    assert!(matches!(saved, Replaced::Saved(_)), "nobody else writes");
}

/// Signs alice in. Her access token has expired.
pub(crate) fn sign_in(store: &dyn Store) {
    put(store, &alice(), &expired_sign_in(ISSUER));
}

pub(crate) fn cache(store: &dyn Store) -> TokenCache {
    TokenCache::deserialize(&store.load(&alice()).block_on().unwrap().unwrap().bytes).unwrap()
}

/// Returns the secrets of alice's refresh tokens.
pub(crate) fn refresh_tokens(store: &dyn Store) -> Vec<String> {
    cache(store).refresh_tokens().iter().map(|entry| entry.secret.expose().to_owned()).collect()
}

pub(crate) fn attempt(store: &dyn Store, credential: &str, time_to_live: Duration) -> Option<Box<dyn Lease>> {
    let partition = alice();
    let mut request = store.lease(&partition, credential, time_to_live).unwrap();
    match request.attempt().block_on().unwrap() {
        LeaseAttempt::Held(lease) => Some(lease),
        LeaseAttempt::Taken(_) => None,
    }
}

/// Returns the kind of a failure, and whether a retry can help.
pub(crate) fn kind(error: &StoreError) -> (DatabaseErrorKind, bool) {
    let failure: &DatabaseError = error.backend().unwrap_or_else(|| panic!("{error:?}"));
    assert_eq!(failure.is_retryable(), error.is_retryable());
    (failure.kind(), error.is_retryable())
}

#[expect(clippy::disallowed_methods, reason = "the time of a real database")]
pub(crate) fn sleep(time: Duration) {
    std::thread::sleep(time);
}
