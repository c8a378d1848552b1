//! Kills conversions with SIGKILL at every system call that changes something. The cache is then the old one or the new
//! one and can be decrypted, and all files are searched for plain text.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::ExitStatusExt;

use crate::harness::{ACCESS_TOKEN, Bus, Daemon, Prompter, REFRESH_TOKEN};
use crate::support::answer_of;
use crate::support::home::Home;
use crate::support::strace::strace;

/// The system calls that change something during a conversion.
const CALLS: [&str; 8] = ["openat", "write", "fsync", "rename", "renameat2", "unlink", "utimensat", "sendmsg"];
/// The first of these calls load libraries.
const FIRST_OPENAT: usize = 4;

/// Runs `line` and kills it at the `count`th call of `call`. Returns false if it made fewer calls.
fn is_killed_at(home: &Home, line: &str, call: &str, count: usize) -> bool {
    let kill = format!("inject={call}:signal=KILL:when={count}");
    let options = ["-o", "/dev/null", "-e", &format!("trace={call}"), "-e", &kill];
    let output = strace(&options, &home.program(line)).output().unwrap();
    if output.status.signal() == Some(9) {
        return true;
    }
    answer_of(&output);
    false
}

/// Kills `line` at each of its steps, starting from `reset`, and checks that the token is still available. Returns the
/// names of the files that contained the refresh token in plain text at any of these moments.
fn assert_survives(home: &Home, line: &str, reset: impl Fn()) -> BTreeSet<String> {
    let (mut kills, mut plain) = (0, BTreeSet::new());
    for call in CALLS {
        let first = if call == "openat" { FIRST_OPENAT } else { 1 };
        for count in first.. {
            reset();
            let killed = is_killed_at(home, line, call, count);
            plain.extend(home.files_with(REFRESH_TOKEN));
            let token = home.tokcache("token");
            let printed = answer_of(&token);
            assert_eq!(printed, ACCESS_TOKEN, "killed at {call} {count} of {line}");
            if !killed {
                break;
            }
            kills += 1;
        }
    }
    println!("{line}: killed at {kills} different calls");
    assert!(kills > 15, "{kills} kills");
    plain
}

/// The initial files of a home, to restore them repeatedly.
struct Start {
    files: Vec<(&'static str, Vec<u8>)>,
}

impl Start {
    const FILES: [&str; 2] = ["state/token_cache.json", "config/profiles/default.toml"];

    fn of(home: &Home) -> Start {
        Start { files: Start::FILES.map(|name| (name, fs::read(home.path(name)).unwrap())).to_vec() }
    }

    fn restore(&self, home: &Home) {
        for (name, bytes) in &self.files {
            home.write(name, bytes);
        }
    }
}

#[test]
fn killed_at_any_step_of_encrypting_the_cache_opens() {
    let home = Home::new();
    let start = Start::of(&home);
    let line = format!("cache encrypt --encrypt {}", home.key_file("key"));
    let plain = assert_survives(&home, &line, || {
        start.restore(&home);
        let _ = fs::remove_file(home.path("key"));
    });
    assert_eq!(plain, BTreeSet::from(["token_cache.json".to_owned()]), "nothing but what was there");
}

#[test]
fn killed_at_any_step_of_decrypting_the_cache_opens() {
    let home = Home::new();
    home.answer(&format!("cache encrypt --encrypt {}", home.key_file("key")));
    let start = Start::of(&home);
    let plain = assert_survives(&home, "cache decrypt", || start.restore(&home));
    assert!(plain.len() > 1, "a temporary file in plain text is found where there is one: {plain:?}");
}

#[test]
fn killed_at_any_step_of_changing_the_key_the_cache_opens() {
    let home = Home::new();
    home.answer(&format!("cache encrypt --encrypt {}", home.key_file("key")));
    let start = Start::of(&home);
    let line = format!("cache rekey --encrypt {}", home.key_file("new"));
    let plain = assert_survives(&home, &line, || {
        start.restore(&home);
        let _ = fs::remove_file(home.path("new"));
    });
    assert_eq!(plain, BTreeSet::new());
}

/// The keyring keeps the old key until no cache needs it, so each round starts from the state after the last one.
#[test]
fn killed_at_any_step_of_changing_the_key_in_the_keyring_the_cache_opens() {
    let bus = Bus::new(Daemon::GnomeKeyring, Prompter::Dismisses);
    let home = Home::on(&bus);
    home.answer("cache encrypt --encrypt keyring");
    assert_eq!(assert_survives(&home, "cache rekey", || {}), BTreeSet::new());
}
