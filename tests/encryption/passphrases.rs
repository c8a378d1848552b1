//! Tests passphrases from files and descriptors: scripts are never prompted, and no message contains a passphrase.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;
use std::time::{Duration, Instant};

use crate::harness::ACCESS_TOKEN;
use crate::support::home::Home;
use crate::support::{answer_of, failure_of};

fn sealed_home() -> Home {
    let home = Home::new();
    home.write("passphrase", "correct horse\n");
    home.write("other", "battery staple");
    answer_of(&shell(&home, "TOKCACHE_PASSPHRASE_FILE=passphrase $t cache encrypt --encrypt passphrase"));
    home
}

fn shell(home: &Home, script: &str) -> Output {
    home.command("bash").args(["-ec", script]).env("t", env!("CARGO_BIN_EXE_tokcache")).output().unwrap()
}

#[test]
fn a_file_or_a_descriptor_has_the_passphrase() {
    let home = sealed_home();
    assert!(home.header().contains(r#""argon2id":{"memory_kib":65536,"passes":3,"lanes":4,"salt":"#));
    for script in [
        "TOKCACHE_PASSPHRASE_FILE=passphrase $t token",
        "TOKCACHE_PASSPHRASE_FD=7 $t token 7<passphrase",
        "TOKCACHE_PASSPHRASE_FD=7 $t token 7< <(cat passphrase)",
        "TOKCACHE_PASSPHRASE_FD=0 $t token <passphrase",
    ] {
        assert_eq!(answer_of(&shell(&home, script)), ACCESS_TOKEN, "{script}");
    }
}

#[test]
fn without_one_and_with_a_wrong_one_the_cache_stays_closed_and_nothing_is_repeated() {
    let home = sealed_home();
    let none = failure_of(7, &shell(&home, "$t token"));
    assert!(
        none.contains("there is no terminal on which to ask for it\n  try: export TOKCACHE_PASSPHRASE_FILE=FILE"),
        "{none}"
    );
    let wrong = failure_of(7, &shell(&home, "TOKCACHE_PASSPHRASE_FILE=other $t token -vv"));
    assert!(wrong.contains("the passphrase is wrong") && !wrong.contains("battery"), "{wrong}");
    home.write("empty", "\n");
    let empty = failure_of(7, &shell(&home, "TOKCACHE_PASSPHRASE_FILE=empty $t token"));
    assert!(empty.contains("the passphrase is empty"), "{empty}");
}

#[test]
fn a_passphrase_that_others_can_read_is_refused() {
    let home = sealed_home();
    fs::set_permissions(home.path("passphrase"), fs::Permissions::from_mode(0o644)).unwrap();
    let said = failure_of(7, &shell(&home, "TOKCACHE_PASSPHRASE_FILE=passphrase $t token"));
    assert!(said.contains("is not secret: its mode is 0644"), "{said}");
}

#[test]
fn the_passphrase_is_changed() {
    let home = sealed_home();
    let change = "TOKCACHE_PASSPHRASE_FILE=passphrase $t cache rekey --new-passphrase-file other";
    answer_of(&shell(&home, change));
    assert_eq!(answer_of(&shell(&home, "TOKCACHE_PASSPHRASE_FILE=other $t token")), ACCESS_TOKEN);
    failure_of(7, &shell(&home, "TOKCACHE_PASSPHRASE_FILE=passphrase $t token"));
    // The old passphrase is not used as the new one.
    let said = failure_of(7, &shell(&home, "TOKCACHE_PASSPHRASE_FILE=other $t cache rekey"));
    assert!(said.contains("there is no terminal on which to ask for it\n  try: "), "{said}");
    assert!(said.ends_with(" cache rekey --new-passphrase-file PATH\n"), "{said}");
}

#[test]
fn a_passphrase_is_no_argument() {
    let home = Home::new();
    let output = home.tokcache("cache encrypt --encrypt passphrase:correct-horse");
    assert_eq!(output.status.code(), Some(3));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("correct-horse"));
}

#[test]
fn a_pipe_that_says_nothing_is_given_up_in_time_and_one_that_stays_open_is_not_waited_for() {
    let home = sealed_home();
    answer_of(&home.command("mkfifo").args(["-m", "600", "mute"]).output().unwrap());
    for script in [
        "TOKCACHE_PASSPHRASE_FD=7 $t token 7< <(exec sleep 30 2>&-)",
        "TOKCACHE_PASSPHRASE_FD=7 $t token 7< <(printf correct; exec sleep 30 2>&-)",
        "TOKCACHE_PASSPHRASE_FD=7 $t cache check 7< <(exec sleep 30 2>&-)",
        "TOKCACHE_PASSPHRASE_FILE=mute $t token",
        "TOKCACHE_PASSPHRASE_FILE=passphrase $t cache rekey --new-passphrase-file mute",
    ] {
        let started = Instant::now();
        let said = failure_of(7, &shell(&home, script));
        assert!(said.contains(" delivered no passphrase within 3 s"), "{script}: {said}");
        assert!(started.elapsed() < Duration::from_secs(10), "{script}: {:?}", started.elapsed());
    }
    let open = "TOKCACHE_PASSPHRASE_FD=7 $t token 7< <(cat passphrase; exec sleep 30 2>&-)";
    let started = Instant::now();
    assert_eq!(answer_of(&shell(&home, open)), ACCESS_TOKEN);
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

#[test]
fn a_key_file_and_a_credential_that_are_pipes_are_refused_at_once() {
    let home = Home::new();
    let started = Instant::now();
    let script = "mkdir -m 700 credentials; mkfifo -m 600 key credentials/tokcache-key; export CREDENTIALS_DIRECTORY=$PWD/credentials";
    answer_of(&shell(&home, script));
    for line in [
        "CREDENTIALS_DIRECTORY=$PWD/credentials $t cache encrypt --encrypt credential",
        "CREDENTIALS_DIRECTORY=$PWD/credentials $t cache encrypt --encrypt key-file:key",
    ] {
        let said = failure_of(7, &shell(&home, line));
        assert!(said.contains("it is no file"), "{line}: {said}");
    }
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}
