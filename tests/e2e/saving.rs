//! What the system sees: `strace`, not belief.

use crate::harness::{Home, Provider, SCOPE, answer_of, output_of};

#[test]
fn a_save_is_a_temporary_file_synced_renamed_and_its_folder_synced() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);
    let cache = home.cache.path().display().to_string();

    let calls = trace(&home, &["--force-refresh"], "openat,fsync,fdatasync,rename,renameat,renameat2");

    let rename = position(&calls, |call| call.contains("rename") && call.contains(&format!("{cache}\"")));
    let (before, after) = calls.split_at(rename);
    let created =
        position(before, |call| call.contains("O_EXCL") && call.contains("0600") && !call.contains("lockfile"));
    let temporary = before[created].split('"').nth(1).expect("a name");
    let in_its_folder = std::path::Path::new(temporary).parent() == home.cache.path().parent();
    assert!(in_its_folder, "{temporary} stands beside {cache}");
    assert!(calls[rename].contains(temporary), "what was written is what is renamed: {}", calls[rename]);
    position(&before[created..], |call| call.contains("fsync") || call.contains("fdatasync"));
    position(after, |call| call.contains("fsync"));
}

#[test]
fn a_cached_token_takes_no_socket_no_sync_and_no_lock() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);

    let calls = trace(&home, &[], "socket,connect,fsync,fdatasync,flock,fcntl,rename,unlink,openat");

    let costly = ["socket(", "connect(", "fsync(", "fdatasync(", "flock(", "F_SETLK", "rename", "unlink", "O_CREAT"];
    for name in costly {
        assert!(!calls.iter().any(|call| call.contains(name)), "{name}: {calls:#?}");
    }
}

/// The system calls of a `tokcache token` that succeeds, in order.
fn trace(home: &Home, further: &[&str], names: &str) -> Vec<String> {
    let file = home.cache.path().with_file_name("trace");
    let mut strace = home.command("strace");
    strace.args(["-f", "-s", "4096", "-e"]).arg(format!("trace={names}")).arg("-o").arg(&file);
    strace.arg(env!("CARGO_BIN_EXE_tokcache")).args(["token", "--scope", SCOPE]).args(further);
    answer_of(&output_of(&mut strace));
    let trace = std::fs::read_to_string(file).expect("a trace");
    trace.lines().map(String::from).collect()
}

#[track_caller]
fn position(calls: &[String], matches: impl Fn(&str) -> bool) -> usize {
    calls.iter().position(|call| matches(call)).unwrap_or_else(|| panic!("no such call: {calls:#?}"))
}
