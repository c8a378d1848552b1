//! Somebody whose access token has expired, beside others: what is asked, and by whom.

use std::time::Duration;

use tokcache_core::acquire::{NoCredential, NoopObserver, PublicClient, Registration, SilentRequest};
use tokcache_core::cache::MinValid;
use tokcache_core::oauth::{Authority, Endpoints};
use tokcache_core::store::{Partition, Store};
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
) -> PublicClient<'a> {
    PublicClient {
        registration: Registration {
            authority: Authority::parse("https://login.microsoftonline.com/contoso", None).expect("a good URL"),
            client_id: ClientId::new("client"),
            endpoints: Endpoints::default(),
            tenant: None,
        },
        store,
        partition: Partition::whole(),
        credential: &NoCredential,
        http: server,
        clock,
        observer: &NoopObserver,
        lock_timeout: Duration::from_secs(1),
        retry_within,
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
