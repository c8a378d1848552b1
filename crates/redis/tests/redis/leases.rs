//! Leases between processes. Each store stands for a process.

use std::time::{Duration, Instant};

use tokcache_core::store::{Holder, LeaseAttempt, Replacement, Store as _, StoreError};
use tokcache_redis::RedisStore;
use tokcache_testing::servers::{RedisOptions, RedisServer, wait_until};

use crate::{alice, attempt, lease, open, settings, text};

const LONG: Duration = Duration::from_secs(60);

async fn is_free(store: &RedisStore) -> bool {
    match attempt(store, LONG).await.unwrap() {
        LeaseAttempt::Held(lease) => lease.release().await,
        LeaseAttempt::Taken(_) => return false,
    }
    true
}

fn number(lease: &dyn tokcache_core::store::Lease) -> u64 {
    lease.fence().unwrap().number
}

#[tokio::test]
async fn a_lease_ends_by_itself_and_the_next_number_is_greater() {
    let server = RedisServer::start(RedisOptions::default());
    let (one, two) = (open(&server.url()), open(&server.url()));
    let first = lease(&one, Duration::from_millis(300)).await;
    assert!(first.is_renewed());
    assert!(!is_free(&two).await);
    tokio::time::sleep(Duration::from_millis(400)).await;
    let second = lease(&two, LONG).await;
    assert!(number(second.as_ref()) > number(first.as_ref()));
    assert!(matches!(first.renew().await, Err(StoreError::LeaseLost { .. })));
    // The release of the first does not end the lease of the second.
    first.release().await;
    assert!(!is_free(&one).await);
    second.release().await;
    assert!(is_free(&one).await);
}

#[tokio::test]
async fn the_number_grows_although_the_server_has_forgotten_the_last_one() {
    let server = RedisServer::start(RedisOptions::default());
    let store = open(&server.url());
    let mut last = 0;
    for _ in 0..3 {
        let held = lease(&store, LONG).await;
        assert!(number(held.as_ref()) > last);
        last = number(held.as_ref());
        held.release().await;
        server.cli(&["FLUSHALL"]);
    }
    // The number also grows when the clock of the server goes back.
    let fence = "msal:#tokcache:fence:{msal:alice}:";
    let key = {
        let held = lease(&store, LONG).await;
        held.release().await;
        server.cli(&["KEYS", &format!("{fence}*")])
    };
    let later = "4000000000000000";
    server.cli(&["SET", &key, later]);
    let held = lease(&store, LONG).await;
    assert_eq!(number(held.as_ref()).to_string(), "4000000000000001");
    held.release().await;
}

#[tokio::test]
async fn an_expired_lease_is_renewed_unless_another_process_had_it_since() {
    let server = RedisServer::start(RedisOptions::default());
    let (one, two) = (open(&server.url()), open(&server.url()));
    let time = Duration::from_millis(200);
    let held = lease(&one, time).await;
    for _ in 0..4 {
        tokio::time::sleep(time / 2).await;
        held.renew().await.unwrap();
        assert!(!is_free(&two).await);
    }
    tokio::time::sleep(time * 2).await;
    held.renew().await.unwrap();
    assert!(!is_free(&two).await);
    tokio::time::sleep(time * 2).await;
    assert!(is_free(&two).await);
    assert!(matches!(held.renew().await, Err(StoreError::LeaseLost { .. })), "the other has had it since");
}

#[tokio::test]
async fn a_save_under_a_lease_that_another_holds_or_had_is_refused() {
    let server = RedisServer::start(RedisOptions::default());
    let (one, two) = (open(&server.url()), open(&server.url()));
    let earlier = lease(&one, Duration::from_millis(100)).await;
    let fence = earlier.fence().unwrap();
    let save = async || {
        let expected = one.load(&alice()).await.unwrap().map(|loaded| loaded.revision);
        one.replace(&alice(), Replacement { expected, bytes: b"late", keep_until: None, fence: Some(&fence) }).await
    };
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert!(save().await.is_ok(), "nobody else was given the lease");
    one.remove(&alice()).await.unwrap();

    let later = lease(&two, LONG).await;
    assert!(matches!(save().await, Err(StoreError::LeaseLost { .. })));
    later.release().await;
    assert!(matches!(save().await, Err(StoreError::LeaseLost { .. })));
    assert_eq!(text(&one).await, None);
}

#[tokio::test]
async fn a_lease_is_released_when_it_or_its_request_is_dropped() {
    let server = RedisServer::start(RedisOptions::default());
    let (one, two) = (open(&server.url()), open(&server.url()));
    drop(lease(&one, LONG).await);
    let start = Instant::now();
    while !is_free(&two).await {
        assert!(start.elapsed() < Duration::from_secs(5));
    }
    // The caller gives up while the answer is on its way. The lease is released.
    for pause in [0, 50, 100, 200, 400, 800, 2000] {
        let cut = tokio::time::timeout(Duration::from_micros(pause), attempt(&one, LONG)).await;
        drop(cut);
        let start = Instant::now();
        while !is_free(&two).await {
            assert!(start.elapsed() < Duration::from_secs(5), "the lease stays taken after {pause} µs");
        }
    }
}

/// The server does not answer in time, and grants the lease when nobody waits for it any more.
#[tokio::test]
async fn a_lease_that_is_granted_too_late_is_released() {
    let mut server = RedisServer::start(RedisOptions::default());
    let (one, two) = (open(&server.url()), open(&server.url()));
    assert!(is_free(&one).await && is_free(&two).await);
    server.process().suspend();
    assert!(attempt(&one, LONG).await.is_err());
    server.process().resume();
    let start = Instant::now();
    while !is_free(&two).await {
        assert!(start.elapsed() < Duration::from_secs(10), "the lease stays taken");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(is_free(&two).await);
}

/// A server with its data on a disk comes back with the lease of a holder that could not release it.
#[tokio::test]
async fn a_release_that_failed_is_repeated() {
    let arguments = &["--appendonly", "yes", "--appendfsync", "always"];
    let mut server = RedisServer::start(RedisOptions { arguments, ..RedisOptions::default() });
    let (one, two) = (open(&server.url()), open(&server.url()));
    let held = lease(&one, LONG).await;
    server.process().kill();
    held.release().await;
    server.start_again();
    let start = Instant::now();
    while !is_free(&two).await {
        assert!(start.elapsed() < Duration::from_secs(20), "the lease stays taken");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn others_see_who_holds_the_lease() {
    let server = RedisServer::start(RedisOptions::default());
    let (one, two) = (RedisStore::open(settings(&server.url()).program("web\n1")).unwrap(), open(&server.url()));
    let held = lease(&one, LONG).await;
    let holder = Holder { pid: Some(std::process::id()), program: Some("web1".to_owned()), age: None };
    for store in [&one, &two] {
        let LeaseAttempt::Taken(found) = attempt(store, LONG).await.unwrap() else { panic!("it is held") };
        assert_eq!(found, holder);
    }
    held.release().await;
    let named = lease(&two, LONG).await;
    let LeaseAttempt::Taken(found) = attempt(&one, LONG).await.unwrap() else { panic!("it is held") };
    assert!(found.program.unwrap().starts_with("redis-"), "the name of this test's file");
    let partition = alice();
    let request = one.lease(&partition, "credential", LONG).unwrap();
    assert!(request.name().to_string_lossy().starts_with(&server.url()));
    named.release().await;
}

#[tokio::test]
async fn keys_of_a_lease_disappear_by_themselves() {
    let server = RedisServer::start(RedisOptions::default());
    let store = open(&server.url());
    let held = lease(&store, Duration::MAX).await;
    held.note(Some(b"note")).await;
    let keys = server.cli(&["KEYS", "*"]);
    assert_eq!(keys.lines().count(), 3, "{keys}");
    for key in keys.lines() {
        let time = server.cli(&["PTTL", key]).parse::<u64>().unwrap();
        assert!(time <= 60 * 24 * 60 * 60 * 1000, "{key}: {time}");
    }
    held.release().await;
    let short = lease(&store, Duration::ZERO).await;
    wait_until("it ends at once", || server.cli(&["KEYS", "*lease*"]).is_empty());
    short.release().await;
}
