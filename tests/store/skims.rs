//! Tests documents that are inspected while they are read.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::time::Duration;

use tokcache_core::secret::Window;
use tokcache_core::store::MemoryStore;
use tokcache_file::LocalStore;

use crate::cache::{Cache, replacing, wall_clock};
use crate::support::put;

/// Larger than the part that is in memory at once.
const LARGE: usize = 1_000_000;

/// Returns the inspected bytes, and whether they count.
fn skimmed(store: &dyn LocalStore) -> (Vec<u8>, bool) {
    let mut seen = Vec::new();
    let counts = store.scan(&mut |window| seen = all(window)).is_some();
    (seen, counts)
}

fn all(window: &mut Window<'_>) -> Vec<u8> {
    let mut seen = window.text().to_vec();
    while !window.is_last() {
        window.pass(window.text().len());
        window.read_on().unwrap();
        seen.extend_from_slice(window.text());
    }
    seen
}

#[test]
fn a_file_is_seen_to_its_end() {
    for size in [1, 4096, LARGE] {
        let document: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
        assert_eq!(skimmed(&Cache::holding(&document).store()), (document, true));
    }
}

#[test]
fn where_there_is_no_file_nothing_was_seen() {
    assert_eq!(skimmed(&Cache::new().store()), (Vec::new(), false));
}

#[test]
fn what_is_written_meanwhile_does_not_count() {
    let writes: [fn(&Cache); 4] = [
        |cache| put(&cache.path, b"shorter"),
        |cache| put(&cache.path, vec![b'l'; LARGE + 1]),
        |cache| File::options().write(true).open(&cache.path).unwrap().write_all_at(b"in place", 0).unwrap(),
        |cache| {
            cache.store().update(&mut |_| replacing(b"saved")).unwrap();
        },
    ];
    for write in writes {
        let cache = Cache::holding(&vec![b'a'; LARGE]);
        let an_hour_ago = wall_clock() - Duration::from_secs(3600);
        File::options().write(true).open(&cache.path).unwrap().set_modified(an_hour_ago).unwrap();
        let counts = cache.store().scan(&mut |window| {
            write(&cache);
            all(window);
        });
        assert_eq!(counts, None);
    }
}

#[test]
fn another_store_shows_nothing_this_way() {
    let store = MemoryStore::default();
    store.update(&mut |_| replacing(b"document")).unwrap();
    assert_eq!(skimmed(&store), (Vec::new(), false));
}
