//! Checks saves with `strace`.

use std::path::Path;

use crate::harness::{Home, Provider, SCOPE, answer_of, traced};

#[test]
fn a_save_is_a_temporary_file_synced_renamed_and_its_folder_synced() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);
    let cache = home.cache.path();
    let folder = cache.parent().expect("a folder");

    let calls = trace(&home, &["--force-refresh"], "openat,fsync,fdatasync,rename,renameat,renameat2");

    let rename = position(&calls, |call| call.contains("rename") && names(call, cache));
    let (before, after) = calls.split_at(rename);
    let temporary = Path::new(calls[rename].split('"').nth(1).expect("the old name"));
    assert_eq!(temporary.parent(), Some(folder), "it stands in the cache's own folder");
    let created = position(before, |call| names(call, temporary) && call.contains("O_EXCL") && call.contains("0600"));
    position(&before[created..], |call| is_sync_of(call, &before[created]));
    let opened = position(after, |call| names(call, folder));
    position(&after[opened..], |call| is_sync_of(call, &after[opened]));
}

#[test]
fn a_cached_token_takes_no_socket_no_sync_and_no_lock() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);

    let calls = trace(&home, &[], "socket,connect,fsync,fdatasync,flock,fcntl,rename,renameat,renameat2,unlink,openat");

    position(&calls, |call| names(call, home.cache.path()));
    for costly in ["socket(", "connect(", "sync(", "flock(", "_SETLK", "rename", "unlink", "O_CREAT"] {
        assert!(!calls.iter().any(|call| call.contains(costly)), "{costly}: {calls:#?}");
    }
}

/// Returns the system calls of a successful `tokcache token`, in order.
fn trace(home: &Home, further: &[&str], system_calls: &str) -> Vec<String> {
    let mut token = home.command(env!("CARGO_BIN_EXE_tokcache"));
    token.args(["token", "--scope", SCOPE]).args(further);
    let (output, calls) = traced(&["-s", "4096", "-e", &format!("trace={system_calls}")], &token);
    answer_of(&output);
    calls
}

fn names(call: &str, path: &Path) -> bool {
    call.contains(&format!("\"{}\"", path.display()))
}

/// Whether `call` syncs the file that `open` opened.
fn is_sync_of(call: &str, open: &str) -> bool {
    let descriptor = open.rsplit(' ').next().expect("strace shows a result");
    call.contains(&format!("sync({descriptor})"))
}

#[track_caller]
fn position(calls: &[String], matches: impl Fn(&str) -> bool) -> usize {
    calls.iter().position(|call| matches(call)).unwrap_or_else(|| panic!("no such call: {calls:#?}"))
}
