//! Tests the modes, times, links and leftovers of the cache file.

use std::fs::{self, File, FileTimes};
use std::time::Duration;

use tokcache_core::store::StoreError;
use tokcache_file::LocalStore;

use crate::cache::{Cache, Wait, adding, document, file_store, lease_in_time, loaded, wall_clock};
use crate::support::put;

fn add(cache: &Cache, line: &str) {
    cache.store().update(&mut |bytes| adding(line, bytes)).unwrap();
}

#[test]
fn every_save_is_later_than_the_one_before() {
    let cache = Cache::new();
    let mut last = std::time::SystemTime::UNIX_EPOCH;
    for turn in 0..50 {
        add(&cache, &turn.to_string());
        let modified = fs::metadata(&cache.path).unwrap().modified().unwrap();
        assert!(modified > last, "turn {turn}");
        last = modified;
    }
}

#[test]
fn a_save_is_later_than_the_change_that_it_saves() {
    let cache = Cache::new();
    for turn in 0..50 {
        let mut changed = wall_clock();
        let store = cache.store();
        store
            .update(&mut |bytes| {
                changed = wall_clock();
                adding(&turn.to_string(), bytes)
            })
            .unwrap();
        let modified = fs::metadata(&cache.path).unwrap().modified().unwrap();
        assert!(modified > changed, "turn {turn}: the kernel's stamp, a tick old, was left");
    }
}

#[test]
fn a_save_is_later_even_than_a_time_in_the_future() {
    let cache = Cache::holding(&document(&["one"]));
    let tomorrow = wall_clock() + Duration::from_secs(86_400);
    File::options().write(true).open(&cache.path).unwrap().set_times(FileTimes::new().set_modified(tomorrow)).unwrap();
    add(&cache, "two");
    assert!(fs::metadata(&cache.path).unwrap().modified().unwrap() > tomorrow);
}

#[test]
fn litter_is_swept_when_saving_and_nothing_else_is() {
    let cache = Cache::new();
    let others = [".tokcache-other.json-abc123", ".tokcache-cache.json-notes.txt", "cache.json.refresh-notes"];
    for name in others {
        put(&cache.folder.path().join(name), "");
    }
    let lease = lease_in_time(&cache.store(), &mut |_| Wait::More);
    let with_lease = cache.names();
    let dead_lease = "cache.json.refresh-0123456789abcdef";
    put(&cache.folder.path().join(".tokcache-cache.json-abc123"), "secret");
    put(&cache.folder.path().join(dead_lease), format!("{} tokcache", crate::cache::dead_pid()));
    add(&cache, "one");
    let mut expected = with_lease;
    expected.push("cache.json".to_owned());
    expected.sort();
    assert_eq!(cache.names(), expected);
    drop(lease);
}

#[test]
fn an_old_empty_file_is_no_document_without_a_wait() {
    let cache = Cache::holding(b"");
    let old = wall_clock() - Duration::from_secs(10);
    File::options().write(true).open(&cache.path).unwrap().set_times(FileTimes::new().set_modified(old)).unwrap();
    let (store, clock) = cache.patient_store();
    assert_eq!(loaded(&store), None);
    assert_eq!(clock.slept(), Duration::ZERO);
}

#[test]
fn a_fresh_empty_file_is_a_writer_at_work_for_two_seconds() {
    let cache = Cache::holding(b"");
    let (store, clock) = cache.patient_store();
    assert_eq!(loaded(&store), None);
    assert!((2000..2100).contains(&clock.slept().as_millis()), "{:?}", clock.slept());
    assert_eq!(cache.names(), ["cache.json"]);
}

#[test]
fn a_folder_in_the_files_place_is_an_error_that_names_it() {
    let cache = Cache::new();
    fs::create_dir(&cache.path).unwrap();
    let error = cache.store().load(&mut |_| unreachable!()).unwrap_err();
    assert!(error.to_string().starts_with(&format!("cannot read {}", cache.path.display())), "{error}");
    assert!(cache.store().update(&mut |bytes| adding("one", bytes)).is_err());
}

#[test]
fn a_file_that_cannot_be_made_is_told_without_the_name_of_a_temporary_one() {
    // Enough room for the lock's name, but not for that of a temporary file.
    let cache = Cache::new();
    let path = cache.folder.path().join("n".repeat(242));
    let error = file_store(&path).update(&mut |bytes| adding("one", bytes)).unwrap_err().to_string();
    assert!(error.contains(path.to_str().unwrap()) && !error.contains(".tokcache-"), "{error}");
}

#[test]
fn more_room_than_there_is_is_an_error() {
    let cache = Cache::new();
    let error = cache.store().ensure_room(1 << 52).unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error:?}");
    assert!(cache.names().is_empty());
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use tokcache_core::store::Change;

    use super::*;
    use crate::cache::file_store;
    use crate::child::{Role, nobody_does};

    fn mode(path: &std::path::Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    fn set_mode(path: &std::path::Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_new_cache_and_its_folder_are_the_owners_alone() {
        let cache = Cache::new();
        let path = cache.folder.path().join("a/b/cache.json");
        file_store(&path)
            .update(&mut |bytes| {
                assert_eq!(mode(&path.with_file_name("cache.json.lockfile")), 0o600);
                adding("one", bytes)
            })
            .unwrap();
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&cache.folder.path().join("a/b")), 0o700);
        assert_eq!(mode(&cache.folder.path().join("a")), 0o700);
    }

    #[test]
    fn a_readable_cache_is_closed_and_a_stricter_one_stays_so() {
        for (before, after) in [(0o644, 0o600), (0o777, 0o600), (0o400, 0o400)] {
            let cache = Cache::holding(&document(&[]));
            set_mode(&cache.path, before);
            add(&cache, "one");
            assert_eq!(mode(&cache.path), after, "{before:o}");
        }
    }

    /// Has an effect only as root (sudo); other users cannot have a file of another owner.
    #[test]
    fn the_owner_stays_the_owner() {
        let cache = Cache::holding(&document(&[]));
        let _ = std::os::unix::fs::chown(&cache.path, Some(65_534), Some(65_534));
        let owner = fs::metadata(&cache.path).unwrap().uid();
        add(&cache, "one");
        assert_eq!(fs::metadata(&cache.path).unwrap().uid(), owner);
    }

    #[test]
    fn keeping_touches_nothing() {
        let cache = Cache::holding(&document(&["one"]));
        let state = || {
            let metadata = fs::metadata(&cache.path).unwrap();
            (metadata.ino(), metadata.mtime_nsec(), metadata.ctime(), metadata.ctime_nsec(), cache.names())
        };
        let before = state();
        cache.store().update(&mut |_| Change::Keep).unwrap();
        assert_eq!(loaded(&cache.store()).unwrap(), ["one"]);
        assert_eq!(state(), before);
    }

    #[test]
    fn a_linked_cache_stays_a_link() {
        let cache = Cache::new();
        let link = cache.folder.path().join("link");
        symlink("cache.json", &link).unwrap();
        let store = file_store(&link);
        for line in ["one", "two"] {
            store
                .update(&mut |bytes| {
                    assert!(cache.lockfile().exists() && link.with_file_name("link.lockfile").exists());
                    adding(line, bytes)
                })
                .unwrap();
        }
        assert_eq!(cache.names(), ["cache.json", "link"]);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!((loaded(&store).unwrap(), mode(&cache.path)), (vec!["one".to_owned(), "two".to_owned()], 0o600));
        store.remove().unwrap();
        assert_eq!(cache.names(), ["link"], "the tokens were in the file, not in the link");
    }

    #[test]
    fn a_link_in_the_locks_place_is_not_followed() {
        let cache = Cache::new();
        let precious = cache.folder.path().join("precious");
        put(&precious, "99999999 tokcache");
        symlink(&precious, cache.lockfile()).unwrap();
        let error = cache.store().update(&mut |bytes| adding("one", bytes)).unwrap_err();
        assert!(error.to_string().starts_with("cannot lock "), "{error}");
        assert_eq!(fs::read_to_string(&precious).unwrap(), "99999999 tokcache");
    }

    #[test]
    fn a_read_only_folder_is_read() {
        for (bytes, answer) in [(document(&["one"]), "one"), (Vec::new(), "absent")] {
            let cache = Cache::holding(&bytes);
            set_mode(&cache.path, 0o444);
            set_mode(cache.folder.path(), 0o555);
            let output = nobody_does(Role::Load, &cache.path);
            set_mode(cache.folder.path(), 0o755);
            assert_eq!(output, answer);
            assert_eq!(cache.names(), ["cache.json"]);
        }
    }

    #[test]
    fn a_writable_file_in_a_read_only_folder_is_saved_in_place() {
        let cache = Cache::holding(&document(&["a long line that is there before", "one"]));
        set_mode(&cache.path, 0o666);
        set_mode(cache.folder.path(), 0o555);
        let inode = fs::metadata(&cache.path).unwrap().ino();
        nobody_does(Role::Replace, &cache.path);
        set_mode(cache.folder.path(), 0o755);
        assert_eq!(loaded(&cache.store()).unwrap(), ["replaced"]);
        assert_eq!((fs::metadata(&cache.path).unwrap().ino(), cache.names()), (inode, vec!["cache.json".to_owned()]));
    }

    #[test]
    fn a_read_only_cache_cannot_be_saved_and_says_so_before_a_token_is_spent() {
        let cache = Cache::holding(&document(&["one"]));
        set_mode(&cache.path, 0o444);
        set_mode(cache.folder.path(), 0o555);
        let room = nobody_does(Role::EnsureRoom, &cache.path);
        let saved = nobody_does(Role::Replace, &cache.path);
        set_mode(cache.folder.path(), 0o755);
        assert!(room.contains("Permission denied") && saved.contains("Permission denied"), "{room} / {saved}");
        assert_eq!(loaded(&cache.store()).unwrap(), ["one"]);
    }

    #[test]
    fn absent_is_absent_also_in_a_folder_that_is_not_there() {
        let cache = Cache::new();
        let store = file_store(&cache.folder.path().join("no/cache.json"));
        assert_eq!(store.load(&mut |_| unreachable!()).unwrap(), None);
        store.remove().unwrap();
        assert!(cache.names().is_empty());
    }
}
