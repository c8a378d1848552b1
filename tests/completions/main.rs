//! Tests the completion scripts in their shells: a user types half a word and presses Tab.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy allows them in test functions only")]

#[cfg(feature = "keyring")]
#[path = "../encryption/harness/bus.rs"]
#[allow(dead_code, reason = "the encryption tests use the rest")]
mod bus;
mod shell;
#[path = "../support/mod.rs"]
mod support;

use std::net::TcpListener;

#[cfg(feature = "keyring")]
use bus::{Bus, Daemon, Prompter};
use shell::{SHELLS, Shell};
use support::home::Home;
use support::strace::{name, traced};
use support::text;

/// A user name whose characters are special in some shell.
const ODD: &str = r#"eve "$x` o'n\eil@example.com"#;

/// Creates a home in which Bob and the user with the odd name are signed in, for scopes that are URLs. It has a profile
/// `work`.
fn home() -> Home {
    let home = Home::of("two-accounts");
    let cache = "state/token_cache.json";
    home.edit(cache, "eve@example.com", &ODD.replace('\\', r"\\").replace('"', r#"\""#));
    home.edit(cache, "api:read openid\"", "api:read api://x/read api://x/write openid\"");
    let profile = std::fs::read(home.path("config/profiles/default.toml")).unwrap();
    home.write("config/profiles/work.toml", profile);
    home
}

/// Checks the completion of each line in every shell.
#[track_caller]
fn assert_completed(home: &Home, cases: &[(&str, &[&str])]) {
    for shell in SHELLS {
        let mut shell = Shell::start(shell, home);
        for (line, expected) in cases {
            assert_eq!(shell.completed(line), *expected, "{line} in {}", shell.name);
        }
        assert!(!shell.shown().contains("error"), "{}: {}", shell.name, shell.shown());
    }
}

#[test]
fn the_accounts_profiles_and_scopes_that_there_are_stand_behind_tab() {
    assert_completed(
        &home(),
        &[
            ("token --account bo", &["token", "--account", "bob@example.com"]),
            ("token --account bob@ex", &["token", "--account", "bob@example.com"]),
            ("exec --account=bo", &["exec", "--account=bob@example.com"]),
            ("--profile wo", &["--profile", "work"]),
            ("list --profile=wo", &["list", "--profile=work"]),
            ("profile show wo", &["profile", "show", "work"]),
            ("profile set wo", &["profile", "set", "work"]),
            ("profile remove wo", &["profile", "remove", "work"]),
            ("profile secret wo", &["profile", "secret", "work"]),
            ("doctor --profile wo", &["doctor", "--profile", "work"]),
            ("explain --account bo", &["explain", "--account", "bob@example.com"]),
            ("explain --scope api:r", &["explain", "--scope", "api:read"]),
            ("login --provider keyc", &["login", "--provider", "keycloak"]),
            ("profile show az", &["profile", "show", "azure-cli"]),
            ("token --scope api:r", &["token", "--scope", "api:read"]),
            ("login --scope api://x/w", &["login", "--scope", "api://x/write"]),
            ("token --scope=api://x/r", &["token", "--scope=api://x/read"]),
            ("profile set work --scope api:r", &["profile", "set", "work", "--scope", "api:read"]),
            ("profile sho", &["profile", "show"]),
        ],
    );
}

/// The kinds of values, each with the line before Tab.
const KINDS: [(&str, &str); 3] =
    [("accounts", "token --account "), ("scopes", "token --scope "), ("profiles", "--profile ")];

/// Returns the calls with which a program could reach the network, the keyring of a desktop or that of the kernel.
fn questions(calls: Vec<String>) -> Vec<String> {
    const QUESTIONS: [&str; 6] = ["socket", "socketpair", "connect", "keyctl", "request_key", "add_key"];
    assert!(calls.len() > 20, "strace saw nothing: {calls:?}");
    calls.into_iter().filter(|call| QUESTIONS.contains(&name(call))).collect()
}

/// Returns the values of a kind that the program prints for the line. It must open no socket and ask no keyring.
#[track_caller]
fn offered(home: &Home, kind: &str, line: &str) -> Vec<String> {
    let mut command = home.program(&format!("complete {kind}"));
    command.env("COMP_LINE", format!("tokcache {line}"));
    let (output, calls) = traced(&[], &command);
    assert_eq!(questions(calls), [""; 0], "{kind}");
    assert!(output.status.success() && output.stderr.is_empty(), "{kind}: {output:?}");
    text(&output.stdout).lines().map(str::to_owned).collect()
}

#[test]
fn completion_opens_no_socket_and_asks_no_keyring() {
    let home = home();
    for ((kind, line), value) in KINDS.into_iter().zip(["bob@example.com", "api:read", "work"]) {
        let offered = offered(&home, kind, line);
        assert!(offered.iter().any(|offered| offered == value), "{kind}: {offered:?}");
    }
}

#[cfg(feature = "keyring")]
#[test]
fn with_a_key_in_the_keyring_completion_asks_no_keyring_and_offers_the_profiles() {
    let (mut home, bus) = (home(), Bus::new(Daemon::GnomeKeyring, Prompter::Dismisses));
    home.set("DBUS_SESSION_BUS_ADDRESS", bus.address.clone());
    home.answer("cache encrypt --encrypt keyring");
    for (kind, line) in KINDS {
        let offered = offered(&home, kind, line);
        assert_eq!(offered.iter().any(|offered| offered == "work"), kind == "profiles", "{kind}: {offered:?}");
    }
    // The control: a real command asks the keyring.
    let (output, calls) = traced(&[], &home.program("list"));
    assert!(text(&output.stdout).contains("bob@example.com"), "{output:?}");
    assert!(questions(calls).iter().any(|call| name(call) == "connect"));
    assert_completed(&home, &[("--profile wo", &["--profile", "work"])]);
}

#[test]
fn with_a_store_on_a_server_completion_opens_no_socket_and_offers_the_profiles() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    server.set_nonblocking(true).unwrap();
    let address = server.local_addr().unwrap();
    for store in [format!("redis://{address}"), format!("postgres://app@{address}/tokens")] {
        let home = home();
        for name in ["default", "work"] {
            home.edit(&format!("config/profiles/{name}.toml"), "client_id", &format!("store = \"{store}\"\nclient_id"));
        }
        for (kind, line) in KINDS.into_iter().chain([("accounts", "--profile work token --account ")]) {
            let offered = offered(&home, kind, line);
            assert_eq!(offered.iter().any(|offered| offered == "work"), kind == "profiles", "{kind}: {offered:?}");
        }
        assert_completed(&home, &[("--profile wo", &["--profile", "work"])]);
        assert!(server.accept().is_err(), "somebody has asked the server");
        // The control: a real command asks the server.
        let (_, calls) = traced(&[], &home.program("list --lock-timeout 1s --timeout 1s"));
        assert!(questions(calls).iter().any(|call| name(call) == "connect"), "{store}");
        assert!(server.accept().is_ok(), "{store}");
    }
}

#[test]
fn a_value_comes_out_as_it_is_whatever_its_letters_mean_to_the_shell() {
    let expected = &["token", "--account", ODD][..];
    assert_completed(
        &home(),
        &[
            ("token --account ev", expected),
            ("token --account 'ev", expected),
            ("token --account \"ev", expected),
            ("token --account eve\\ ", expected),
            ("token --account \"bob@e", &["token", "--account", "bob@example.com"]),
        ],
    );
}

#[test]
fn the_cache_and_the_profile_that_were_typed_are_those_that_are_asked() {
    let home = home();
    std::fs::copy(home.cache(), home.path("other.json")).unwrap();
    home.edit("other.json", "bob@example.com", "bert@example.com");
    let store = format!("--store file:{}", home.path("other.json").display());
    let (flag, file) = store.split_once(' ').unwrap();
    assert_completed(
        &home,
        &[(&format!("{store} token --account b"), &[flag, file, "token", "--account", "bert@example.com"])],
    );
}

#[test]
fn a_cache_that_is_not_to_be_read_offers_nothing_and_says_nothing() {
    let nothing: &[(&str, &[&str])] =
        &[("token --account bo", &["token", "--account", "bo"]), ("token --scope zz", &["token", "--scope", "zz"])];
    let sealed = home();
    let key = sealed.path("key").display().to_string();
    sealed.answer(&format!("cache encrypt --encrypt key-file:{key}"));
    assert_completed(&sealed, nothing);
    let damaged = home();
    damaged.write("state/token_cache.json", "{\"Account\": {\"bob");
    assert_completed(&damaged, nothing);
    let empty = Home::empty();
    assert_completed(&empty, nothing);
    let mut wrong = home();
    wrong.set("TOKCACHE_STORE", "redis://nowhere");
    assert_completed(&wrong, nothing);
}

#[test]
fn no_completion_of_a_value_names_files() {
    let home = home();
    home.write("xyzzy", "");
    assert_completed(
        &home,
        &[
            ("token --account xy", &["token", "--account", "xy"]),
            ("profile show xy", &["profile", "show", "xy"]),
            ("token --ca-file xy", &["token", "--ca-file", "xyzzy"]),
        ],
    );
}
