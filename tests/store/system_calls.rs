//! Checks the file store's system calls with `strace`, and its reaction to system errors.

use crate::cache::{Cache, document, loaded};
use crate::child::{Role, answer, child, run_all};
use crate::processes::{assert_exclusive, assert_nothing_lost};
use crate::support::strace::{strace, traced};

/// Runs a child that replaces the document, under `strace` with these options.
fn replace(trick: &[&str], cache: &Cache) -> String {
    let options = [trick, &["-o", "/dev/null"]].concat();
    answer(&strace(&options, &child(Role::Replace, &cache.path, 0)).output().unwrap())
}

/// Runs `children` that append lines for `turns` turns each, under `strace` with this injection.
fn append(children: usize, turns: usize, trick: &str, cache: &Cache) -> Vec<String> {
    let options = ["-e", trick, "-e", "trace=flock", "-o", "/dev/null"];
    let appends = (0..children).map(|_| strace(&options, &child(Role::Append, &cache.path, turns)));
    run_all(appends.collect())
}

/// Returns the calls that a child made, in order.
fn trace(role: Role, cache: &Cache) -> Vec<String> {
    let (output, calls) = traced(&["-y"], &child(role, &cache.path, 0));
    answer(&output);
    calls
}

#[test]
fn a_save_is_synced_renamed_and_synced_again_under_the_lock() {
    let cache = Cache::holding(&document(&["one"]));
    let trace = trace(Role::Replace, &cache);
    let folder = format!("<{}>", cache.folder.path().display());
    let steps: [(&str, &[&str]); 12] = [
        ("the lock is written under a temporary name", &["openat(", "/.tokcache-cache.json-", "O_EXCL", "0600"]),
        ("and locked", &["flock(", "/.tokcache-cache.json-", "LOCK_EX|LOCK_NB", "= 0"]),
        ("and put where no file may be", &["renameat2(", "/cache.json.lockfile\"", "RENAME_NOREPLACE", "= 0"]),
        ("the cache is read under it", &["openat(", "/cache.json\"", "O_RDONLY"]),
        ("the others are told to read it again", &["utimensat(", "/cache.json>"]),
        ("the new one is made beside it", &["openat(", "/.tokcache-cache.json-", "O_EXCL", "0600"]),
        ("written", &["write(", "/.tokcache-cache.json-", "BEGIN"]),
        ("synced", &["fsync(", "/.tokcache-cache.json-", "= 0"]),
        ("renamed", &["rename", "/.tokcache-cache.json-", "/cache.json\"", "= 0"]),
        ("given an exact time", &["utimensat(", "/cache.json>"]),
        ("the folder is synced", &["fsync(", &folder, "= 0"]),
        ("the lock is given back", &["unlink", "/cache.json.lockfile\"", "= 0"]),
    ];
    let mut rest = trace.iter();
    for (step, words) in steps {
        let found = rest.any(|call| words.iter().all(|word| call.contains(word)));
        assert!(found, "not in its place: {step}\n{}", trace.join("\n"));
    }
}

#[test]
fn a_load_takes_no_lock_and_writes_nothing() {
    let cache = Cache::holding(&document(&["one"]));
    let trace = trace(Role::Load, &cache);
    let folder = cache.folder.path().to_str().unwrap();
    let calls: Vec<_> = trace.iter().filter(|call| call.contains(folder) && !call.contains("execve(")).collect();
    assert!(calls.iter().any(|call| call.contains("openat(") && call.contains("O_RDONLY")), "{trace:#?}");
    for name in ["flock", "sync", "rename", "unlink", "write", "utimens"] {
        let is_called = |call: &&&String| call.split('(').next().is_some_and(|called| called.contains(name));
        assert!(!calls.iter().any(|call| is_called(&call)), "{name}: {calls:#?}");
    }
    for word in ["O_CREAT", "O_RDWR", ".lockfile"] {
        assert!(!calls.iter().any(|call| call.contains(word)), "{word}: {calls:#?}");
    }
    assert!(calls.len() <= 8, "{} calls for one file: {calls:#?}", calls.len());
}

#[test]
fn without_flock_creating_the_lock_exclusively_still_loses_nothing() {
    let cache = Cache::new();
    let pids = append(3, 10, "inject=flock:error=ENOLCK", &cache);
    assert_nothing_lost(&cache, &pids, 10);
    assert!(!cache.lockfile().exists());
}

/// The delay makes the race likely: a lock file is opened, its holder unlinks and closes it, and only then it is
/// locked.
#[test]
fn a_lock_file_that_was_unlinked_before_it_was_locked_is_no_lock() {
    let cache = Cache::new();
    let pids = append(4, 15, "inject=flock:delay_enter=8000", &cache);
    assert_nothing_lost(&cache, &pids, 15);
    assert_exclusive(&cache, pids.len() * 15);
}

#[test]
fn a_file_that_cannot_be_replaced_is_written_in_place() {
    use std::os::unix::fs::MetadataExt;

    let cache = Cache::holding(&document(&["in a folder that is not ours, and longer than what comes"]));
    let inode = std::fs::metadata(&cache.path).unwrap().ino();
    replace(&["-e", "inject=rename,renameat,renameat2:error=EACCES"], &cache);
    assert_eq!(loaded(&cache.store()).unwrap(), ["replaced"]);
    assert_eq!(std::fs::metadata(&cache.path).unwrap().ino(), inode);
    assert_eq!(cache.names(), ["cache.json"]);
}

#[test]
fn a_save_that_fails_leaves_the_old_file_and_nothing_else() {
    for (fault, why) in [
        ("fsync:error=EIO:when=1", "Input/output error"),
        ("rename,renameat:error=EIO", "Input/output error"),
        ("rename,renameat:error=EBUSY", "busy"),
    ] {
        let cache = Cache::holding(&document(&["old"]));
        let said = replace(&["-e", &format!("inject={fault}")], &cache);
        assert!(said.starts_with("cannot save ") && said.contains(why), "{fault}: {said}");
        assert_eq!(loaded(&cache.store()).unwrap(), ["old"], "{fault}");
        assert_eq!(cache.names(), ["cache.json"], "{fault}");
    }
}

#[test]
fn a_folder_that_cannot_be_synced_is_no_failure_as_the_new_file_is_there() {
    let cache = Cache::holding(&document(&["old"]));
    assert_eq!(replace(&["-e", "inject=fsync:error=EIO:when=2"], &cache), "replaced");
    assert_eq!(loaded(&cache.store()).unwrap(), ["replaced"]);
    assert_eq!(cache.names(), ["cache.json"]);
}

/// Like on Windows: for a moment, while another process deletes the file, or permanently, if it may not be opened.
#[test]
fn a_lock_that_is_refused_for_more_than_a_moment_is_an_error() {
    let cache = Cache::holding(&document(&["old"]));
    let lock = cache.lockfile();
    let refused = |when| {
        let fault = format!("inject=openat:error=EBUSY{when}");
        replace(&["-P", lock.to_str().unwrap(), "-e", &fault], &cache)
    };
    let said = refused("");
    assert!(said.starts_with("cannot lock ") && said.contains("busy"), "{said}");
    assert_eq!(loaded(&cache.store()).unwrap(), ["old"]);
    assert_eq!(refused(":when=1..3"), "replaced");
}
