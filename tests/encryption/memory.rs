//! Tests that the key is kept out of the swap space if the system allows it, and that it works otherwise.

use std::process::Output;

use rustix::process::geteuid;

use crate::harness::ACCESS_TOKEN;
use crate::support::home::Home;
use crate::support::strace::traced;
use crate::support::{answer_of, wrapped};

const WARNING: &str = "the key of the cache may be written to the swap space";

fn sealed_home() -> Home {
    let home = Home::new();
    home.answer(&format!("cache encrypt --encrypt {}", home.key_file("key")));
    home
}

/// Returns the calls that lock and unlock memory in a run of `token`.
fn locks(home: &Home) -> Vec<String> {
    let (output, calls) = traced(&["-e", "trace=mlock,mlock2,mlockall,munlock"], &home.program("token"));
    assert_eq!(answer_of(&output), ACCESS_TOKEN);
    calls.iter().map(|call| call.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// Runs `tokcache` in the same home without the right to lock memory. The limit then applies to root too.
fn without_locks(home: &Home, line: &str) -> Output {
    let as_root: &[&str] =
        if geteuid().is_root() { &["setpriv", "--bounding-set=-ipc_lock", "--inh-caps=-ipc_lock"] } else { &[] };
    let limited = ["sh", "-c", "ulimit -l 0 && exec \"$@\"", "sh"];
    wrapped(&[as_root, &limited].concat(), &home.program(line)).output().unwrap()
}

#[test]
fn the_page_of_a_key_is_locked_and_of_a_plain_cache_none_is() {
    assert_eq!(locks(&Home::new()), [""; 0]);
    let calls = locks(&sealed_home());
    let [lock, unlock] = &calls[..] else { panic!("{calls:?}") };
    assert!(lock.starts_with("mlock(0x") && lock.ends_with(", 32) = 0"), "{lock}");
    assert_eq!(*unlock, lock.replace("mlock", "munlock"), "after it was wiped");
}

#[test]
fn where_no_memory_can_be_locked_the_cache_opens_and_a_talkative_run_says_so() {
    let mut home = sealed_home();
    let passphrase = home.write("passphrase", "correct horse");
    let rekey = format!("cache rekey -v --encrypt passphrase --new-passphrase-file {}", passphrase.display());
    for (line, is_told) in [("token", false), ("token -v", true), (rekey.as_str(), true)] {
        let output = without_locks(&home, line);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(said.contains(WARNING), is_told, "{line}: {said}");
        answer_of(&output);
    }
    home.set("TOKCACHE_PASSPHRASE_FILE", passphrase.to_str().unwrap());
    let with_locks = String::from_utf8(home.tokcache("token -v").stderr).unwrap();
    assert!(!with_locks.contains(WARNING), "{with_locks}");
}
