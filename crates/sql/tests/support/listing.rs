//! Lists of partitions and of users, and what expires.

use std::time::{Duration, Instant};

use pollster::FutureExt as _;
use tokcache_core::store::{Partition, Replaced, Replacement, Store};
use tokcache_core::time::{Clock as _, SystemClock, Timestamp};
use tokcache_sql::{ListedUser, PostgresStore, SqliteStore};

use super::put;

/// The methods that both stores have in addition to the contract.
pub(crate) trait Listing: Store {
    fn users(&self, prefix: &str, after: Option<&ListedUser>) -> Vec<ListedUser>;
    fn purge_expired(&self) -> u64;
}

macro_rules! listing {
    ($($store:ty),*) => {
        $(impl Listing for $store {
            fn users(&self, prefix: &str, after: Option<&ListedUser>) -> Vec<ListedUser> {
                self.users(prefix, after).block_on().unwrap()
            }

            fn purge_expired(&self) -> u64 {
                self.purge_expired().block_on().unwrap()
            }
        })*
    };
}
listing!(PostgresStore, SqliteStore);

/// Names that a pattern, a word or a number would sort or match in another way.
const NAMES: [&str; 10] = ["", "%", "_", "a", "a%", "a%b", "aXb", "a_b", "a\u{10ffff}", "a\u{10ffff}\u{10ffff}z"];

pub(crate) fn prefixes_are_compared_by_their_characters(store: &dyn Store) {
    for name in NAMES {
        put(store, &Partition::named(name), b"{}");
    }
    for prefix in ["", "%", "a", "a%", "a_", "a\u{10ffff}", "b"] {
        let wanted: Vec<_> =
            NAMES.iter().filter(|name| name.starts_with(prefix)).map(|&name| name.to_owned()).collect();
        let mut wanted: Vec<Partition> = wanted.into_iter().map(Partition::named).collect();
        wanted.sort();
        assert_eq!(store.partitions(prefix, None).block_on().unwrap(), wanted, "{prefix:?}");
        for (at, last) in wanted.iter().enumerate() {
            assert_eq!(store.partitions(prefix, Some(last)).block_on().unwrap(), wanted[at + 1..], "{prefix:?}");
        }
        let before = Partition::named("");
        let all = store.partitions(prefix, Some(&before)).block_on().unwrap();
        assert_eq!(all, wanted.iter().filter(|name| **name > before).cloned().collect::<Vec<_>>(), "{prefix:?}");
    }
}

/// The document of a user, as MSAL writes it.
fn document(username: &str) -> Vec<u8> {
    let account =
        format!(r#"{{"home_account_id": "a.t", "environment": "idp.example.com", "username": "{username}"}}"#);
    format!(r#"{{"Account": {{"a": {account}}}}}"#).into_bytes()
}

pub(crate) fn users_are_listed_by_name(store: &dyn Listing) {
    for (partition, name) in [("p3", "Bob@x"), ("p1", "alice@x"), ("p2", "ALICE@x"), ("p4", "carol@x")] {
        put(store, &Partition::named(partition), &document(name));
    }
    put(store, &Partition::named("p5"), b"\x00encrypted");
    put(store, &Partition::named("p6"), b"{\"Account\": damaged");
    put(store, &Partition::named("p4"), &document("dave@x"));
    let users = |prefix, after: Option<&ListedUser>| store.users(prefix, after);
    let listed = |users: Vec<ListedUser>| -> Vec<(String, String)> {
        users.into_iter().map(|user| (user.username, user.partition.to_string())).collect()
    };
    let named = |users: &[(&str, &str)]| -> Vec<(String, String)> {
        users.iter().map(|(name, partition)| ((*name).to_owned(), (*partition).to_owned())).collect()
    };
    let all = named(&[("alice@x", "p1"), ("alice@x", "p2"), ("bob@x", "p3"), ("dave@x", "p4")]);
    assert_eq!(listed(users("", None)), all);
    assert_eq!(listed(users("Alice@X", None)), all[..2]);
    assert_eq!(listed(users("al_ce", None)), []);
    let first = users("", None).swap_remove(0);
    assert_eq!(listed(users("", Some(&first))), all[1..]);
    assert_eq!(listed(users("a", Some(&first))), all[1..2]);
    assert_eq!(listed(users("b", Some(&first))), all[2..3]);
}

fn put_until(store: &dyn Store, name: &str, keep_until: i64) -> Replaced {
    let replacement =
        Replacement { expected: None, bytes: b"{}", keep_until: Some(Timestamp(keep_until)), fence: None };
    store.replace(&Partition::named(name), replacement).block_on().unwrap()
}

pub(crate) fn what_is_over_counts_as_absent(store: &dyn Listing) {
    let now = SystemClock::new().now();
    for (name, keep_until) in [("never", i64::MAX), ("later", now.0 + 3600), ("over", now.0 - 1), ("long over", 0)] {
        assert!(matches!(put_until(store, name, keep_until), Replaced::Saved(_)));
    }
    let listed = || store.partitions("", None).block_on().unwrap();
    assert_eq!(listed(), ["later", "never"].map(Partition::named));
    for name in ["over", "long over"] {
        assert!(store.load(&Partition::named(name)).block_on().unwrap().is_none(), "{name}");
    }
    assert_eq!(put_until(store, "later", i64::MAX), Replaced::Conflict);
    assert!(matches!(put_until(store, "over", now.0 + 3600), Replaced::Saved(_)), "its place is free");
    assert_eq!(listed(), ["later", "never", "over"].map(Partition::named));
    // One save in many purges, too, and may have been faster.
    let has_purged = (0..20).any(|_| {
        put_until(store, "over again", now.0 - 1);
        store.purge_expired() > 0
    });
    assert!(has_purged);
    assert_eq!(store.purge_expired(), 0);
    assert_eq!(listed().len(), 3);
}

/// One document has 40 MB, and another is damaged.
pub(crate) fn a_huge_or_damaged_document_is_its_own_concern(store: &dyn Listing) {
    let [huge, damaged, small] = ["huge", "damaged", "small"].map(Partition::named);
    let bytes: Vec<u8> = (0..40 << 20).map(|at: u32| at.to_le_bytes()[0]).collect();
    put(store, &huge, &bytes);
    put(store, &damaged, b"\xff\x00{\"half");
    put(store, &small, &document("alice@x"));
    let load = |partition| store.load(partition).block_on().unwrap().unwrap().bytes;
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| load(&huge));
        let start = Instant::now();
        assert_eq!(*load(&small), document("alice@x"));
        assert_eq!(*load(&damaged), b"\xff\x00{\"half");
        assert_eq!(store.partitions("", None).block_on().unwrap().len(), 3);
        assert_eq!(store.users("", None).len(), 1);
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
        assert!(*slow.join().unwrap() == bytes);
    });
}

/// Pages through 100,000 documents, of which half have the prefix.
pub(crate) fn a_hundred_thousand_documents_are_paged(store: &dyn Listing) {
    let start = Instant::now();
    let (mut all, mut pages): (Vec<Partition>, usize) = (Vec::new(), 0);
    loop {
        let page = store.partitions("even.", all.last()).block_on().unwrap();
        if page.is_empty() {
            break;
        }
        all.extend(page);
        pages += 1;
    }
    assert_eq!((all.len(), pages), (50_000, 50));
    assert!(all.is_sorted() && all.iter().all(|name| name.as_str().starts_with("even.")));
    let mut users: Vec<ListedUser> = Vec::new();
    loop {
        let page = store.users("user9", users.last());
        if page.is_empty() {
            break;
        }
        users.extend(page);
    }
    assert_eq!(users.len(), 11_111, "9, 90 to 99, 900 to 999, …");
    assert!(users.is_sorted());
    // A page takes less than 2 ms by the index, and more than 20 ms without it.
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}
