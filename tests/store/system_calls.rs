//! What the file store asks of the system, as `strace` sees it, and what it does when the system refuses.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::child::{ARGUMENTS, Role, answer, binary, run_all, tell};
use crate::processes::{assert_exclusive, assert_nothing_lost};
use crate::support::{Cache, document, loaded};

/// A child under `strace` with these options.
fn strace(options: &[&str], role: Role, cache: &Path, turns: usize) -> Command {
    let found = Command::new("strace").arg("-V").output();
    assert!(found.is_ok(), "this test needs strace: install it, as with `apt-get install strace`");
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-y"]).args(options).arg(binary()).args(ARGUMENTS);
    tell(&mut command, role, cache, turns);
    command
}

fn run(mut command: Command) -> String {
    answer(&command.output().unwrap())
}

/// The calls that a child made, in order.
fn trace(role: Role, cache: &Cache) -> Vec<String> {
    let log: PathBuf = cache.folder.path().with_extension("trace");
    run(strace(&["-o", log.to_str().unwrap()], role, &cache.path, 0));
    let trace = std::fs::read_to_string(&log).unwrap();
    std::fs::remove_file(log).unwrap();
    trace.lines().map(str::to_owned).collect()
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
    for word in ["flock", "sync", "rename", "unlink", "write", "O_CREAT", "O_RDWR", "utimens", ".lockfile"] {
        assert!(!calls.iter().any(|call| call.contains(word)), "{word}: {calls:#?}");
    }
    assert!(calls.len() <= 8, "{} calls for one file: {calls:#?}", calls.len());
}

#[test]
fn without_flock_creating_the_lock_exclusively_still_loses_nothing() {
    let cache = Cache::new();
    let options = ["-e", "inject=flock:error=ENOLCK", "-e", "trace=flock", "-o", "/dev/null"];
    let pids = run_all((0..3).map(|_| strace(&options, Role::Append, &cache.path, 10)).collect());
    assert_nothing_lost(&cache, &pids, 10);
    assert!(!cache.lockfile().exists());
}

/// The delay makes room for the race: a lock file is opened, its holder unlinks and closes it, and only then it is
/// locked.
#[test]
fn a_lock_file_that_was_unlinked_before_it_was_locked_is_no_lock() {
    let cache = Cache::new();
    let options = ["-e", "inject=flock:delay_enter=8000", "-e", "trace=flock", "-o", "/dev/null"];
    let pids = run_all((0..4).map(|_| strace(&options, Role::Append, &cache.path, 15)).collect());
    assert_nothing_lost(&cache, &pids, 15);
    assert_exclusive(&cache, pids.len() * 15);
}

#[test]
fn a_file_that_cannot_be_replaced_is_written_in_place() {
    use std::os::unix::fs::MetadataExt;

    let cache = Cache::holding(&document(&["a mount point, and longer than what comes"]));
    let inode = std::fs::metadata(&cache.path).unwrap().ino();
    let options = ["-e", "inject=rename,renameat,renameat2:error=EBUSY", "-o", "/dev/null"];
    run(strace(&options, Role::Replace, &cache.path, 0));
    assert_eq!(loaded(&cache.store()).unwrap(), ["replaced"]);
    assert_eq!(std::fs::metadata(&cache.path).unwrap().ino(), inode);
    assert_eq!(cache.names(), ["cache.json"]);
}

#[test]
fn a_save_that_fails_leaves_the_old_file_and_nothing_else() {
    for fault in ["fsync:error=EIO:when=1", "rename,renameat:error=EIO"] {
        let cache = Cache::holding(&document(&["old"]));
        let options = ["-e", &format!("inject={fault}"), "-o", "/dev/null"];
        let said = run(strace(&options, Role::Replace, &cache.path, 0));
        assert!(said.starts_with("cannot save ") && said.contains("Input/output error"), "{fault}: {said}");
        assert_eq!(loaded(&cache.store()).unwrap(), ["old"], "{fault}");
        assert_eq!(cache.names(), ["cache.json"], "{fault}");
    }
}

#[test]
fn a_folder_that_cannot_be_synced_is_an_error_and_the_new_file_is_there() {
    let cache = Cache::holding(&document(&["old"]));
    let said = run(strace(&["-e", "inject=fsync:error=EIO:when=2", "-o", "/dev/null"], Role::Replace, &cache.path, 0));
    assert!(said.starts_with("cannot sync "), "{said}");
    assert_eq!(loaded(&cache.store()).unwrap(), ["replaced"]);
    assert_eq!(cache.names(), ["cache.json"]);
}

/// As on Windows, for a moment, where another process is just deleting the file; and for ever where it may not be
/// opened.
#[test]
fn a_lock_that_is_refused_for_more_than_a_moment_is_an_error() {
    let cache = Cache::holding(&document(&["old"]));
    let lock = cache.lockfile();
    let fault = |when| format!("inject=openat:error=EBUSY{when}");
    let run = |fault: &str| {
        let options = ["-P", lock.to_str().unwrap(), "-e", fault, "-o", "/dev/null"];
        run(strace(&options, Role::Replace, &cache.path, 0))
    };
    let said = run(&fault(""));
    assert!(said.starts_with("cannot lock ") && said.contains("busy"), "{said}");
    assert_eq!(loaded(&cache.store()).unwrap(), ["old"]);
    assert_eq!(run(&fault(":when=1..3")), "replaced");
}
