//! Tests the cache lock alone: which holders it waits for, which locks it takes over, and how it reacts to a broken
//! lock.

use std::fs::{self, File, FileTimes};
use std::path::Path;
use std::time::Duration;

use tokcache_core::store::{Saved, StoreError};
use tokcache_file::LocalStore;

use crate::cache::{Cache, PATIENCE, adding, dead_pid, document, loaded, wall_clock};
use crate::support::put;

/// Returns how long an update had to wait for an existing lock file.
fn wait_for_lock(content: &str, age: Duration) -> Result<Duration, StoreError> {
    let cache = Cache::new();
    put(&cache.lockfile(), content);
    make_older(&cache.lockfile(), age);
    let (store, clock) = cache.patient_store();
    let outcome = store.update(&mut |bytes| adding("one", bytes));
    if outcome.is_err() {
        assert_eq!(fs::read_to_string(cache.lockfile()).unwrap(), content, "a lock that is held was touched");
        assert_eq!(cache.names(), ["cache.json.lockfile"]);
    } else {
        assert_eq!(loaded(&store).unwrap(), ["one"]);
        assert_eq!(cache.names(), ["cache.json"]);
    }
    outcome.map(|_| clock.slept())
}

fn make_older(path: &Path, age: Duration) {
    let times = FileTimes::new().set_modified(wall_clock() - age);
    File::options().write(true).open(path).unwrap().set_times(times).unwrap();
}

const NOW: Duration = Duration::ZERO;
const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn the_lock_of_a_dead_tokcache_is_taken_over_at_once() {
    assert_eq!(wait_for_lock(&format!("{} tokcache", dead_pid()), NOW).unwrap(), Duration::ZERO);
}

#[test]
fn a_tokcache_without_its_flock_is_dead_whoever_has_its_number_now() {
    assert_eq!(wait_for_lock(&format!("{} tokcache", std::process::id()), NOW).unwrap(), Duration::ZERO);
}

#[test]
fn the_lock_of_a_dead_neighbour_is_taken_over_after_a_second() {
    for content in [format!("{} python", dead_pid()), format!("{{{}}} {{/go}}", dead_pid()), dead_pid().to_string()] {
        let waited = wait_for_lock(&content, NOW).unwrap();
        assert!((1000..1100).contains(&waited.as_millis()), "{content}: {waited:?}");
    }
}

#[test]
fn the_lock_of_a_living_neighbour_is_waited_for_and_never_broken() {
    let content = format!("{} /usr/bin/az", std::process::id());
    let error = wait_for_lock(&content, NOW).unwrap_err();
    let told = error.to_string();
    assert!(told.contains(&format!("/usr/bin/az (process {})", std::process::id())), "{told}");
    let StoreError::Busy { waited, .. } = error else { panic!("{error:?}") };
    assert!(waited >= PATIENCE);
}

#[test]
#[cfg(target_os = "linux")]
fn a_process_younger_than_the_lock_is_not_its_holder() {
    let waited = wait_for_lock(&format!("{} python", std::process::id()), HOUR).unwrap();
    assert!((1000..1100).contains(&waited.as_millis()), "{waited:?}");
}

/// Tries everything that a killed process of each kind can leave behind.
#[test]
fn whatever_a_dead_holder_has_left_costs_two_seconds_at_most() {
    let pid = dead_pid();
    let own = std::process::id();
    let contents = [
        ("tokcache", format!("{pid} tokcache")),
        ("tokcache, its number in use again", format!("{own} tokcache")),
        ("tokcache, killed while it took over a longer one", format!("{pid} tokcachein/python3 -m azure.cli")),
        ("MSAL Python", format!("{pid} /opt/az/bin/python3")),
        ("MSAL Python with portalocker", String::new()),
        ("MSAL Node", pid.to_string()),
        ("MSAL Go", format!("{{{pid}}} {{/usr/bin/tool}}")),
        ("MSAL .NET", format!("\u{feff}{pid} pwsh\r\n")),
    ];
    for (kind, content) in contents {
        let waited = wait_for_lock(&content, NOW).unwrap();
        assert!(waited <= Duration::from_secs(2), "{kind}: {waited:?}");
    }
}

#[test]
fn a_lock_that_nobody_understands_is_taken_over_once_it_is_a_minute_old() {
    let waited = wait_for_lock("???", HOUR).unwrap();
    assert!((1000..1100).contains(&waited.as_millis()), "{waited:?}");
    let waited = wait_for_lock("???", Duration::from_secs(50)).unwrap();
    assert!((8_000..12_000).contains(&waited.as_millis()), "{waited:?}");
}

#[test]
fn whoever_holds_the_flock_holds_the_lock() {
    let cache = Cache::new();
    put(&cache.lockfile(), format!("{} tokcache", dead_pid()));
    let file = File::open(cache.lockfile()).unwrap();
    file.lock().unwrap();
    let (store, _) = cache.patient_store();
    let outcome = store.update(&mut |bytes| adding("one", bytes));
    assert!(matches!(outcome, Err(StoreError::Busy { .. })), "{outcome:?}");
    assert_eq!(store.describe().lock_holder, None, "the number in it is a dead one");
    // Unlocked, not closed: a child that another test is starting has the file open, too.
    file.unlock().unwrap();
    assert_eq!(store.update(&mut |bytes| adding("one", bytes)).unwrap(), Saved::Written);
}

#[test]
fn the_lock_is_there_during_a_change_and_gone_after_it() {
    let cache = Cache::new();
    let store = cache.store();
    store
        .update(&mut |bytes| {
            let content = fs::read_to_string(cache.lockfile()).unwrap();
            assert_eq!(content, format!("{} tokcache", std::process::id()));
            let holder = store.describe().lock_holder.unwrap();
            assert_eq!(holder.to_string(), format!("tokcache (process {})", std::process::id()));
            assert!(File::open(cache.lockfile()).unwrap().try_lock().is_err(), "flock-based programs would enter");
            adding("one", bytes)
        })
        .unwrap();
    assert_eq!(cache.names(), ["cache.json"]);
}

#[test]
fn a_change_is_made_again_when_the_lock_was_taken_away_meanwhile() {
    let cache = Cache::holding(&document(&["theirs"]));
    let mut seen = Vec::new();
    let saved = cache.store().update(&mut |bytes| {
        seen.push(bytes.unwrap().to_vec());
        if seen.len() == 1 {
            fs::remove_file(cache.lockfile()).unwrap();
        }
        adding("ours", bytes)
    });
    assert_ne!(saved.unwrap(), Saved::Unchanged);
    assert_eq!(seen.len(), 2);
    assert_eq!(loaded(&cache.store()).unwrap(), ["theirs", "ours"]);
    assert_eq!(cache.names(), ["cache.json"]);
}

#[test]
fn a_lock_that_somebody_else_made_meanwhile_is_not_unlinked() {
    let cache = Cache::new();
    let theirs = format!("{} python", std::process::id());
    let (store, _) = cache.patient_store();
    let mut turns = 0;
    let outcome = store.update(&mut |bytes| {
        turns += 1;
        assert_eq!(turns, 1, "their lock was broken");
        fs::remove_file(cache.lockfile()).unwrap();
        put(&cache.lockfile(), &theirs);
        adding("ours", bytes)
    });
    assert!(matches!(outcome, Err(StoreError::Busy { .. })), "{outcome:?}");
    assert_eq!(fs::read_to_string(cache.lockfile()).unwrap(), theirs);
}

#[test]
fn a_change_is_made_again_when_the_file_was_written_in_spite_of_the_lock() {
    let cache = Cache::holding(&document(&["one"]));
    let mut turns = 0;
    cache
        .store()
        .update(&mut |bytes| {
            turns += 1;
            if turns == 1 {
                put(&cache.path, document(&["one", "lawless"]));
            }
            adding("ours", bytes)
        })
        .unwrap();
    assert_eq!(loaded(&cache.store()).unwrap(), ["one", "lawless", "ours"]);
}
