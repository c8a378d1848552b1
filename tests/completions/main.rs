//! Tests the completion scripts in their shells: a user types half a word and presses Tab.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy allows them in test functions only")]

mod shell;
#[path = "../support/mod.rs"]
mod support;

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

/// Without a socket, there is neither the network nor the keyring of a desktop.
#[test]
fn completion_opens_no_socket_and_asks_no_keyring() {
    let home = home();
    for (kind, line, value) in [
        ("accounts", "token --account ", "bob@example.com"),
        ("scopes", "token --scope ", "api:read"),
        ("profiles", "--profile ", "work"),
    ] {
        let mut command = home.program(&format!("complete {kind}"));
        command.env("COMP_LINE", format!("tokcache {line}"));
        let (output, calls) = traced(&[], &command);
        assert!(text(&output.stdout).lines().any(|offered| offered == value), "{kind}: {output:?}");
        let asked =
            calls.iter().find(|call| matches!(name(call), "socket" | "connect" | "keyctl" | "request_key" | "add_key"));
        assert_eq!(asked, None, "{kind}");
        assert!(calls.len() > 20, "strace saw nothing: {calls:?}");
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
