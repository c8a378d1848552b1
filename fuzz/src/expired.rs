//! Somebody whose access token has expired, beside others: what is asked, and by whom.

use std::time::Duration;

use tokcache_core::acquire::{ClientApplication, Registration, SilentRequest};
use tokcache_core::cache::MinValid;
use tokcache_core::oauth::Authority;
use tokcache_core::store::Store;
use tokcache_core::types::{ClientId, ScopeSet};

use crate::server::{Server, SteppedClock};

/// The cache.
pub const CACHE: &str = include_str!("../cache_before_refresh.json");

/// Who will have to refresh; what fails is tried again for `retry_within`.
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

/// A token for the scope of the one that has expired.
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
