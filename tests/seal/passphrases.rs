//! Passphrases: from files and descriptors, never asked of a script, and never in what is said.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;

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
    assert!(none.contains("nobody can be asked for it\n  try: export TOKCACHE_PASSPHRASE_FILE=FILE"), "{none}");
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
    assert!(said.contains("is no secret: its mode is 0644"), "{said}");
}

#[test]
fn the_passphrase_is_changed() {
    let home = sealed_home();
    let change = "TOKCACHE_PASSPHRASE_FILE=passphrase $t cache rekey --new-passphrase-file other";
    answer_of(&shell(&home, change));
    assert_eq!(answer_of(&shell(&home, "TOKCACHE_PASSPHRASE_FILE=other $t token")), ACCESS_TOKEN);
    failure_of(7, &shell(&home, "TOKCACHE_PASSPHRASE_FILE=passphrase $t token"));
    // The old one is not taken for the new one.
    let said = failure_of(7, &shell(&home, "TOKCACHE_PASSPHRASE_FILE=other $t cache rekey"));
    assert!(said.contains("nobody can be asked for it\n  try: "), "{said}");
    assert!(said.ends_with(" cache rekey --new-passphrase-file PATH\n"), "{said}");
}

#[test]
fn a_passphrase_is_no_argument() {
    let home = Home::new();
    let output = home.tokcache("cache encrypt --encrypt passphrase:correct-horse");
    assert_eq!(output.status.code(), Some(3));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("correct-horse"));
}
