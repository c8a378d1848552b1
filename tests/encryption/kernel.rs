//! Tests copies of keys in the kernel's keyring. `keyctl session` gives each case a separate login session.

use std::process::Output;

use crate::harness::{ACCESS_TOKEN, Bus, Daemon, Prompter};
use crate::support::home::Home;
use crate::support::{answer_of, failure_of};

/// Runs a shell script in a new kernel session; `$t` is tokcache.
fn in_new_session(home: &Home, script: &str) -> Output {
    let mut command = home.command("keyctl");
    command.args(["session", "-", "sh", "-ec", script]).env("t", env!("CARGO_BIN_EXE_tokcache"));
    command.output().unwrap_or_else(|error| panic!("keyctl is needed (package keyutils): {error}"))
}

fn home_with_a_passphrase() -> Home {
    let mut home = Home::new();
    home.write("passphrase", "correct horse\n");
    home.set("TOKCACHE_KEY_CACHE", "kernel");
    home
}

#[test]
fn a_passphrase_is_needed_once_in_a_session_and_again_in_the_next() {
    let home = home_with_a_passphrase();
    let encrypt = "TOKCACHE_PASSPHRASE_FILE=passphrase $t cache encrypt --encrypt passphrase; $t token; $t token";
    assert_eq!(answer_of(&in_new_session(&home, encrypt)), format!("{ACCESS_TOKEN}\n{ACCESS_TOKEN}"));
    let said = failure_of(7, &in_new_session(&home, "$t token"));
    assert!(said.contains("there is no terminal on which to ask for it"), "{said}");
    let once = "TOKCACHE_PASSPHRASE_FILE=passphrase $t token >&2; $t token";
    assert_eq!(answer_of(&in_new_session(&home, once)), ACCESS_TOKEN);
}

#[test]
fn without_being_asked_for_no_copy_is_kept() {
    let mut home = home_with_a_passphrase();
    home.set("TOKCACHE_KEY_CACHE", "none");
    let script = "export TOKCACHE_PASSPHRASE_FILE=passphrase; $t cache encrypt --encrypt passphrase; $t token >&2
                  unset TOKCACHE_PASSPHRASE_FILE; if keyctl show @s | grep tokcache: >&2; then exit 9; fi; $t token";
    failure_of(7, &in_new_session(&home, script));
}

#[test]
fn with_the_copy_at_hand_no_bus_is_needed() {
    let bus = Bus::new(Daemon::GnomeKeyring, Prompter::Dismisses);
    let mut home = Home::on(&bus);
    home.set("TOKCACHE_KEY_CACHE", "kernel");
    let script = "$t cache encrypt --encrypt keyring; unset DBUS_SESSION_BUS_ADDRESS; $t token";
    assert_eq!(answer_of(&in_new_session(&home, script)), ACCESS_TOKEN);
    let again = "$t token >&2; keyctl show @s >&2; strace -f -o trace -e trace=socket,clone,clone3 $t token";
    assert_eq!(answer_of(&in_new_session(&home, again)), ACCESS_TOKEN);
    let trace = std::fs::read_to_string(home.path("trace")).unwrap();
    assert!(!trace.contains("socket(") && !trace.contains("clone"), "a connection, or a thread: {trace}");
}

#[test]
fn the_copy_of_an_old_key_goes_with_it() {
    let home = home_with_a_passphrase();
    let script = "export TOKCACHE_PASSPHRASE_FILE=passphrase; $t cache encrypt --encrypt passphrase
                  $t cache rekey --new-passphrase-file passphrase; $t cache decrypt
                  if keyctl show @s | grep tokcache: >&2; then exit 9; fi";
    answer_of(&in_new_session(&home, script));
}
