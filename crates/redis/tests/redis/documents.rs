//! The value under the key of a document, and its expiry.

use std::time::Duration;

use tokcache_core::store::{Partition, Replaced, Replacement, Store as _, StoreError};
use tokcache_core::time::{Clock as _, SystemClock, Timestamp};
use tokcache_redis::{ErrorKind, RedisStore};
use tokcache_testing::servers::{RedisOptions, RedisServer};

use crate::{alice, fails, open, put, settings, text};

const DAY: i64 = 24 * 60 * 60;

#[tokio::test]
async fn the_value_is_the_document_and_there_is_no_other_key() {
    let server = RedisServer::start(RedisOptions::default());
    let store = open(&server.url());
    put(&store, None, b"{\"AccessToken\": {}}").await.unwrap();
    assert_eq!(server.cli(&["KEYS", "*"]), "msal:alice");
    assert_eq!(server.cli(&["GET", "msal:alice"]), "{\"AccessToken\": {}}");
}

#[tokio::test]
async fn a_blind_write_of_another_program_is_noticed() {
    let server = RedisServer::start(RedisOptions::default());
    let store = open(&server.url());
    let seen = put(&store, None, b"ours").await.unwrap();
    assert_eq!(store.revision(&alice()).await, Some(seen));
    server.cli(&["SET", "msal:alice", "theirs"]);
    assert_ne!(store.revision(&alice()).await, Some(seen));
    let replacement = Replacement { expected: Some(seen), bytes: b"newer", keep_until: None, fence: None };
    assert_eq!(store.replace(&alice(), replacement).await.unwrap(), Replaced::Conflict);
    assert_eq!(text(&store).await.as_deref(), Some("theirs"));
}

/// The client repeats the command because the answer was lost.
#[tokio::test]
async fn a_save_that_is_repeated_is_saved_once() {
    let server = RedisServer::start(RedisOptions::default());
    let store = open(&server.url());
    let first = put(&store, None, b"first").await.unwrap();
    let second = put(&store, Some(first), b"second").await.unwrap();
    assert_eq!(put(&store, Some(first), b"second").await.unwrap(), second);
}

#[tokio::test]
async fn a_document_is_kept_for_as_long_as_it_says() {
    let server = RedisServer::start(RedisOptions::default());
    let store = open(&server.url());
    let Timestamp(now) = SystemClock::new().now();
    let save = async |keep_until| {
        let expected = store.load(&alice()).await.unwrap().map(|loaded| loaded.revision);
        let bytes = format!("{keep_until:?}");
        let replacement = Replacement { expected, bytes: bytes.as_bytes(), keep_until, fence: None };
        store.replace(&alice(), replacement).await.unwrap();
        server.cli(&["EXPIRETIME", "msal:alice"]).parse::<i64>().unwrap()
    };
    assert_eq!(save(Some(Timestamp(now + 3600))).await, now + 3600);
    let idle = save(None).await - now;
    assert!((90 * DAY..90 * DAY + 5).contains(&idle), "{idle}");
    assert_eq!(save(Some(Timestamp(i64::MAX))).await, 253_402_300_799);
    // A document whose time is over is removed.
    assert_eq!(save(Some(Timestamp(0))).await, -2);
    assert_eq!(text(&store).await, None);
}

#[tokio::test]
async fn the_idle_time_can_be_set_and_a_read_does_not_begin_it_anew() {
    let server = RedisServer::start(RedisOptions::default());
    let kept = |idle_time| RedisStore::open(settings(&server.url()).idle_time(idle_time)).unwrap();
    let expiry = || server.cli(&["PTTL", "msal:alice"]).parse::<i64>().unwrap();

    let store = kept(Some(Duration::from_secs(100)));
    let first = put(&store, None, b"first").await.unwrap();
    server.cli(&["PEXPIRE", "msal:alice", "50000"]);
    server.take_commands();
    store.load(&alice()).await.unwrap();
    assert!(expiry() <= 50_000);
    assert_eq!(server.take_commands().keys().collect::<Vec<_>>(), ["get", "pttl"], "a read does not write");
    let second = put(&store, Some(first), b"second").await.unwrap();
    assert!((99_000..=100_000).contains(&expiry()));

    put(&kept(None), Some(second), b"third").await.unwrap();
    assert_eq!(expiry(), -1, "there is no time any more");
}

#[tokio::test]
async fn an_unnamed_partition_and_names_with_braces_work() {
    let server = RedisServer::start(RedisOptions::default());
    for prefix in ["", "one:", "{two}:"] {
        let store = RedisStore::open(settings(&server.url()).prefix(prefix)).unwrap();
        for name in ["", "a}b", "{}", "ä *?"] {
            let (partition, bytes) = (Partition::named(name), format!("{prefix}/{name}"));
            let replacement = Replacement { expected: None, bytes: bytes.as_bytes(), keep_until: None, fence: None };
            assert!(matches!(store.replace(&partition, replacement).await, Ok(Replaced::Saved(_))));
            assert_eq!(server.cli(&["GET", &format!("{prefix}{name}")]), bytes);
        }
    }
    let store = open(&server.url());
    let error = store.load(&Partition::named("#tokcache:lease")).await.err().unwrap();
    assert!(!error.is_retryable(), "{error}");
}

#[tokio::test]
async fn a_value_that_is_not_a_string_is_an_error_and_stays() {
    let server = RedisServer::start(RedisOptions::default());
    let store = open(&server.url());
    server.cli(&["LPUSH", "msal:alice", "one"]);
    fails(store.load(&alice()), ErrorKind::Server, &server.url()).await;
    let error: StoreError = put(&store, None, b"{}").await.unwrap_err();
    assert!(!error.is_retryable(), "{error}");
    assert_eq!(server.cli(&["LRANGE", "msal:alice", "0", "-1"]), "one");
}
