//! Clients over one store: web app, web API, daemon, and native app.

#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod daemon;
mod native_app;
mod provider;
mod web_api;
mod web_app;

use std::sync::Arc;
use std::time::Duration;

use tokcache_core::acquire::{ConfidentialClient, Registration, SilentRequest};
use tokcache_core::oauth::{Authority, ClientAuthentication};
use tokcache_core::secret::ClientSecret;
use tokcache_core::store::{MemoryStore, Partition, Store};
use tokcache_core::time::Clock;
use tokcache_core::types::{ClientId, ScopeSet};
use tokcache_testing::{RemoteStore, SteppedClock};

use provider::Provider;

/// A provider, a store and a clock, and as many servers of the app as a test wants.
struct World {
    clock: Arc<SteppedClock>,
    provider: Arc<Provider>,
    store: Arc<dyn Store>,
}

impl World {
    fn new() -> Self {
        World::over(|_| Arc::new(MemoryStore::new()))
    }

    /// A world whose store is across a network.
    fn remote() -> Self {
        World::over(|clock| Arc::new(RemoteStore::new(clock, Duration::from_millis(5))))
    }

    fn over(store: impl FnOnce(Arc<SteppedClock>) -> Arc<dyn Store>) -> Self {
        let clock = Arc::new(SteppedClock::default());
        World { provider: Arc::new(Provider::new(clock.clone())), store: store(clock.clone()), clock }
    }

    /// Starts a server of the app.
    fn server(&self) -> ConfidentialClient {
        server(self.provider.clone(), self.store.clone(), self.clock.clone())
    }

    fn document(&self, partition: &Partition) -> Option<String> {
        let loaded = pollster::block_on(self.store.load(partition)).unwrap();
        loaded.map(|loaded| String::from_utf8(loaded.bytes.to_vec()).unwrap())
    }
}

fn server(provider: Arc<Provider>, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> ConfidentialClient {
    let authority = Authority::parse(provider::ISSUER, None).unwrap();
    let credential = ClientAuthentication::SecretPost(ClientSecret::new("hush"));
    let registration = Registration::new(authority, ClientId::new(provider::CLIENT));
    ConfidentialClient::new(registration, Arc::new(credential), store, provider, clock)
}

fn request(scopes: &str) -> SilentRequest {
    SilentRequest { scopes: ScopeSet::parse(scopes), ..SilentRequest::default() }
}
