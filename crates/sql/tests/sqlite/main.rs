//! The store on SQLite.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

#[path = "../support/mod.rs"]
mod support;

mod durable;
mod files;
mod outages;

use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;
use tokcache_core::time::SystemClock;
use tokcache_sql::{SqliteSettings, SqliteStore};
use tokcache_testing::contract::{self, Kind};

use support::failures::failures;
use support::{herd, listing};

/// Returns a new folder, which is deleted when it is dropped, and the URL of a file in it.
fn new_file() -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite:{}", folder.path().join("tokens.db").display());
    (folder, url)
}

fn store(url: &str) -> SqliteStore {
    SqliteStore::new(SqliteSettings::parse(url).unwrap()).unwrap()
}

#[test]
fn sqlite_keeps_the_contract() {
    let folder = TempDir::new().unwrap();
    let made = AtomicUsize::new(0);
    let next = || folder.path().join(format!("{}.db", made.fetch_add(1, Ordering::Relaxed)));
    let store = || SqliteStore::new(SqliteSettings::new(next())).unwrap();
    contract::check(Kind::default(), store);
    contract::a_lease_that_is_not_renewed_ends(&store(), &SystemClock::new());
}

failures!(new_file());

#[test]
fn thirty_processes_make_one_request() {
    let (_folder, url) = new_file();
    herd::thirty_processes_make_one_request(&url);
}

#[test]
fn twenty_processes_make_one_schema() {
    let (_folder, url) = new_file();
    herd::twenty_processes_make_one_schema(&url);
    let path = url.strip_prefix("sqlite:").unwrap();
    let database = rusqlite::Connection::open(path).unwrap();
    let count = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM tokcache_migration"), 1);
}

#[test]
fn prefixes_are_compared_by_their_characters() {
    let (_folder, url) = new_file();
    listing::prefixes_are_compared_by_their_characters(&store(&url));
}

#[test]
fn users_are_listed_by_name() {
    let (_folder, url) = new_file();
    listing::users_are_listed_by_name(&store(&url));
}

#[test]
fn what_is_over_counts_as_absent() {
    let (_folder, url) = new_file();
    listing::what_is_over_counts_as_absent(&store(&url));
}

#[test]
fn a_huge_or_damaged_document_is_its_own_concern() {
    let (_folder, url) = new_file();
    listing::a_huge_or_damaged_document_is_its_own_concern(&store(&url));
}

#[test]
fn a_hundred_thousand_documents_are_paged() {
    let (_folder, url) = new_file();
    let store = store(&url);
    pollster::block_on(store.connect()).unwrap();
    let database = rusqlite::Connection::open(url.strip_prefix("sqlite:").unwrap()).unwrap();
    let fill = "WITH RECURSIVE numbers (number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM numbers LIMIT 100000)
         INSERT INTO tokcache_document (partition, username, revision, document)
         SELECT iif(number % 2, 'odd.', 'even.') || number, 'user' || number, number, zeroblob(1000) FROM numbers";
    database.execute(fill, []).unwrap();
    listing::a_hundred_thousand_documents_are_paged(&store);
}
