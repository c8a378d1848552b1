//! Five ways in which other programs sign their users out, tested with the real client and real servers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokcache_core::acquire::{AcquireError, ClientApplication, Source};
use tokcache_core::store::{LeaseAttempt, Replacement, Store as _, StoreError};
use tokcache_redis::{ErrorKind, RedisStore};
use tokcache_testing::TokioClock;
use tokcache_testing::provider::{ISSUER, RotatingProvider};
use tokcache_testing::servers::{RedisOptions, RedisServer};

use crate::users::{client, refresh_tokens, request, sign_in};
use crate::{alice, open, settings};

const SHORT: Duration = Duration::from_millis(400);

/// The lease that alice's clients ask for.
const CREDENTIAL: &str = "client app\naccount alice\nenvironment idp.example.com\nauthority https://idp.example.com";

async fn take_lease(store: &RedisStore, time: Duration) -> Option<Box<dyn tokcache_core::store::Lease>> {
    match store.lease(&alice(), CREDENTIAL, time).unwrap().attempt().await.unwrap() {
        LeaseAttempt::Held(lease) => Some(lease),
        LeaseAttempt::Taken(_) => None,
    }
}

async fn token(client: &ClientApplication<'_>) -> Result<(String, Source), AcquireError> {
    let result = client.acquire_token_silent(&request()).await?;
    Ok((result.access_token.expose().to_owned(), result.source))
}

/// oauth2-proxy #1580, #3456. The lease is renewed while the client waits for the provider.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_the_lease_is_shorter_than_the_exchange() {
    let server = RedisServer::start(RedisOptions::default());
    let (one, two, clock) = (open(&server.url()), open(&server.url()), TokioClock::new());
    sign_in(&one, ISSUER).await;
    let provider = RotatingProvider::new(&clock, SHORT * 5);
    let (first, second) = (client(&one, &provider, &clock), client(&two, &provider, &clock));
    let (first, second) = [first, second].map(|client| ClientApplication { lease_time: SHORT, ..client }).into();
    let later = async {
        tokio::time::sleep(SHORT * 2).await;
        assert!(take_lease(&two, SHORT).await.is_none(), "it is renewed");
        token(&second).await
    };
    let (found, later) = tokio::join!(token(&first), later);
    assert_eq!(found.unwrap(), ("AT-1".to_owned(), Source::Refresh));
    assert_eq!(later.unwrap(), ("AT-1".to_owned(), Source::Cache));
    assert_eq!((provider.rotation.requests(), provider.rotation.is_signed_in()), (1, true));
}

/// The holder sleeps for longer than its lease, and another process gets the lease. The save of the first is refused, and
/// repeated on the newest document.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_a_save_under_a_lease_that_ended_is_fenced() {
    let server = RedisServer::start(RedisOptions::default());
    let (one, two, clock) = (open(&server.url()), open(&server.url()), TokioClock::new());
    sign_in(&one, ISSUER).await;
    let is_refused = Arc::new(AtomicBool::new(false));
    let (other, refused) = (two.clone(), Arc::clone(&is_refused));
    let steal = move || {
        // As if the holder had slept: its lease is over, and another process has one.
        server.cli(&["EVAL", "redis.call('DEL', unpack(redis.call('KEYS', '*lease*')))", "0"]);
        let (other, refused) = (other.clone(), Arc::clone(&refused));
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async move {
                let later = take_lease(&other, Duration::from_secs(60)).await.expect("it is free");
                let fence =
                    tokcache_core::store::Fence { number: later.fence().unwrap().number - 1, ..later.fence().unwrap() };
                let expected = other.load(&alice()).await.unwrap().map(|loaded| loaded.revision);
                let replacement = Replacement { expected, bytes: b"{}", keep_until: None, fence: Some(&fence) };
                let saved = other.replace(&alice(), replacement).await;
                refused.store(matches!(saved, Err(StoreError::LeaseLost { .. })), Ordering::SeqCst);
                std::mem::forget(later);
            });
        });
    };
    let provider = RotatingProvider::new(&clock, Duration::from_millis(50)).meanwhile(steal);
    assert_eq!(token(&client(&one, &provider, &clock)).await.unwrap(), ("AT-1".to_owned(), Source::Refresh));
    assert!(is_refused.load(Ordering::SeqCst));
    assert_eq!(refresh_tokens(&two).await, ["RT-1"], "the rotated refresh token is saved by the revision alone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_a_waiter_spends_the_refresh_token_that_it_read_before_the_lock() {
    const WAITERS: usize = 20;
    let server = RedisServer::start(RedisOptions::default());
    let clock = TokioClock::new();
    let stores: Vec<_> = (0..WAITERS).map(|_| open(&server.url())).collect();
    sign_in(&stores[0], ISSUER).await;
    let provider = RotatingProvider::new(&clock, Duration::from_millis(200));
    let clients: Vec<_> = stores.iter().map(|store| client(store, &provider, &clock)).collect();
    // All of them read RT-0 before one gets the lease.
    let tokens = futures_util::future::join_all(clients.iter().map(token)).await;
    for found in tokens {
        assert_eq!(found.unwrap().0, "AT-1");
    }
    assert_eq!((provider.rotation.requests(), provider.rotation.is_signed_in()), (1, true));
    // The same holds for clients that force a refresh.
    let forced = tokcache_core::acquire::SilentRequest { force_refresh: true, ..request() };
    let tokens =
        futures_util::future::join_all(clients.iter().map(|client| client.acquire_token_silent(&forced))).await;
    assert!(tokens.iter().all(Result::is_ok));
    assert!(provider.rotation.is_signed_in());
}

#[tokio::test]
async fn three_a_loser_deletes_the_winners_session() {
    let server = RedisServer::start(RedisOptions::default());
    let (store, clock) = (open(&server.url()), TokioClock::new());
    sign_in(&store, ISSUER).await;
    let provider = RotatingProvider::new(&clock, Duration::ZERO);
    assert_eq!(token(&client(&store, &provider, &clock)).await.unwrap().0, "AT-1");
    let winners = server.cli(&["GET", "msal:alice"]);

    // A loser has an old refresh token. It is refused, and reads the document again.
    server.cli(&["DEL", "msal:alice"]);
    sign_in(&store, ISSUER).await;
    let restore = || {
        server.cli(&["SET", "msal:alice", &winners]);
    };
    let losers = RotatingProvider::new(&clock, Duration::ZERO).meanwhile(restore);
    losers.rotation.revoke();
    assert_eq!(token(&client(&store, &losers, &clock)).await.unwrap(), ("AT-1".to_owned(), Source::Cache));
    assert_eq!(losers.rotation.requests(), 1);
    assert_eq!(refresh_tokens(&store).await, ["RT-1"]);

    // A client that is refused for good deletes nothing either.
    let expired = String::from_utf8(tokcache_testing::provider::expired_sign_in(ISSUER)).unwrap();
    server.cli(&["SET", "msal:alice", &expired]);
    let refused = RotatingProvider::new(&clock, Duration::ZERO);
    refused.rotation.revoke();
    let error = token(&client(&store, &refused, &clock)).await.unwrap_err();
    assert!(matches!(error, AcquireError::InteractionRequired(_)), "{error:?}");
    assert_eq!(refresh_tokens(&store).await, ["RT-0"]);
    // Nobody sends the refused token again.
    token(&client(&store, &refused, &clock)).await.unwrap_err();
    assert_eq!(refused.rotation.requests(), 1);
}

#[tokio::test]
async fn four_lock_timed_out_refresh_without_it() {
    let server = RedisServer::start(RedisOptions::default());
    let (one, two, clock) = (open(&server.url()), open(&server.url()), TokioClock::new());
    sign_in(&one, ISSUER).await;
    let held = take_lease(&one, Duration::from_secs(60)).await.expect("it is free");
    let provider = RotatingProvider::new(&clock, Duration::ZERO);
    // The same holds in the process of the holder.
    for store in [&one, &two] {
        let start = Instant::now();
        let waits = ClientApplication { lock_timeout: SHORT, ..client(store, &provider, &clock) };
        let error = token(&waits).await.unwrap_err();
        assert!(matches!(error, AcquireError::Store(StoreError::Busy { .. })), "{error:?}");
        assert!(error.is_retryable());
        assert!((SHORT..SHORT * 8).contains(&start.elapsed()), "{:?}", start.elapsed());
    }
    // The server refuses all leases.
    server.cli(&["CONFIG", "SET", "maxmemory", "1"]);
    let error = token(&client(&two, &provider, &clock)).await.unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
    held.release().await;
    let error = token(&client(&two, &provider, &clock)).await.unwrap_err();
    assert_eq!(kind(&error), ErrorKind::OutOfMemory);
    assert_eq!(provider.rotation.requests(), 0);

    server.cli(&["CONFIG", "SET", "maxmemory", "0"]);
    assert_eq!(token(&client(&two, &provider, &clock)).await.unwrap().0, "AT-1");
}

fn kind(error: &AcquireError) -> ErrorKind {
    let AcquireError::Store(error) = error else { panic!("{error:?}") };
    error.backend::<tokcache_redis::Error>().unwrap_or_else(|| panic!("{error:?}")).kind()
}

/// identity-web #2086. No user is told to sign in, nothing is sent to the provider, and every wait has a limit.
#[tokio::test]
async fn five_a_store_failure_taken_for_a_miss() {
    let mut server = RedisServer::start(RedisOptions::default());
    let (store, clock) = (open(&server.url()), TokioClock::new());
    sign_in(&store, ISSUER).await;
    let provider = RotatingProvider::new(&clock, Duration::ZERO);
    let client = client(&store, &provider, &clock);
    let fails = async |expected: &[ErrorKind]| {
        let start = Instant::now();
        let error = token(&client).await.unwrap_err();
        assert!(expected.contains(&kind(&error)) && error.is_retryable(), "{error:?}");
        assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
        assert!(error.to_string().contains(&server_url(&store)), "{error}");
    };

    // Suspended: with an open connection, with a new connection, and within the second in which nobody tries.
    server.process().suspend();
    fails(&[ErrorKind::TimedOut]).await;
    fails(&[ErrorKind::TimedOut]).await;
    fails(&[ErrorKind::TimedOut]).await;
    server.process().resume();
    tokio::time::sleep(Duration::from_secs(1)).await;
    // Out of memory: the server answers reads and refuses writes.
    server.cli(&["CONFIG", "SET", "maxmemory", "1"]);
    fails(&[ErrorKind::OutOfMemory]).await;
    server.cli(&["CONFIG", "SET", "maxmemory", "0"]);
    // A replica of a server that does not exist.
    server.cli(&["REPLICAOF", "127.0.0.1", "1"]);
    fails(&[ErrorKind::ReadOnly]).await;
    server.cli(&["CONFIG", "SET", "replica-serve-stale-data", "no"]);
    fails(&[ErrorKind::NotReady]).await;
    server.cli(&["REPLICAOF", "NO", "ONE"]);
    // Killed.
    server.process().kill();
    fails(&[ErrorKind::Unreachable]).await;
    fails(&[ErrorKind::Unreachable]).await;
    assert_eq!(provider.rotation.requests(), 0);

    // The server is back and empty. Now alice is signed out, and that is no failure.
    server.start_again();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let error = token(&client).await.unwrap_err();
    assert!(matches!(error, AcquireError::InteractionRequired(_)), "{error:?}");
    sign_in(&store, ISSUER).await;
    assert_eq!(token(&client).await.unwrap(), ("AT-1".to_owned(), Source::Refresh));
    assert_eq!(provider.rotation.requests(), 1);
}

fn server_url(store: &RedisStore) -> String {
    store.describe().url
}

/// A valid token is served although the server refuses writes.
#[tokio::test]
async fn five_a_valid_token_is_served_while_nothing_can_be_saved() {
    let server = RedisServer::start(RedisOptions::default());
    let (store, clock) = (open(&server.url()), TokioClock::new());
    sign_in(&store, ISSUER).await;
    let provider = RotatingProvider::new(&clock, Duration::ZERO);
    assert_eq!(token(&client(&store, &provider, &clock)).await.unwrap().1, Source::Refresh);
    server.cli(&["CONFIG", "SET", "maxmemory", "1"]);
    assert_eq!(token(&client(&store, &provider, &clock)).await.unwrap(), ("AT-1".to_owned(), Source::Cache));
}

/// The server goes down after the provider has rotated the refresh token, and comes back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_a_server_that_is_gone_when_the_answer_comes_is_waited_for() {
    let arguments = &["--appendonly", "yes", "--appendfsync", "always"];
    let server = RedisServer::start(RedisOptions { arguments, ..RedisOptions::default() });
    let (store, clock) = (RedisStore::open(settings(&server.url())).unwrap(), TokioClock::new());
    sign_in(&store, ISSUER).await;
    let server = std::sync::Mutex::new(server);
    let kill = || server.lock().unwrap().process().kill();
    let provider = RotatingProvider::new(&clock, Duration::from_millis(50)).meanwhile(kill);
    let client = client(&store, &provider, &clock);
    let restart = async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        tokio::task::block_in_place(|| server.lock().unwrap().start_again());
    };
    let (found, ()) = tokio::join!(token(&client), restart);
    assert_eq!(found.unwrap(), ("AT-1".to_owned(), Source::Refresh));
    assert_eq!(refresh_tokens(&store).await, ["RT-1"]);
    assert_eq!((provider.rotation.requests(), provider.rotation.is_signed_in()), (1, true));
}
