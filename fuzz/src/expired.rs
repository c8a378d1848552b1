//! A cache in which a user's access token has expired, a client that has to refresh it, and its request.

use std::time::Duration;

use tokcache_core::acquire::{ClientApplication, Registration, SilentRequest};
use tokcache_core::cache::MinValid;
use tokcache_core::oauth::Authority;
use tokcache_core::store::Store;
use tokcache_core::types::{ClientId, ScopeSet};

use crate::server::{Server, SteppedClock};

/// The cache.
pub const CACHE: &str = include_str!("../cache_before_refresh.json");

/// Returns the client that has to refresh. It retries for `retry_within`.
pub fn client<'a>(
    store: &'a dyn Store,
    server: &'a Server,
    clock: &'a SteppedClock,
    retry_within: Duration,
) -> ClientApplication<'a> {
    let authority = Authority::parse("https://login.microsoftonline.com/contoso", None).expect("a good URL");
    let registration = Registration::new(authority, ClientId::new("client"));
    ClientApplication {
        lock_timeout: Duration::from_secs(1),
        retry_within,
        ..ClientApplication::new(registration, store, server, clock)
    }
}

/// Returns a request for the scope of the expired token.
pub fn request() -> SilentRequest {
    SilentRequest {
        scopes: ScopeSet::parse("User.Read"),
        account: None,
        min_valid: MinValid::AtLeast(Duration::ZERO),
        force_refresh: false,
        offline: false,
        ..SilentRequest::default()
    }
}
