//! A thousand tasks of one process that need the same token at the same time, and the commands that reach the server.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokcache_core::acquire::{AcquireError, ClientApplication};
use tokcache_core::store::{Lease, LeaseAttempt, Store as _, StoreError};
use tokcache_redis::RedisStore;
use tokcache_testing::TokioClock;
use tokcache_testing::provider::{ISSUER, RotatingProvider};
use tokcache_testing::servers::{RedisOptions, RedisServer};

use crate::settings;
use crate::users::{client, request, sign_in};

const TASKS: usize = 1000;
const CREDENTIAL: &str = "client app\naccount alice\nenvironment idp.example.com\nauthority https://idp.example.com";

/// A thousand tasks keep the two workers of the test busy, so that an answer may wait for a while.
fn open(url: &str) -> RedisStore {
    let limit = Duration::from_secs(5);
    RedisStore::open(settings(url).timeouts(limit, limit)).unwrap()
}

/// Returns the number of commands, with those that scripts have run.
fn sum(commands: &BTreeMap<String, u64>) -> u64 {
    commands.values().sum()
}

/// Lets a thousand tasks ask for alice's token, and returns their results.
async fn herd(
    store: &RedisStore,
    provider: &Arc<RotatingProvider<'static>>,
    patience: Duration,
) -> Vec<Result<String, AcquireError>> {
    let clock: &'static TokioClock = Box::leak(Box::new(TokioClock::new()));
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let (store, provider) = (store.clone(), Arc::clone(provider));
            tokio::spawn(async move {
                let client = ClientApplication { lock_timeout: patience, ..client(&store, provider.as_ref(), clock) };
                let result = client.acquire_token_silent(&request()).await?;
                Ok(result.access_token.expose().to_owned())
            })
        })
        .collect();
    let mut found = Vec::new();
    for task in tasks {
        found.push(task.await.unwrap());
    }
    found
}

fn provider(time: Duration) -> Arc<RotatingProvider<'static>> {
    let clock: &'static TokioClock = Box::leak(Box::new(TokioClock::new()));
    Arc::new(RotatingProvider::new(clock, time))
}

async fn hold(store: &RedisStore) -> Box<dyn Lease> {
    let partition = crate::alice();
    let mut request = store.lease(&partition, CREDENTIAL, Duration::from_secs(60)).unwrap();
    match request.attempt().await.unwrap() {
        LeaseAttempt::Held(lease) => lease,
        LeaseAttempt::Taken(holder) => panic!("{holder} has it"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_tasks_on_one_expired_token_are_one_refresh_and_a_few_commands() {
    let server = RedisServer::start(RedisOptions::default());
    let (store, provider) = (open(&server.url()), provider(Duration::from_millis(300)));
    sign_in(&store, ISSUER).await;
    server.take_commands();

    for found in herd(&store, &provider, Duration::from_secs(60)).await {
        assert_eq!(found.unwrap(), "AT-1");
    }
    assert_eq!((provider.rotation.requests(), provider.rotation.is_signed_in()), (1, true));
    let commands = server.take_commands();
    println!("{TASKS} tasks on one expired token: {} commands: {commands:?}", sum(&commands));
    assert!(sum(&commands) < TASKS as u64 / 2, "{commands:?}");

    // A cached token costs at most one command.
    for found in herd(&store, &provider, Duration::ZERO).await {
        assert_eq!(found.unwrap(), "AT-1");
    }
    let commands = server.take_commands();
    println!("{TASKS} tasks on one valid token: {} commands: {commands:?}", sum(&commands));
    assert_eq!(commands.keys().collect::<Vec<_>>(), ["get"]);
    assert!(sum(&commands) <= TASKS as u64, "{commands:?}");
}

/// Another process holds the lease, and releases it without a token. One task polls for all, and one refreshes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_tasks_that_wait_for_another_process_ask_like_one() {
    let server = RedisServer::start(RedisOptions::default());
    let (store, other, provider) = (open(&server.url()), open(&server.url()), provider(Duration::ZERO));
    sign_in(&store, ISSUER).await;
    let held = hold(&other).await;
    server.take_commands();
    let waiting = herd(&store, &provider, Duration::from_secs(60));
    let release = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let commands = server.take_commands();
        held.release().await;
        commands
    };
    let (found, commands) = tokio::join!(waiting, release);
    for found in found {
        assert_eq!(found.unwrap(), "AT-1");
    }
    assert_eq!(provider.rotation.requests(), 1);
    println!("{TASKS} tasks that wait 2 s for another process: {} commands: {commands:?}", sum(&commands));
    // The poller asks every 25 ms. The others look every 200 ms, and share the commands of a round trip. Alone they would
    // send 30,000. A script counts as two commands.
    assert!(sum(&commands) < 2000, "{commands:?}");
}

/// The server stops while all tasks wait. All get an error within seconds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_tasks_learn_soon_that_the_server_is_gone() {
    let mut server = RedisServer::start(RedisOptions::default());
    let (store, other, provider) = (open(&server.url()), open(&server.url()), provider(Duration::ZERO));
    sign_in(&store, ISSUER).await;
    let held = hold(&other).await;
    let start = Instant::now();
    let waiting = herd(&store, &provider, Duration::from_secs(60));
    let stop = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        server.process().suspend();
    };
    let (found, ()) = tokio::join!(waiting, stop);
    assert!(start.elapsed() < Duration::from_secs(25), "{:?}", start.elapsed());
    for found in found {
        let error = found.unwrap_err();
        assert!(matches!(error, AcquireError::Store(StoreError::Backend { .. })) && error.is_retryable(), "{error:?}");
    }
    assert_eq!(provider.rotation.requests(), 0);
    drop(held);
}
