//! Tests keys in a real gnome-keyring, and every failure of a keyring.

use std::fs;
use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use crate::harness::{ACCESS_TOKEN, Bus, Daemon, Prompter, REFRESH_TOKEN};
use crate::support::home::Home;
use crate::support::strace::strace;
use crate::support::{answer_of, text};

/// The time limit for a whole command with a keyring that does not answer. tokcache gives up after 3 s and says so; the
/// rest is for a busy machine.
const LIMIT: Duration = Duration::from_secs(10);

fn keyring() -> Bus {
    Bus::new(Daemon::GnomeKeyring, Prompter::Dismisses)
}

#[test]
fn the_key_is_kept_in_the_keyring_and_the_cache_opens_with_it() {
    let bus = keyring();
    let home = Home::on(&bus);
    home.answer("cache encrypt --encrypt keyring");
    assert!(home.header().contains(r#""source":"keyring""#), "{}", home.header());
    assert_eq!(home.answer("token"), ACCESS_TOKEN);
    assert!(home.answer("list").contains("bob@example.com"));
    let kept = bus.secret_tool(&["search", "--all", "service", "tokcache"]);
    assert!(!kept.contains(REFRESH_TOKEN), "the keyring holds the key, not the cache");
    assert_eq!(bus.keys(), 1);
}

#[test]
fn a_plain_command_opens_what_is_sealed_without_being_told_how() {
    let bus = keyring();
    let home = Home::on(&bus);
    home.answer("cache encrypt --encrypt keyring");
    home.answer("profile remove");
    assert!(home.answer("list").contains("bob@example.com"));
}

#[test]
fn changing_the_key_and_opening_for_good_leave_no_old_key_behind() {
    let bus = keyring();
    let home = Home::on(&bus);
    home.answer("cache encrypt --encrypt keyring");
    let before = home.header();
    home.answer("cache rekey");
    assert_ne!(home.header(), before);
    assert_eq!((home.answer("token").as_str(), bus.keys()), (ACCESS_TOKEN, 1));
    home.answer("cache decrypt");
    assert!(!home.is_sealed());
    assert_eq!((home.answer("token").as_str(), bus.keys()), (ACCESS_TOKEN, 0));
}

#[test]
fn programs_that_read_while_the_key_changes_always_get_their_token() {
    let bus = keyring();
    let home = Home::on(&bus);
    home.answer("cache encrypt --encrypt keyring");
    // The profile's setting, which is the same before and after, is not part of this test.
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| scope.spawn(|| (0..15).for_each(|_| assert_eq!(home.answer("token"), ACCESS_TOKEN))))
            .collect();
        for _ in 0..6 {
            home.answer("cache rekey");
        }
        readers.into_iter().for_each(|reader| reader.join().unwrap());
    });
    assert_eq!(bus.keys(), 1);
}

/// Checks that commands report `cause` if the keyring does not store a key, and that the cache stays plain.
fn assert_names(home: &Home, cause: &str) {
    let plain = fs::read(home.cache()).unwrap();
    for command in ["cache encrypt --encrypt keyring", "login --encrypt keyring --store file:new --client-id app"] {
        let started = Instant::now();
        let said = home.refusal(command);
        let took = started.elapsed();
        assert!(said.contains(cause), "{command}: {said}");
        let other_key = format!("\n  try: tokcache {}\n", command.replace("keyring", "key-file:PATH"));
        let is_program_named = said.replace(env!("CARGO_BIN_EXE_tokcache"), "tokcache").ends_with(&other_key);
        assert!(is_program_named, "what helps is another key: {said}");
        assert!(took < LIMIT, "{command} took {took:?}");
    }
    assert_eq!(fs::read(home.cache()).unwrap(), plain, "the cache is as it was");
    assert!(!home.path("new").exists(), "nothing was written in plain");
}

#[test]
fn without_a_bus_nothing_is_written() {
    assert_names(&Home::new(), "no D-Bus session bus can be reached");
    let mut home = Home::new();
    home.set("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/at/all");
    assert_names(&home, "no D-Bus session bus can be reached");
}

#[test]
fn without_a_daemon_nothing_is_written() {
    let bus = Bus::new(Daemon::None, Prompter::Dismisses);
    assert_names(&Home::on(&bus), "no Secret Service answers on the session bus");
}

#[test]
fn a_daemon_that_hangs_is_given_up_in_time_and_nothing_is_written() {
    let bus = Bus::new(Daemon::Mute, Prompter::Dismisses);
    assert_names(&Home::on(&bus), "the keyring has not answered for 3 s");
}

#[test]
fn a_bus_that_hangs_is_given_up_in_time_and_nothing_is_written() {
    let mut home = Home::new();
    let socket = home.path("mute");
    let _listener = UnixListener::bind(&socket).unwrap();
    home.set("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", socket.display()));
    assert_names(&home, "the keyring has not answered for 3 s");
}

#[test]
fn a_locked_keyring_without_a_screen_is_named_and_nothing_is_written() {
    let bus = keyring();
    bus.lock();
    assert_names(&Home::on(&bus), "the keyring is locked, and there is no screen");
}

#[test]
fn a_prompt_that_is_dismissed_is_named_and_nothing_is_read() {
    let bus = keyring();
    let mut home = Home::on(&bus);
    home.answer("cache encrypt --encrypt keyring");
    bus.lock();
    assert!(home.refusal("token").contains("the keyring is locked, and there is no screen"));
    home.set("DISPLAY", ":77");
    assert!(home.refusal("token").contains("the prompt for its password was dismissed"));
}

#[test]
fn a_prompt_that_nobody_answers_is_given_up_in_time() {
    let bus = Bus::new(Daemon::GnomeKeyring, Prompter::Waits);
    let mut home = Home::on(&bus);
    home.set("DISPLAY", ":77");
    home.answer("cache encrypt --encrypt keyring");
    bus.lock();
    let started = Instant::now();
    assert!(home.refusal("token").contains("perhaps it waits for its password to be typed"));
    assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
}

/// A new key is read back before anything is encrypted with it.
#[test]
fn a_keyring_that_does_not_give_back_what_it_is_given_is_not_trusted_with_a_key() {
    let bus = Bus::new(Daemon::Forgetful, Prompter::Dismisses);
    assert_names(&Home::on(&bus), "the keyring does not keep what it is given");
    assert_eq!(bus.keys(), 0);
}

#[test]
fn a_key_that_was_deleted_is_named_and_what_helps_is_a_new_cache() {
    let bus = keyring();
    let home = Home::on(&bus);
    home.answer("cache encrypt --encrypt keyring");
    bus.secret_tool(&["clear", "service", "tokcache"]);
    let said = home.refusal("token");
    assert!(said.contains("the keyring does not have the key: it was deleted there"), "{said}");
    let cache = home.cache().display().to_string();
    assert!(said.contains(&format!("  try: mv {cache} {cache}.old")), "{said}");
}

#[test]
fn a_cache_of_twenty_megabytes_needs_no_more_of_a_keyring_than_a_small_one() {
    let bus = keyring();
    let home = Home::on(&bus);
    let text = fs::read_to_string(home.cache()).unwrap();
    let filler = format!("{{\n\"Unknown\": {:?},", "x".repeat(20_000_000));
    home.write("state/token_cache.json", text.replacen('{', &filler, 1));
    home.answer("cache encrypt --encrypt keyring");
    assert!(fs::metadata(home.cache()).unwrap().len() > 20_000_000);
    assert_eq!(home.answer("token"), ACCESS_TOKEN);
    home.answer("cache decrypt");
    assert!(fs::read_to_string(home.cache()).unwrap() == text.replacen('{', &filler, 1));
}

/// An error of the save proves nothing: only the file says whether the new key is needed.
#[test]
fn where_the_folder_cannot_be_synced_no_key_is_lost_that_the_cache_needs() {
    let bus = keyring();
    let home = Home::on(&bus);
    for (command, keys, sync) in
        [("cache encrypt --encrypt keyring", 1, 4), ("cache rekey", 1, 2), ("cache decrypt", 0, 4)]
    {
        // Fails the sync of the cache's folder, which comes after the sync of the cache, and of the profile and its
        // folder if that changes. Only root could select it by its path.
        let inject = format!("inject=fsync:error=EIO:when={sync}");
        let options = ["-o", "/dev/null", "-e", "trace=fsync", "-e", &inject];
        let output = strace(&options, &home.program(command)).output().unwrap();
        answer_of(&output);
        let said = text(&output.stderr);
        assert!(said.contains("warning: saved, but a system crash could undo the save"), "{command}: {said}");
        assert_eq!((home.answer("token").as_str(), bus.keys()), (ACCESS_TOKEN, keys), "{command}: {said}");
    }
}

#[test]
fn changing_the_key_of_a_copy_leaves_the_key_of_the_original() {
    let bus = keyring();
    let home = Home::on(&bus);
    home.answer("cache encrypt --encrypt keyring");
    fs::copy(home.cache(), home.path("state/copy.json")).unwrap();
    let copy = home.tokcache(&format!("cache rekey --moved --store file:{}", home.path("state/copy.json").display()));
    answer_of(&copy);
    assert!(text(&copy.stderr).contains("may need it still"), "{copy:?}");
    assert_eq!((home.answer("token").as_str(), bus.keys()), (ACCESS_TOKEN, 2));
}
