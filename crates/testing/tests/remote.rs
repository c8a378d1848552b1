//! A refresh on a store across a network: the number of requests, and the failures that it survives.

#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use pollster::FutureExt as _;
use tokcache_core::acquire::{AcquireError, ClientApplication, Registration, SilentRequest, Source};
use tokcache_core::cache::TokenCache;
use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::{Endpoints, Http, Request, Response, TransportError};
use tokcache_core::store::{Change, LeaseAttempt, Partition, Store, StoreError, Update};
use tokcache_core::time::Clock;
use tokcache_core::types::ScopeSet;
use tokcache_testing::provider::{ISSUER, RotatingProvider, expired_sign_in, registration};
use tokcache_testing::{Counts, Fault, RemoteStore, SteppedClock, TokioClock};

const LATENCY: Duration = Duration::from_millis(20);

fn partition() -> Partition {
    Partition::named("alice")
}

fn client<'a>(store: &'a dyn Store, http: &'a dyn Http, clock: &'a dyn Clock) -> ClientApplication<'a> {
    ClientApplication { partition: partition(), ..ClientApplication::new(registration(ISSUER), store, http, clock) }
}

/// Saves a sign-in with an expired access token.
async fn sign_in(store: &RemoteStore) {
    let put = &mut |_: Option<&[u8]>| Change::Replace(expired_sign_in(ISSUER).into());
    store.update(&partition(), Update::default(), put).await.unwrap();
    store.counts();
}

fn request() -> SilentRequest {
    SilentRequest { scopes: ScopeSet::parse("api.read"), ..SilentRequest::default() }
}

fn cache(store: &RemoteStore) -> TokenCache {
    let loaded = store.load(&partition()).block_on().unwrap().unwrap();
    TokenCache::deserialize(&loaded.bytes).unwrap()
}

/// Returns the secrets of the refresh tokens in the cache.
fn refresh_tokens(store: &RemoteStore) -> Vec<String> {
    cache(store).refresh_tokens().iter().map(|entry| entry.secret.expose().to_owned()).collect()
}

struct World {
    clock: Arc<SteppedClock>,
    store: RemoteStore,
}

impl World {
    fn new() -> Self {
        let clock = Arc::new(SteppedClock::default());
        let store = RemoteStore::new(clock.clone(), LATENCY);
        sign_in(&store).block_on();
        World { clock, store }
    }
}

#[test]
fn a_cached_token_costs_one_round_trip() {
    let World { clock, store } = World::new();
    let provider = RotatingProvider::new(clock.as_ref(), Duration::ZERO);
    let client = client(&store, &provider, clock.as_ref());
    client.acquire_token_silent(&request()).block_on().unwrap();
    store.counts();
    let token = client.acquire_token_silent(&request()).block_on().unwrap();
    assert_eq!((token.access_token.expose(), token.source), ("AT-1", Source::Cache));
    assert_eq!(store.counts(), Counts { loads: 1, ..Counts::default() });
}

#[test]
fn a_refresh_reads_twice_and_writes_once() {
    let World { clock, store } = World::new();
    let provider = RotatingProvider::new(clock.as_ref(), Duration::from_millis(300));
    let token = client(&store, &provider, clock.as_ref()).acquire_token_silent(&request()).block_on().unwrap();
    assert_eq!((token.access_token.expose(), token.source), ("AT-1", Source::Refresh));
    assert_eq!(store.counts(), Counts { loads: 2, saves: 1, leases: 1 });
}

#[test]
fn a_save_whose_answer_is_lost_loses_no_sign_in() {
    for fault in [Fault::LostAnswer, Fault::Conflict] {
        let World { clock, store } = World::new();
        store.inject(fault);
        let provider = RotatingProvider::new(clock.as_ref(), Duration::ZERO);
        let token = client(&store, &provider, clock.as_ref()).acquire_token_silent(&request()).block_on().unwrap();
        assert_eq!(token.access_token.expose(), "AT-1", "{fault:?}");
        assert_eq!(refresh_tokens(&store), ["RT-1"], "{fault:?}");
        assert_eq!(provider.rotation.requests(), 1, "{fault:?}");
    }
}

#[test]
fn a_store_that_goes_away_while_the_provider_answers_is_waited_for() {
    let World { clock, store } = World::new();
    let provider = RotatingProvider::new(clock.as_ref(), Duration::ZERO).meanwhile(|| store.inject(Fault::Outage));
    let token = client(&store, &provider, clock.as_ref()).acquire_token_silent(&request()).block_on().unwrap();
    assert_eq!(token.access_token.expose(), "AT-1");
    assert_eq!(refresh_tokens(&store), ["RT-1"]);
}

#[test]
fn a_store_that_is_down_is_no_reason_to_sign_in() {
    let World { clock, store } = World::new();
    store.inject(Fault::Down);
    let provider = RotatingProvider::new(clock.as_ref(), Duration::ZERO);
    let error = client(&store, &provider, clock.as_ref()).acquire_token_silent(&request()).block_on().unwrap_err();
    assert!(matches!(error, AcquireError::Store(StoreError::Backend { .. })) && error.is_retryable(), "{error:?}");
    assert_eq!(provider.rotation.requests(), 0);
}

/// The next holder has the lease but has not saved yet. The tokens from the provider must not be lost.
#[test]
fn a_lease_that_ended_before_the_answer_came_loses_no_sign_in() {
    let World { clock, store } = World::new();
    let steal = || {
        clock.step(Duration::from_secs(3600));
        let partition = partition();
        let credential = "client app\naccount alice\nenvironment idp.example.com\nauthority https://idp.example.com";
        let mut request = store.lease(&partition, credential, Duration::from_secs(60)).unwrap();
        let LeaseAttempt::Held(lease) = request.attempt().block_on().unwrap() else { panic!("it is held still") };
        std::mem::forget(lease);
    };
    let provider = RotatingProvider::new(clock.as_ref(), Duration::ZERO).meanwhile(steal);
    let token = client(&store, &provider, clock.as_ref()).acquire_token_silent(&request()).block_on().unwrap();
    assert_eq!(token.access_token.expose(), "AT-1");
    assert_eq!(refresh_tokens(&store), ["RT-1"]);
    assert!(provider.rotation.is_signed_in());
}

/// A process is suspended after it has got the lease, and before it sends the refresh token. Another one refreshes.
#[test]
fn a_lease_that_ended_before_the_request_was_sent_is_noticed() {
    let World { clock, store } = World::new();
    let provider = RotatingProvider::new(clock.as_ref(), Duration::ZERO);
    let overtake = || {
        clock.step(Duration::from_secs(3600));
        let token = client(&store, &provider, clock.as_ref()).acquire_token_silent(&request()).block_on().unwrap();
        assert_eq!((token.access_token.expose(), token.source), ("AT-1", Source::Refresh));
    };
    let discovered = Discovered { provider: &provider, meanwhile: &overtake };
    let undiscovered = Registration { endpoints: Endpoints::default(), ..registration(ISSUER) };
    let suspended = ClientApplication { registration: undiscovered, ..client(&store, &discovered, clock.as_ref()) };
    let token = suspended.acquire_token_silent(&request()).block_on().unwrap();
    assert_eq!((token.access_token.expose(), token.source), ("AT-1", Source::Cache));
    assert_eq!((provider.rotation.requests(), provider.rotation.is_signed_in()), (1, true));
    assert_eq!(refresh_tokens(&store), ["RT-1"]);
}

/// A provider whose metadata are asked for first; `meanwhile` runs before they are answered.
struct Discovered<'a> {
    provider: &'a RotatingProvider<'a>,
    meanwhile: &'a (dyn Fn() + Send + Sync),
}

impl Http for Discovered<'_> {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        if request.form().is_some() {
            return self.provider.send(request);
        }
        (self.meanwhile)();
        let metadata = format!(r#"{{"issuer": "{ISSUER}", "token_endpoint": "{ISSUER}/token"}}"#);
        let body = metadata.into_bytes().into();
        Box::pin(ready(Ok(Response { status: 200, body, retry_after: None, date: None, location: None })))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_tasks_on_one_expired_token_are_one_refresh_and_block_no_worker() {
    const TASKS: usize = 1000;
    let clock: Arc<dyn Clock> = Arc::new(TokioClock::new());
    let store = RemoteStore::new(Arc::clone(&clock), LATENCY);
    sign_in(&store).await;

    let provider: &'static RotatingProvider<'static> = {
        let clock: &'static TokioClock = Box::leak(Box::new(TokioClock::new()));
        Box::leak(Box::new(RotatingProvider::new(clock, Duration::from_millis(300))))
    };
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let (store, clock) = (store.clone(), Arc::clone(&clock));
            tokio::spawn(async move {
                let token = client(&store, provider, clock.as_ref()).acquire_token_silent(&request()).await.unwrap();
                token.access_token.expose().to_owned()
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), "AT-1");
    }
    assert_eq!(provider.rotation.requests(), 1);
    assert!(provider.rotation.is_signed_in());
}

/// The provider takes longer than the lease lasts, so the lease is renewed meanwhile.
#[tokio::test(start_paused = true)]
async fn a_lease_is_renewed_while_the_provider_is_waited_for() {
    let clock = Arc::new(TokioClock::new());
    let store = RemoteStore::new(clock.clone(), LATENCY);
    sign_in(&store).await;

    let provider = RotatingProvider::new(clock.as_ref(), Duration::from_secs(600));
    let (first, second) = (client(&store, &provider, clock.as_ref()), client(&store, &provider, clock.as_ref()));
    let second = ClientApplication { lock_timeout: Duration::from_secs(3600), ..second };
    let (wanted, later) = (request(), async {
        tokio::time::sleep(Duration::from_secs(300)).await;
        second.acquire_token_silent(&request()).await
    });
    let (one, two) = tokio::join!(first.acquire_token_silent(&wanted), later);
    assert_eq!((one.unwrap().access_token.expose(), two.unwrap().access_token.expose()), ("AT-1", "AT-1"));
    assert_eq!(provider.rotation.requests(), 1);
}
