//! The store on PostgreSQL, directly and behind PgBouncer.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

#[path = "../support/mod.rs"]
mod support;

mod connections;
mod outages;
mod schema;

use std::sync::atomic::{AtomicUsize, Ordering};

use tokcache_core::time::SystemClock;
use tokcache_sql::PostgresStore;
use tokcache_testing::contract::{self, Kind};
use tokcache_testing::servers::{PgBouncer, PostgresServer};

use support::failures::failures;
use support::{herd, listing, postgres};

fn new_server() -> (PostgresServer, String) {
    let server = PostgresServer::start();
    let url = server.url();
    (server, url)
}

/// Starts a server and a pooler in front of it, and returns both and the pooler's URL.
fn new_pooler() -> ((PgBouncer, PostgresServer), String) {
    let server = PostgresServer::start();
    let pooler = PgBouncer::start(&server);
    let url = pooler.url();
    ((pooler, server), url)
}

/// Runs the tests of the contract, each on a new database.
fn check(server: &PostgresServer, url: &str) {
    let made = AtomicUsize::new(0);
    let next = || -> PostgresStore {
        let name = format!("tokens{}", made.fetch_add(1, Ordering::Relaxed));
        server.sql(&format!("CREATE DATABASE {name}"));
        postgres(&url.replace("/postgres", &format!("/{name}")))
    };
    contract::check(Kind::default(), next);
    contract::a_lease_that_is_not_renewed_ends(&next(), &SystemClock::new());
}

#[test]
fn postgres_keeps_the_contract() {
    let (server, url) = new_server();
    check(&server, &url);
}

#[test]
fn postgres_behind_a_pooler_keeps_the_contract() {
    let ((_pooler, server), url) = new_pooler();
    check(&server, &url);
}

/// The statements do not rely on the default isolation level.
#[test]
fn serializable_postgres_keeps_the_contract() {
    let server = PostgresServer::start_with(&["default_transaction_isolation=serializable"]);
    check(&server, &server.url());
}

mod direct {
    use super::*;
    failures!(new_server());
}

mod behind_a_pooler {
    use super::*;
    failures!(new_pooler());
}

#[test]
fn thirty_processes_make_one_request() {
    let (_server, url) = new_server();
    herd::thirty_processes_make_one_request(&url);
}

#[test]
fn thirty_processes_behind_a_pooler_make_one_request() {
    let (_servers, url) = new_pooler();
    herd::thirty_processes_make_one_request(&url);
}

#[test]
fn twenty_processes_make_one_schema() {
    let ((_pooler, server), url) = new_pooler();
    herd::twenty_processes_make_one_schema(&url);
    assert_eq!(server.sql("SELECT version FROM tokcache_migration"), "1");
}

#[test]
fn prefixes_are_compared_by_their_characters() {
    let (_server, url) = new_server();
    listing::prefixes_are_compared_by_their_characters(&postgres(&url));
}

#[test]
fn users_are_listed_by_name() {
    let (_server, url) = new_server();
    listing::users_are_listed_by_name(&postgres(&url));
}

#[test]
fn what_is_over_counts_as_absent() {
    let (server, url) = new_server();
    let store = postgres(&url);
    listing::what_is_over_counts_as_absent(&store);
    let lease = "INSERT INTO tokcache_lease (partition, credential, owner, fence, expires_at) VALUES
                 ('a', 'old', 1, 1, now() - interval '25 hours'), ('a', 'new', 1, 2, now() - interval '23 hours')";
    server.sql(lease);
    assert_eq!(listing::Listing::purge_expired(&store), 1);
    assert_eq!(server.sql("SELECT credential FROM tokcache_lease"), "new");
}

#[test]
fn a_huge_or_damaged_document_is_its_own_concern() {
    let (_server, url) = new_server();
    listing::a_huge_or_damaged_document_is_its_own_concern(&postgres(&url));
}

#[test]
fn a_hundred_thousand_documents_are_paged_by_an_index() {
    let server =
        PostgresServer::start_with(&["shared_preload_libraries=auto_explain", "auto_explain.log_min_duration=0"]);
    let store = postgres(&server.url());
    pollster::block_on(store.connect()).unwrap();
    server.sql(
        "INSERT INTO tokcache_document (partition, username, revision, document)
         SELECT CASE number % 2 WHEN 0 THEN 'even.' ELSE 'odd.' END || number, 'user' || number, number,
                convert_to(repeat('x', 1000), 'UTF8')
         FROM generate_series(0, 99999) AS number",
    );
    server.sql("ANALYZE tokcache_document");
    listing::a_hundred_thousand_documents_are_paged(&store);

    let log = server.log();
    let plans: Vec<&str> =
        log.split("Query Text: SELECT ").skip(1).filter(|plan| plan.contains("LIMIT 1000")).collect();
    let [partitions, users] = ["partition FROM", "username, partition FROM"].map(|start| {
        let mut plans: Vec<&str> = plans.iter().filter(|plan| plan.starts_with(start)).copied().collect();
        (plans.len(), plans.swap_remove(0))
    });
    assert_eq!((partitions.0, users.0), (51, 13));
    for plan in plans {
        let plan = plan.split("LOG:").next().unwrap();
        // PostgreSQL may read the last page by a bitmap, and sort it.
        let is_short = plan.contains("Bitmap Index Scan on tokcache_document_");
        assert!(is_short || plan.contains("Index Scan using tokcache_document_"), "{plan}");
        assert!(!plan.contains("Seq Scan") && (is_short || !plan.contains("Sort")), "{plan}");
    }
    assert!(partitions.1.contains("tokcache_document_pkey") && users.1.contains("tokcache_document_username"));
}
