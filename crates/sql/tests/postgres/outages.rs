use std::cell::RefCell;
use std::time::Duration;

use pollster::FutureExt as _;
use tokcache_core::store::{Partition, Store};
use tokcache_sql::DatabaseErrorKind::{ConnectionLost, ReadOnly, ShuttingDown, TimedOut, Unreachable};
use tokcache_sql::{PostgresSettings, PostgresStore};
use tokcache_testing::servers::{PgBouncer, PostgresServer};

use crate::support::{alice, kind, outage, postgres, put, sign_in};

const BOUND: Duration = Duration::from_secs(3);

fn hasty(url: &str) -> PostgresStore {
    let settings = PostgresSettings::parse(url).unwrap();
    let time = Duration::from_millis(500);
    PostgresStore::new(settings.connect_timeout(time).statement_timeout(time)).unwrap()
}

#[test]
fn a_server_that_is_stopped_is_no_miss() {
    let server = RefCell::new(PostgresServer::start());
    let store = postgres(&server.borrow().url());
    let (begin, end) = (|| server.borrow_mut().stop(), || server.borrow_mut().restart());
    outage::is_no_miss(&store, &[Unreachable], BOUND, begin, end);
}

#[test]
fn a_server_that_has_crashed_is_no_miss() {
    let server = RefCell::new(PostgresServer::start());
    let store = postgres(&server.borrow().url());
    let (begin, end) = (|| server.borrow_mut().kill(), || server.borrow_mut().restart());
    outage::is_no_miss(&store, &[Unreachable], BOUND, begin, end);
}

#[test]
fn a_server_that_does_not_answer_is_no_miss() {
    let server = RefCell::new(PostgresServer::start());
    let store = hasty(&server.borrow().url());
    let (begin, end) = (|| server.borrow_mut().suspend(), || server.borrow_mut().resume());
    outage::is_no_miss(&store, &[TimedOut], BOUND, begin, end);
}

#[test]
fn a_server_that_only_reads_is_an_error_until_it_writes_again() {
    let server = PostgresServer::start();
    let store = postgres(&server.url());
    sign_in(&store);
    let read_only = |value| {
        server.sql(&format!("ALTER SYSTEM SET default_transaction_read_only = {value}"));
        server.sql("SELECT pg_reload_conf()");
    };
    read_only("on");
    // The server takes a moment, so what is removed here must not be missed.
    let other = Partition::named("other");
    crate::support::failures::eventually("the server is read-only", || {
        store.remove(&other).block_on().is_err_and(|error| kind(&error) == (ReadOnly, true))
    });
    assert!(store.load(&alice()).block_on().unwrap().is_some());
    server.sql("SET default_transaction_read_only = off; ALTER SYSTEM RESET default_transaction_read_only");
    server.sql("SELECT pg_reload_conf()");
    crate::support::failures::eventually("the server writes", || store.remove(&alice()).block_on().is_ok());
}

/// The server restarts between two calls, and no call fails.
#[test]
fn connections_that_ended_are_made_again() {
    let mut server = PostgresServer::start();
    let store = postgres(&server.url());
    put(&store, &alice(), b"one");
    server.stop();
    server.restart();
    put(&store, &alice(), b"two");
    server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tokcache'");
    assert_eq!(store.load(&alice()).block_on().unwrap().unwrap().bytes.as_slice(), b"two");
}

/// A statement that waits for a lock is not mistaken for one whose server is gone. It is also cancelled at the server.
#[test]
fn a_statement_that_takes_too_long_is_cancelled() {
    let server = PostgresServer::start();
    let store = hasty(&server.url());
    put(&store, &alice(), b"one");
    let locked = std::thread::scope(|scope| {
        scope.spawn(|| server.sql("BEGIN; LOCK TABLE tokcache_document; SELECT pg_sleep(2); COMMIT"));
        crate::support::sleep(Duration::from_millis(500));
        let locked = store.load(&alice()).block_on().map(drop).unwrap_err();
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tokcache' AND state = 'active'";
        crate::support::failures::eventually("the statement is cancelled", || server.sql(waiting) == "0");
        locked
    });
    assert_eq!(kind(&locked), (TimedOut, true));
    assert!(store.load(&alice()).block_on().unwrap().is_some());
}

#[test]
fn a_pooler_that_is_stopped_or_has_lost_its_server_is_no_miss() {
    let server = RefCell::new(PostgresServer::start());
    let pooler = RefCell::new(PgBouncer::start(&server.borrow()));
    let store = hasty(&pooler.borrow().url());
    // PgBouncer answers a waiting client only after its own time limit.
    let kinds = [ConnectionLost, ShuttingDown, TimedOut, Unreachable];
    outage::is_no_miss(
        &store,
        &kinds,
        BOUND,
        || server.borrow_mut().stop(),
        || {
            server.borrow_mut().restart();
            // PgBouncer connects again after a second.
            crate::support::failures::eventually("the pooler has its server again", || {
                store.load(&alice()).block_on().is_ok()
            });
        },
    );
    let (begin, end) = (|| pooler.borrow_mut().stop(), || pooler.borrow_mut().restart());
    outage::is_no_miss(&store, &[Unreachable], BOUND, begin, end);
}
