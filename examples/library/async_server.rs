//! A server that answers a thousand requests at once for one user with an expired token: one refresh, and no blocked
//! thread. Run `async_server AUTHORITY CACHE` with the cache of a signed-in user.
#![allow(clippy::print_stdout, reason = "this program talks to a person")]

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokcache_core::acquire::{AcquireError, ClientApplication, Registration, SilentRequest};
use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::{Authority, Http, Request, Response, TransportError};
use tokcache_core::secret::Zeroizing;
use tokcache_core::store::{Change, MemoryStore, Partition, Store, Update};
use tokcache_core::time::SystemClock;
use tokcache_core::types::{ClientId, ScopeSet};
use tokcache_file::FileStore;
use tokcache_http::{Network, NetworkOptions, TokioClock, TokioNetwork};

const REQUESTS: usize = 1000;

/// Counts the requests to the provider.
struct Counting {
    network: TokioNetwork,
    sent: AtomicUsize,
}

impl Http for Counting {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.network.send(request)
    }
}

/// The state that all requests share.
struct App {
    registration: Registration,
    store: MemoryStore,
    http: Counting,
    clock: TokioClock,
}

impl App {
    /// Handles a request of the user with this cache.
    async fn handle(&self, user: &Partition) -> Result<String, AcquireError> {
        let client = ClientApplication {
            partition: user.clone(),
            ..ClientApplication::new(self.registration.clone(), &self.store, &self.http, &self.clock)
        };
        let scopes = ScopeSet::parse("notes.read");
        let request = SilentRequest { scopes, ..SilentRequest::default() };
        let token = client.acquire_token_silent(&request).await?;
        Ok(token.access_token.expose().to_owned())
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (authority, cache) = arguments.next().zip(arguments.next()).ok_or("usage: async_server AUTHORITY CACHE")?;

    // The user has a cache of their own. It gets the content of the file in which the user has signed in, but no access
    // token, so that a refresh is due. This copy of the secrets is not wiped.
    let file = FileStore::new(cache.as_ref(), Duration::from_secs(60), Arc::new(SystemClock::new()));
    let signed_in = Store::load(&file, &Partition::whole()).await?.ok_or("nobody is signed in")?;
    let mut document: serde_json::Value = serde_json::from_slice(&signed_in.bytes)?;
    document["AccessToken"] = serde_json::json!({});
    let (store, user) = (MemoryStore::new(), Partition::named("alice"));
    let put = &mut |_: Option<&[u8]>| Change::Replace(Zeroizing::new(document.to_string().into_bytes()));
    Store::update(&store, &user, Update::default(), put).await?;

    let app = Arc::new(App {
        registration: Registration::new(Authority::parse(&authority, None)?, ClientId::new("kiosk")),
        store,
        http: Counting {
            network: TokioNetwork::new(Network::new(NetworkOptions::default())),
            sent: AtomicUsize::new(0),
        },
        clock: TokioClock::new(),
    });
    let requests: Vec<_> = (0..REQUESTS)
        .map(|_| {
            let (app, user) = (Arc::clone(&app), user.clone());
            tokio::spawn(async move { app.handle(&user).await })
        })
        .collect();
    let mut tokens = std::collections::BTreeSet::new();
    for request in requests {
        tokens.insert(request.await??);
    }
    // One request fetches the provider's metadata.
    let refreshes = app.http.sent.load(Ordering::Relaxed) - 1;
    println!("{REQUESTS} requests, {} token, {refreshes} refresh", tokens.len());
    if (tokens.len(), refreshes) == (1, 1) { Ok(()) } else { Err("a single flight was to be seen".into()) }
}
