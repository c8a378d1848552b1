//! Checks that no plain text of the cache is on the disk, and that no message contains a part of the cache or the key.

use std::fs;

use crate::harness::{Bus, Daemon, Prompter, REFRESH_TOKEN};
use crate::support::answer_of;
use crate::support::home::Home;
use crate::support::provider::{NEW_REFRESH_TOKEN, Provider, generous};
use crate::support::strace::traced;

/// Returns everything that a run writes to files and to the bus, as strace shows it, with printable text unescaped.
/// Requests to the authorization server, by `sendto`, are left out.
fn written_by(home: &Home, line: &str) -> String {
    let writes = "trace=write,pwrite64,writev,pwritev,pwritev2,sendmsg,execve,add_key,mmap,sendfile,splice";
    let (output, calls) = traced(&["-s", "1000000", "-e", writes], &home.program(line));
    answer_of(&output);
    let unseen = |call: &&String| {
        call.contains("MAP_SHARED") && call.contains("PROT_WRITE")
            || call.contains("sendfile(")
            || call.contains("splice(")
    };
    assert_eq!(calls.iter().find(unseen), None, "{line} writes in a way that strace does not show");
    calls.join("\n")
}

#[test]
fn a_sealed_run_writes_nothing_in_plain() {
    let bus = Bus::new(Daemon::GnomeKeyring, Prompter::Dismisses);
    let home = Home::on(&bus);
    let seal = format!("cache encrypt --encrypt {}", home.key_file("key"));
    let provider = Provider::start(generous);
    home.use_provider(&provider.address());
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

/// Shows that this search can find plain text.
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
        let (output, calls) = traced(&["-e", "trace=socket,clone,clone3,flock,fsync"], &home.program("token"));
        answer_of(&output);
        assert!(calls.is_empty(), "{calls:?}");
    }
}
