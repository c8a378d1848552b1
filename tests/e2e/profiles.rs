//! Tests several users and profiles at one client: each profile belongs to one account.

use std::process::Output;

use serde_json::Value;

use crate::harness::{Home, Provider, output_of};

/// Runs `tokcache login` with the arguments as the user `login`, and returns its messages.
#[track_caller]
fn signed_in(home: &Home, provider: &Provider, login: &str, arguments: &[&str]) -> String {
    let output = sign_in(home, provider, login, arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

#[track_caller]
fn sign_in(home: &Home, provider: &Provider, login: &str, arguments: &[&str]) -> Output {
    home.sign_in_by(&[&["login"], arguments].concat(), |user_code| provider.approve_as(login, user_code))
}

/// Returns the owner of the token that the arguments get without a sign-in.
#[track_caller]
fn owner(home: &Home, arguments: &[&str]) -> String {
    let answer = home.answer(&[&["token", "-o", "json"], arguments].concat());
    let token: Value = serde_json::from_str(&answer).expect("JSON");
    token["account"]["username"].as_str().expect("a name").to_owned()
}

#[test]
fn a_sign_in_by_somebody_else_under_another_profile_breaks_neither() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    signed_in(&home, &provider, "alice", &["--scope", "api.read"]);

    signed_in(&home, &provider, "dave", &["--profile", "dave", "--scope", "api.read"]);

    for further in [&[][..], &["--force-refresh"]] {
        assert_eq!(owner(&home, further), "alice@example.com");
        assert_eq!(owner(&home, &[further, &["--profile", "default"]].concat()), "alice@example.com");
        assert_eq!(owner(&home, &[further, &["--profile", "dave"]].concat()), "dave@example.com");
        assert_eq!(owner(&home, &[further, &["--account", "dave"]].concat()), "dave@example.com");
    }

    home.answer(&["clear", "--profile", "dave"]);

    assert_eq!(owner(&home, &[]), "alice@example.com");
    assert_eq!(
        home.error(4, &["token", "--profile", "dave"])["command"].as_str().map(|it| it.contains("dave")),
        Some(true)
    );
}

#[test]
fn a_profile_of_the_first_release_stays_the_persons_whom_it_meant() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    signed_in(&home, &provider, "alice", &["--scope", "api.read"]);
    // An older profile does not name its account.
    home.answer(&["profile", "set", "default", "--no-account"]);
    home.answer(&["profile", "set", "ci", "--scope", "api.read"]);

    signed_in(&home, &provider, "dave", &["--profile", "dave", "--scope", "api.read"]);

    assert_eq!(owner(&home, &[]), "alice@example.com");
    assert_eq!(owner(&home, &["--profile", "ci"]), "alice@example.com");
    assert_eq!(owner(&home, &["--profile", "dave"]), "dave@example.com");
}

#[test]
fn somebody_elses_sign_in_does_not_change_what_the_profiles_scripts_get() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    signed_in(&home, &provider, "alice", &["--scope", "api.read"]);

    let said = signed_in(&home, &provider, "bob", &["--scope", "mail.read"]);

    assert!(said.contains("alice@example.com's and was not changed"), "{said}");
    assert!(said.contains("tokcache profile set default --account bob@example.com"), "{said}");
    assert_eq!(owner(&home, &[]), "alice@example.com");
    assert!(!home.answer(&["profile", "show"]).contains("mail.read"));
    assert_eq!(owner(&home, &["--account", "bob@example.com", "--scope", "mail.read"]), "bob@example.com");

    home.answer(&["profile", "set", "default", "--account", "bob@example.com"]);
    assert_eq!(owner(&home, &[]), "bob@example.com");
}

#[test]
fn with_replace_the_profile_becomes_the_newcomers_and_says_so() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    signed_in(&home, &provider, "alice", &["--scope", "api.read"]);

    let said = signed_in(&home, &provider, "bob", &["--replace", "--scope", "mail.read"]);

    assert!(said.contains("was for alice@example.com"), "{said}");
    assert!(said.contains("added scope mail.read; removed scope api.read"), "{said}");
    assert_eq!(owner(&home, &[]), "bob@example.com");
    assert_eq!(owner(&home, &["--account", "alice", "--scope", "api.read"]), "alice@example.com");
}

#[test]
fn where_its_person_is_signed_out_a_profile_becomes_the_next_ones() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    signed_in(&home, &provider, "alice", &["--scope", "api.read"]);
    home.answer(&["clear"]);

    let said = signed_in(&home, &provider, "bob", &["--scope", "api.read"]);

    assert!(said.contains("was for alice@example.com"), "{said}");
    assert_eq!(owner(&home, &[]), "bob@example.com");
}

#[test]
fn a_sign_in_for_further_scopes_adds_them_and_says_so() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    signed_in(&home, &provider, "alice", &["--scope", "api.read"]);

    let said = signed_in(&home, &provider, "alice", &["--scope", "mail.read"]);

    assert!(said.contains("The profile \"default\" changed: added scope mail.read."), "{said}");
    for scope in ["api.read", "mail.read"] {
        assert_eq!(owner(&home, &["--scope", scope]), "alice@example.com");
        assert_eq!(owner(&home, &["--scope", scope, "--force-refresh"]), "alice@example.com");
    }
    let said = signed_in(&home, &provider, "alice", &["--scope", "mail.read"]);
    assert!(!said.contains("changed"), "{said}");
}

#[test]
fn a_sign_in_of_the_same_person_for_another_profile_leaves_the_first_its_scopes() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    signed_in(&home, &provider, "alice", &["--scope", "api.read"]);

    let said = signed_in(&home, &provider, "alice", &["--profile", "mail", "--scope", "mail.read"]);

    assert!(said.contains("Also asking for api.read, for the profile default."), "{said}");
    for further in [&[][..], &["--force-refresh"]] {
        assert_eq!(owner(&home, further), "alice@example.com");
        assert_eq!(owner(&home, &[further, &["--profile", "mail"]].concat()), "alice@example.com");
    }
    assert!(!home.answer(&["profile", "show", "mail"]).contains("api.read"));
}

#[test]
fn whoever_signs_in_for_a_new_profile_keeps_what_the_earlier_ones_need() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    signed_in(&home, &provider, "alice", &["--scope", "api.read"]);
    signed_in(&home, &provider, "dave", &["--profile", "dave", "--account", "dave", "--scope", "api.write"]);
    assert!(!home.answer(&["profile", "show", "dave"]).contains("api.read"));

    // It is unknown who will sign in, and no scope is requested.
    let said = signed_in(&home, &provider, "dave", &["--profile", "third"]);

    assert!(said.contains("Also asking for api.write api.read, for the profiles dave and default."), "{said}");
    assert_eq!(owner(&home, &["--profile", "dave", "--force-refresh"]), "dave@example.com");
    assert_eq!(owner(&home, &["--force-refresh"]), "alice@example.com");
    assert_eq!(owner(&home, &["--profile", "third", "--force-refresh"]), "dave@example.com");
    assert!(home.answer(&["profile", "show", "third"]).contains("scopes = [\"openid\"]"));
}

#[test]
fn a_sign_in_for_one_token_leaves_the_profile_its_scopes() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    signed_in(&home, &provider, "alice", &["--scope", "api.read"]);
    let profile = home.answer(&["profile", "show"]);

    let token = home.sign_in_by(&["token", "--login", "--scope", "mail.read"], |user_code| provider.approve(user_code));

    assert!(token.status.success(), "{}", String::from_utf8_lossy(&token.stderr));
    assert_eq!(home.answer(&["profile", "show"]), profile);
    assert_eq!(owner(&home, &["--force-refresh"]), "alice@example.com");
    assert_eq!(owner(&home, &["--force-refresh", "--scope", "mail.read"]), "alice@example.com");
}

#[test]
fn a_sign_in_by_another_than_the_account_that_was_named_changes_nothing() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    signed_in(&home, &provider, "bob", &["--scope", "api.read"]);
    let (profile, cache) = (home.answer(&["profile", "show"]), home.cache.text());

    let refused = sign_in(&home, &provider, "alice", &["--account", "bob", "--scope", "mail.read"]);

    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(9), "{said}");
    assert!(said.contains("alice@example.com has signed in, and not bob"), "{said}");
    assert_eq!(home.answer(&["profile", "show"]), profile);
    assert_eq!(home.cache.text(), cache);
    assert_eq!(provider.live_refresh_tokens(), 0, "what is not kept here is not alive there");
    signed_in(&home, &provider, "bob", &["--account", "BOB@example.com", "--scope", "mail.read"]);
    assert_eq!(owner(&home, &[]), "bob@example.com");
}

#[test]
fn a_sign_in_that_fails_leaves_the_profile_as_it_was() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    signed_in(&home, &provider, "alice", &["--scope", "api.read"]);
    let profile = home.answer(&["profile", "show"]);

    let denied = home.sign_in_by(&["login", "--scope", "mail.read", "--replace"], |user_code| provider.deny(user_code));

    assert_eq!(denied.status.code(), Some(6));
    assert_eq!(home.answer(&["profile", "show"]), profile);
    assert_eq!(owner(&home, &["--offline"]), "alice@example.com");
}

#[test]
fn two_people_who_sign_in_at_once_do_not_share_a_profile() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    std::thread::scope(|scope| {
        for login in ["alice", "bob"] {
            let (home, provider) = (&home, &provider);
            scope.spawn(move || sign_in(home, provider, login, &["--scope", "api.read"]));
        }
    });

    let first = owner(&home, &[]);
    let second = if first.starts_with("alice") { "bob" } else { "alice" };
    assert_eq!(owner(&home, &["--account", second]), format!("{second}@example.com"));
    assert_eq!(owner(&home, &["--force-refresh"]), first);
}

#[test]
fn a_token_from_a_sign_in_by_somebody_else_is_not_printed() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    signed_in(&home, &provider, "alice", &["--scope", "api.read"]);
    home.answer(&["clear"]);

    let refused = home.sign_in_by(&["token", "--login"], |user_code| provider.approve_as("bob", user_code));

    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(9), "{said}");
    assert!(refused.stdout.is_empty());
    assert!(said.contains("bob@example.com has signed in, and not alice@example.com"), "{said}");
}

/// Runs a program without tokcache's variables.
fn unset(home: &Home, program: &str, arguments: &[&str]) -> Output {
    let mut command = home.command(program);
    for name in ["AUTHORITY", "CA_FILE", "CLIENT_ID", "STORE"] {
        command.env_remove(format!("TOKCACHE_{name}"));
    }
    output_of(command.args(arguments))
}

#[test]
fn the_advice_after_a_profile_is_removed_signs_its_person_out_at_the_server() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    signed_in(&home, &provider, "alice", &["--profile", "work", "--scope", "api.read"]);
    signed_in(&home, &provider, "bob", &["--scope", "api.read"]);
    home.answer(&["profile", "remove", "default"]);

    let removed = unset(&home, env!("CARGO_BIN_EXE_tokcache"), &["profile", "remove", "work"]);

    let said = String::from_utf8_lossy(&removed.stderr).into_owned();
    assert!(removed.status.success(), "{said}");
    assert_eq!(provider.live_refresh_tokens(), 1, "{said}");
    let advice = said.split('`').nth(1).expect("a command").replacen("tokcache", env!("CARGO_BIN_EXE_tokcache"), 1);
    let signed_out = unset(&home, "sh", &["-c", &advice]);
    let said = String::from_utf8_lossy(&signed_out.stderr);
    assert!(signed_out.status.success(), "{advice}: {said}");
    assert!(said.contains("Signed out alice@example.com; the server has revoked"), "{said}");
    assert_eq!(provider.live_refresh_tokens(), 0);
    assert_eq!(owner(&home, &["--scope", "api.read"]), "bob@example.com");
}

#[test]
fn a_profile_can_be_removed_with_its_sign_in() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    signed_in(&home, &provider, "alice", &["--profile", "work", "--scope", "api.read"]);
    signed_in(&home, &provider, "bob", &["--scope", "api.read"]);

    home.answer(&["profile", "remove", "work", "--sign-out"]);

    assert_eq!(provider.live_refresh_tokens(), 0);
    assert_eq!(home.error(3, &["token", "--profile", "work"])["code"], "config");
    assert_eq!(owner(&home, &[]), "bob@example.com");
}

#[test]
fn without_a_profile_the_cache_of_a_profile_serves_and_refreshes() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    signed_in(&home, &provider, "alice", &["--scope", "api.read"]);
    home.forget_profile();

    for further in [&["--offline"][..], &["--force-refresh"]] {
        assert_eq!(owner(&home, &[&["--scope", "api.read"], further].concat()), "alice@example.com");
    }
    let mut elsewhere = home.command(env!("CARGO_BIN_EXE_tokcache"));
    elsewhere.args(["token", "--scope", "api.read"]).env("TOKCACHE_CLIENT_ID", "another");
    assert_eq!(output_of(&mut elsewhere).status.code(), Some(4));
}

#[test]
fn where_a_provider_has_moved_its_token_endpoint_is_found_out_once_and_remembered() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    signed_in(&home, &provider, "alice", &["--scope", "api.read"]);
    let before = home.profile();
    let known = before.lines().find(|line| line.starts_with("token_endpoint")).expect("it is remembered");
    let earlier = known.replace("/token\"", "/earlier/token\"");
    assert_ne!(earlier, known);
    home.edit_profile(known, &earlier);

    let requests = provider.requests();
    assert_eq!(owner(&home, &["--force-refresh"]), "alice@example.com");

    assert_eq!(provider.requests(), requests + 2, "the metadata and the new place; nothing counts at the old one");
    assert_eq!(home.profile(), before, "the profile is as it was");
    assert_eq!(owner(&home, &["--force-refresh"]), "alice@example.com");
    assert_eq!(provider.requests(), requests + 3);
}

#[test]
fn a_scope_of_another_profile_that_the_server_does_not_know_any_more_keeps_nobody_from_signing_in() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    signed_in(&home, &provider, "alice", &["--scope", "api.read"]);
    signed_in(&home, &provider, "alice", &["--profile", "ci", "--scope", "mail.read"]);
    home.answer(&["profile", "set", "ci", "--scope", "no.longer"]);
    // Once with all reserved scopes, and once with fewer.
    let fault = serde_json::json!({ "endpoint": "device_authorization", "times": 3,
        "answer": { "status": 400, "body": { "error": "invalid_scope", "error_description": "no.longer is not known" } } });
    provider.order_fault(fault);

    let said = signed_in(&home, &provider, "alice", &["--scope", "api.read"]);

    assert!(said.contains("Also asking for no.longer, for the profile ci."), "{said}");
    assert!(said.contains("The server refuses these scopes; asking for api.read alone."), "{said}");
    assert!(!said.contains("refused offline_access"), "{said}");
    assert_eq!(owner(&home, &["--force-refresh"]), "alice@example.com");
}
