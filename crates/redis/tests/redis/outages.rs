//! A server that fails in the middle of a refresh, when the provider has rotated the refresh token already.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokcache_core::acquire::{AcquireError, ClientApplication, InteractionRequired, Source};
use tokcache_core::store::{Partition, Replacement, Store as _, StoreError};
use tokcache_redis::RedisStore;
use tokcache_testing::TokioClock;
use tokcache_testing::provider::{ISSUER, RotatingProvider, expired_sign_in};
use tokcache_testing::servers::{RedisOptions, RedisSentinel, RedisServer, wait_until};

use crate::users::{client, refresh_tokens, request, sign_in};
use crate::{alice, open};

/// The time that the provider takes.
const SHORT: Duration = Duration::from_millis(50);

/// Lets alice's client ask for a token, and runs `meanwhile` while the provider answers. The token must be that of the only
/// refresh, and its refresh token must be saved.
async fn is_saved(store: &RedisStore, meanwhile: impl Fn() + Send + Sync, later: impl Future<Output = ()>) {
    let clock = TokioClock::new();
    let provider = RotatingProvider::new(&clock, SHORT).meanwhile(meanwhile);
    let (client, wanted) = (client(store, &provider, &clock), request());
    let (found, ()) = tokio::join!(client.acquire_token_silent(&wanted), later);
    let found = found.unwrap();
    assert_eq!((found.access_token.expose(), found.source), ("AT-1", Source::Refresh));
    assert_eq!(refresh_tokens(store).await, ["RT-1"]);
    assert_eq!((provider.rotation.requests(), provider.rotation.is_signed_in()), (1, true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failover_in_the_middle_loses_no_sign_in() {
    let servers = Mutex::new(RedisSentinel::start());
    let store = open(&format!("redis+sentinel://{}/main", servers.lock().unwrap().address()));
    sign_in(&store, ISSUER).await;
    wait_until("the replica has it", || servers.lock().unwrap().replica.cli(&["EXISTS", "msal:alice"]) == "1");
    is_saved(&store, || servers.lock().unwrap().primary.process().kill(), async {}).await;
    let servers = servers.lock().unwrap();
    assert!(servers.replica.cli(&["GET", "msal:alice"]).contains("RT-1"));
}

/// With `noeviction`, a full server refuses writes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_full_in_the_middle_is_waited_for() {
    let server = RedisServer::start(RedisOptions::default());
    let store = open(&server.url());
    sign_in(&store, ISSUER).await;
    let limit = |bytes: &str| drop(server.cli(&["CONFIG", "SET", "maxmemory", bytes]));
    let make_room = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        limit("0");
    };
    is_saved(&store, || limit("1"), make_room).await;
}

/// If there never is room again, the caller has the token nevertheless.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_cannot_be_saved_is_returned() {
    let server = RedisServer::start(RedisOptions::default());
    let (store, clock) = (open(&server.url()), TokioClock::new());
    sign_in(&store, ISSUER).await;
    let fill = || drop(server.cli(&["CONFIG", "SET", "maxmemory", "1"]));
    let provider = RotatingProvider::new(&clock, SHORT).meanwhile(fill);
    let hasty = ClientApplication { retry_within: Duration::from_secs(1), ..client(&store, &provider, &clock) };
    assert_eq!(hasty.acquire_token_silent(&request()).await.unwrap().access_token.expose(), "AT-1");
    assert_eq!(refresh_tokens(&store).await, ["RT-0"]);
}

/// Everybody is signed out then, and nobody is told that something failed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_comes_back_empty_in_the_middle_is_a_sign_out() {
    let server = Mutex::new(RedisServer::start(RedisOptions::default()));
    let (store, clock) = (open(&server.lock().unwrap().url()), TokioClock::new());
    sign_in(&store, ISSUER).await;
    let restart = || {
        let mut server = server.lock().unwrap();
        server.process().kill();
        server.start_again();
    };
    let provider = RotatingProvider::new(&clock, SHORT).meanwhile(restart);
    let error = client(&store, &provider, &clock).acquire_token_silent(&request()).await.unwrap_err();
    let is_sign_out = matches!(error, AcquireError::InteractionRequired(InteractionRequired::SignedOutMeanwhile));
    assert!(is_sign_out, "{error:?}");
    assert!(store.load(&alice()).await.unwrap().is_none());
    // The lease is gone, too: the next sign-in does not wait for it.
    sign_in(&store, ISSUER).await;
    let provider = RotatingProvider::new(&clock, SHORT);
    let found = client(&store, &provider, &clock).acquire_token_silent(&request()).await.unwrap();
    assert_eq!((found.access_token.expose(), refresh_tokens(&store).await), ("AT-1", vec!["RT-1".to_owned()]));
}

/// The server answers each command after up to half a second.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_server_makes_tokens_late_and_no_second_request() {
    let server =
        RedisServer::start(RedisOptions { arguments: &["--enable-debug-command", "yes"], ..RedisOptions::default() });
    let clock = TokioClock::new();
    let stores: Vec<_> = (0..10).map(|_| open(&server.url())).collect();
    sign_in(&stores[0], ISSUER).await;
    let provider = RotatingProvider::new(&clock, Duration::from_millis(300));
    let clients: Vec<_> = stores.iter().map(|store| client(store, &provider, &clock)).collect();
    let (is_over, wanted) = (AtomicBool::new(false), request());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                server.cli(&["DEBUG", "SLEEP", "0.5"]);
            }
        });
        let tokens = clients.iter().map(|client| client.acquire_token_silent(&wanted));
        let tokens = tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(futures_util::future::join_all(tokens))
        });
        is_over.store(true, Ordering::Relaxed);
        for token in tokens {
            assert_eq!(token.unwrap().access_token.expose(), "AT-1");
        }
    });
    assert_eq!((provider.rotation.requests(), provider.rotation.is_signed_in()), (1, true));
}

/// The owner of a damaged document is not asked to sign in, because a program may be about to repair it.
#[tokio::test]
async fn a_damaged_document_is_the_concern_of_its_user_alone() {
    let server = RedisServer::start(RedisOptions::default());
    let (store, clock) = (open(&server.url()), TokioClock::new());
    sign_in(&store, ISSUER).await;
    let damaged = "{\"RefreshToken\": {\"half";
    server.cli(&["SET", "msal:bob", damaged]);
    let document = expired_sign_in(ISSUER);
    let provider = RotatingProvider::new(&clock, SHORT);
    let of_alice = client(&store, &provider, &clock);
    let of_bob = ClientApplication { partition: Partition::named("bob"), ..client(&store, &provider, &clock) };
    for _ in 0..2 {
        let error = of_bob.acquire_token_silent(&request()).await.unwrap_err();
        assert!(matches!(error, AcquireError::Store(StoreError::Damaged { .. })), "{error:?}");
        assert!(error.to_string().contains("the cache of bob") && !error.is_retryable(), "{error}");
        assert_eq!(of_alice.acquire_token_silent(&request()).await.unwrap().access_token.expose(), "AT-1");
    }
    assert_eq!(server.cli(&["GET", "msal:bob"]), damaged, "nothing is thrown away");
    assert_eq!(provider.rotation.requests(), 1);
    // A sign-in of bob replaces it.
    let bob = Partition::named("bob");
    let expected = store.load(&bob).await.unwrap().map(|loaded| loaded.revision);
    let replacement = Replacement { expected, bytes: &document, keep_until: None, fence: None };
    store.replace(&bob, replacement).await.unwrap();
}
