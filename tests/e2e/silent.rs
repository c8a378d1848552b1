//! Tests `tokcache token`, `list` and `exec` after a sign-in.

use serde_json::{Value, json};

use crate::harness::{Home, Provider, REFRESH_TOKEN, SCOPE};

#[test]
fn an_expired_token_is_refreshed_and_the_refresh_token_rotated() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);
    let first = home.token(&[]);
    home.cache.expire_access_tokens();

    let second = home.token(&[]);

    assert_ne!(first, second);
    assert_eq!(home.token(&[]), second, "the new token is served from the cache");
    assert_eq!(provider.token_requests(REFRESH_TOKEN), 1);
    provider.assert_no_sign_in_was_lost();
}

#[test]
fn a_forced_refresh_can_be_repeated_under_rotation() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);

    let tokens: Vec<_> = (0..3).map(|_| home.token(&["--force-refresh"])).collect();

    assert!(tokens[0] != tokens[1] && tokens[1] != tokens[2]);
    provider.assert_no_sign_in_was_lost();
}

#[test]
fn json_says_where_the_token_comes_from_and_whose_it_is() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);

    let cached: Value = serde_json::from_str(&home.token(&["-o", "json"])).expect("JSON");
    let fresh: Value = serde_json::from_str(&home.token(&["-o", "json", "--force-refresh"])).expect("JSON");

    assert_eq!((&cached["source"], &fresh["source"]), (&json!("cache"), &json!("refresh")));
    assert_eq!(cached["account"]["username"], "alice@example.com");
    assert!(fresh["expires_in"].as_u64().is_some_and(|seconds| (3000..=3600).contains(&seconds)), "{fresh}");
}

#[test]
fn an_aging_token_is_refreshed_and_served_when_that_fails() {
    let provider = Provider::start_with(json!({ "refresh_in_seconds": 0 }));
    let home = Home::at(&provider);
    home.sign_in(&provider);
    provider.order_fault(json!({ "times": null, "answer": { "status": 500 } }));

    let json: Value = serde_json::from_str(&home.token(&["-o", "json"])).expect("JSON");

    assert_eq!(json["source"], "cache");
}

#[test]
fn a_scope_that_was_never_granted_asks_for_a_sign_in() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);

    let error = home.error(4, &["token", "--scope", "mail.read"]);

    assert_eq!(error["code"], "interaction_required");
    assert!(!home.token(&["--force-refresh"]).is_empty(), "the sign-in itself is alive");
}

#[test]
fn a_revoked_sign_in_asks_for_a_new_one() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);
    provider.revoke_sign_ins();
    home.cache.expire_access_tokens();

    let error = home.error(4, &["token", "--scope", SCOPE]);

    assert_eq!((&error["error"], &error["retryable"]), (&json!("invalid_grant"), &json!(false)));
}

#[test]
fn a_token_response_without_scope_id_token_and_refresh_token_is_enough() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);
    provider.change(json!({ "omit": ["scope", "id_token", "refresh_token"], "rotate": false }));

    let refreshed = home.token(&["--force-refresh"]);

    assert_eq!(home.token(&[]), refreshed, "the token is found under its account and scope");
    provider.assert_no_sign_in_was_lost();
}

#[test]
fn list_names_the_account_and_its_tokens() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);

    let accounts: Value = serde_json::from_str(&home.answer(&["list", "-o", "json"])).expect("JSON");

    assert_eq!(accounts.as_array().map(Vec::len), Some(1), "{accounts}");
    assert_eq!(accounts[0]["username"], "alice@example.com");
    let scope = accounts[0]["access_tokens"][0]["scope"].as_str().expect("a scope");
    assert!(scope.split(' ').any(|word| word == SCOPE), "{scope}");
}

#[test]
fn exec_gives_the_command_a_token() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);

    let seen = home.answer(&["exec", "--scope", SCOPE, "--", "sh", "-c", "printf %s \"$ACCESS_TOKEN\""]);

    assert_eq!(seen, home.token(&[]));
}
