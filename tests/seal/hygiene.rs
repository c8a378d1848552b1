//! Nothing of the cache in plain text on the disk, nothing of it or of the key in what is said.

use std::fs;

use crate::harness::{Bus, Daemon, Home, Prompter, REFRESH_TOKEN, assert_succeeds};
use crate::provider::{NEW_REFRESH_TOKEN, Provider, generous};

/// What a run writes to files and to the bus, as strace sees it: every byte of printable text as it is. What it tells
/// the authorization server, by `sendto`, is left out.
fn written_by(home: &Home, line: &str) -> String {
    let mut strace = home.strace();
    strace.args(["-f", "-qq", "-s", "1000000", "-o"]).arg(home.path("trace"));
    strace.args(["-e", "trace=write,pwrite64,writev,pwritev,pwritev2,sendmsg,execve,add_key,mmap,sendfile,splice"]);
    strace.arg(env!("CARGO_BIN_EXE_tokcache")).args(line.split(' '));
    assert_succeeds(&strace.output().unwrap_or_else(|error| panic!("strace is needed: {error}")));
    let trace = fs::read_to_string(home.path("trace")).unwrap();
    fs::remove_file(home.path("trace")).unwrap();
    let unseen = |line: &&str| {
        line.contains("MAP_SHARED") && line.contains("PROT_WRITE")
            || line.contains("sendfile(")
            || line.contains("splice(")
    };
    assert_eq!(trace.lines().find(unseen), None, "{line} writes in a way that strace does not show");
    trace
}

#[test]
fn a_sealed_run_writes_nothing_in_plain() {
    let bus = Bus::new(Daemon::GnomeKeyring, Prompter::Dismisses);
    let home = Home::on(&bus);
    let seal = format!("cache encrypt --encrypt {}", home.key_file("key"));
    let provider = Provider::start(generous);
    home.use_provider(&provider);
    let new = NEW_REFRESH_TOKEN.split('"').next().unwrap();
    for line in [
        seal.as_str(),
        "cache rekey --encrypt keyring",
        "token",
        "token --force-refresh -o json",
        "login --scope api:read",
        "cache check --repair",
        "clear --no-revoke",
    ] {
        let written = written_by(&home, line);
        for secret in [REFRESH_TOKEN, new] {
            assert!(!written.contains(secret), "{line}: {written}");
            assert_eq!(home.files_with(secret), [""; 0], "{line}");
        }
        assert!(home.is_sealed());
    }
    assert_eq!(home.answer("list -o json"), "[]");
}

/// The way of looking is able to see what it looks for.
#[test]
fn a_plain_run_is_seen_to_write_in_plain() {
    let home = Home::new();
    home.answer(&format!("cache encrypt --encrypt {}", home.key_file("key")));
    let written = written_by(&home, "cache decrypt");
    assert!(written.contains(REFRESH_TOKEN));
}

#[test]
fn the_key_of_a_key_file_is_written_nowhere_but_there() {
    let home = Home::new();
    home.answer(&format!("cache encrypt --encrypt {}", home.key_file("key")));
    let key = fs::read_to_string(home.path("key")).unwrap();
    for line in ["token -vv", "list", "explain", "cache check", "profile show"] {
        let written = written_by(&home, line);
        assert!(!written.contains(key.trim()), "{line}");
    }
}

#[test]
fn a_plain_cache_costs_no_thread_and_no_bus() {
    let bus = Bus::new(Daemon::GnomeKeyring, Prompter::Dismisses);
    let home = Home::on(&bus);
    for seal in [None, Some(home.key_file("key"))] {
        if let Some(source) = seal {
            home.answer(&format!("cache encrypt --encrypt {source}"));
        }
        let mut strace = home.strace();
        strace.args(["-f", "-qq", "-o"]).arg(home.path("trace")).args(["-e", "trace=socket,clone,clone3,flock,fsync"]);
        assert_succeeds(&strace.arg(env!("CARGO_BIN_EXE_tokcache")).arg("token").output().unwrap());
        let trace = fs::read_to_string(home.path("trace")).unwrap();
        let calls: Vec<_> = trace.lines().filter(|line| line.contains('(')).collect();
        assert!(calls.is_empty(), "{calls:?}");
    }
}
