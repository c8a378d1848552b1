//! Tests `tokcache login` with the device flow.

use serde_json::{Value, json};

use crate::harness::{DEVICE_CODE, Home, Provider, SCOPE};

#[test]
fn a_device_sign_in_is_remembered_and_serves_tokens() {
    let provider = Provider::start();
    let home = Home::at(&provider);

    let login = home.login(&[], |user_code| provider.approve(user_code));

    let said = String::from_utf8_lossy(&login.stderr);
    assert!(login.status.success(), "{said}");
    assert!(said.contains(&format!("{}/device", provider.authority())), "the page to open is said: {said}");
    assert!(said.contains("alice@example.com"), "who signed in is said: {said}");
    let requests = provider.requests();
    assert!(!home.token(&[]).is_empty());
    assert_eq!(provider.requests(), requests, "a cached token is served without the network");
}

#[test]
fn a_sign_in_that_nobody_approves_is_given_up_when_its_own_time_is_over() {
    let provider = Provider::start();
    let home = Home::at(&provider);

    let login = home.login(&["--sign-in-timeout", "2s"], |_| {});

    let said = String::from_utf8_lossy(&login.stderr);
    assert_eq!(login.status.code(), Some(4), "{said}");
    assert!(said.contains("error: nobody approved the sign-in in time"), "{said}");
    assert!(provider.token_requests(DEVICE_CODE) <= 3, "it did not wait for the code to expire");
    assert!(said.contains("which already has the code"), "the address that needs no typing is said: {said}");
}

#[test]
fn the_settings_of_a_sign_in_are_enough_for_later_commands() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);

    let mut later = home.command(env!("CARGO_BIN_EXE_tokcache"));
    later.args(["token", "--force-refresh"]).env_remove("TOKCACHE_AUTHORITY").env_remove("TOKCACHE_CLIENT_ID");

    assert!(!crate::harness::answer_of(&crate::harness::output_of(&mut later)).is_empty());
}

#[test]
fn a_sign_in_elsewhere_says_which_settings_it_replaces() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let mut earlier = home.command(env!("CARGO_BIN_EXE_tokcache"));
    earlier.args(["profile", "set", "--authority", "https://earlier.example.com"]);
    crate::harness::output_of(&mut earlier);

    let login = home.login(&[], |user_code| provider.approve(user_code));

    let said = String::from_utf8_lossy(&login.stderr);
    assert!(said.ends_with("profile \"default\", which was for https://earlier.example.com before.\n"), "{said}");
}

#[test]
fn polling_keeps_to_the_interval_even_after_slow_down() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    provider.order_fault(json!({
        "grant_type": DEVICE_CODE,
        "answer": { "status": 400, "body": { "error": "slow_down" } },
    }));

    let login = home.login(&[], |user_code| provider.approve(user_code));

    assert!(login.status.success(), "{}", String::from_utf8_lossy(&login.stderr));
    assert_eq!(provider.token_requests(DEVICE_CODE), 2, "one told to slow down, one that is granted");
}

#[test]
fn a_refused_sign_in_is_final_and_leaves_nothing() {
    let provider = Provider::start();
    let home = Home::at(&provider);

    let login = home.login(&["--error-format", "json"], |user_code| provider.deny(user_code));

    let said = String::from_utf8_lossy(&login.stderr);
    assert_eq!(login.status.code(), Some(6), "{said}");
    let error: Value = serde_json::from_str(said.lines().last().expect("an error is said")).expect("JSON");
    assert_eq!((&error["code"], &error["error"]), (&json!("denied"), &json!("access_denied")));
    assert_eq!(home.error(4, &["token", "--scope", SCOPE])["code"], "interaction_required");
}

#[test]
fn a_sign_in_survives_a_server_that_fails_while_it_is_polled() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    provider.order_fault(json!({ "grant_type": DEVICE_CODE, "answer": { "status": 503 } }));

    home.sign_in(&provider);

    assert!(!home.token(&[]).is_empty());
}

#[test]
fn a_sign_in_that_is_granted_less_than_was_asked_for_serves_what_was_granted() {
    let provider = Provider::start();
    let home = Home::at(&provider);

    let scopes = "api.read admin.everything";
    let login = home.sign_in_by(&["login", "--scope", scopes], |user_code| provider.approve(user_code));

    let said = String::from_utf8_lossy(&login.stderr);
    assert!(login.status.success(), "{said}");
    assert!(said.contains("not in this token: admin.everything"), "{said}");
    let requests = provider.requests();
    assert!(!home.answer(&["token"]).is_empty());
    assert_eq!(provider.requests(), requests, "what was granted is served without the network");

    let error = home.error(6, &["token", "--scope", scopes]);
    assert_eq!(error["code"], "scope_not_granted");
    assert_eq!(error["message"], "the server did not grant admin.everything");
    let error = home.error(4, &["token", "--scope", "mail.read"]);
    assert!(error["message"].as_str().expect("a text").starts_with("this sign-in does not cover mail.read"), "{error}");
    assert!(error["command"].as_str().expect("a command").starts_with("tokcache login --scope"), "{error}");
    assert!(!home.answer(&["token", "--force-refresh"]).is_empty(), "the sign-in lives");
}

#[test]
fn a_spoiled_answer_gives_no_code_and_the_next_sign_in_succeeds() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let unavailable = [json!({ "status": 500 }), json!("lost"), json!("truncated")].map(|answer| (5, answer));
    // At the first contact, the address may be wrong.
    let wrong = [json!("garbage"), json!("html")].map(|answer| (3, answer));
    for (exit, answer) in unavailable.into_iter().chain(wrong) {
        provider.order_fault(json!({ "endpoint": "device_authorization", "times": null, "answer": answer }));
        let error = home.error(exit, &["login", "--scope", SCOPE, "--timeout", "2s"]);
        assert_eq!(error["retryable"], exit == 5, "{answer}: {error}");
        provider.heal();
    }
    home.sign_in(&provider);
}
