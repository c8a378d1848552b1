//! A signed-in user whose access token has expired, and clients that need a new one.

use std::time::Duration;

use tokcache_core::acquire::{ClientApplication, SilentRequest};
use tokcache_core::cache::TokenCache;
use tokcache_core::oauth::Http;
use tokcache_core::store::Store;
use tokcache_core::time::Clock;
use tokcache_core::types::ScopeSet;
use tokcache_redis::RedisStore;
use tokcache_testing::provider::{ISSUER, expired_sign_in, registration};

use crate::{alice, put};

/// Returns a client of alice that waits 20 s for other processes.
pub(crate) fn client<'a>(store: &'a dyn Store, http: &'a dyn Http, clock: &'a dyn Clock) -> ClientApplication<'a> {
    ClientApplication {
        partition: alice(),
        lock_timeout: Duration::from_secs(20),
        ..ClientApplication::new(registration(ISSUER), store, http, clock)
    }
}

pub(crate) async fn sign_in(store: &RedisStore, authority: &str) {
    put(store, None, &expired_sign_in(authority)).await.unwrap();
}

pub(crate) fn request() -> SilentRequest {
    SilentRequest { scopes: ScopeSet::parse("api.read"), ..SilentRequest::default() }
}

/// Returns the secrets of the saved refresh tokens.
pub(crate) async fn refresh_tokens(store: &RedisStore) -> Vec<String> {
    let loaded = store.load(&alice()).await.unwrap().expect("alice has a document");
    let cache = TokenCache::deserialize(&loaded.bytes).unwrap();
    cache.refresh_tokens().iter().map(|entry| entry.secret.expose().to_owned()).collect()
}
