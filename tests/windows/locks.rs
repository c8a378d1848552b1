//! Tests the two locks of the cache: the existence of the lock file, and the lock on it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use crate::provider::Provider;
use crate::support::put;
use crate::wine::{Home, built, windows_path};

#[test]
fn a_lock_file_that_a_dead_process_left_is_taken_over() {
    let provider = Provider::start(3600);
    let home = Home::signed_in(&provider);
    put(&home.path("state/token_cache.json.lockfile"), "4294967280 tokcache");
    assert_eq!(home.answer("token --force-refresh"), "AT-2");
    assert!(!home.path("state/token_cache.json.lockfile").exists(), "it is given back");
}

#[test]
fn a_lock_that_another_program_holds_is_waited_for_and_respected() {
    let provider = Provider::start(3600);
    let home = Home::signed_in(&provider);
    let before = std::fs::read(home.cache()).unwrap();
    let holder = Holder::start(&home, &home.path("state/token_cache.json.lockfile"));
    let said = home.failure(7, "cache check --repair --lock-timeout 1s");
    assert!(said.contains("lock"), "{said}");
    assert_eq!(std::fs::read(home.cache()).unwrap(), before);
    drop(holder);
    assert_eq!(home.answer("token --force-refresh"), "AT-2");
}

/// A program that holds the lock on a file (`LockFileEx`) until it is dropped.
struct Holder(Child);

impl Holder {
    fn start(home: &Home, path: &Path) -> Self {
        let mut command = home.command(built("hold_lock.exe"));
        command.arg(windows_path(path)).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim_end(), "held");
        Holder(child)
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        // The program ends, and releases the lock, when its input ends.
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}
