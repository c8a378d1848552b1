//! A server that is gone or answers badly: nothing is lost, and what is cached is still served.

use serde_json::{Value, json};

use crate::harness::{Home, Provider, SCOPE};

#[test]
fn with_the_server_gone_a_cached_token_is_still_printed() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);
    let token = home.token(&[]);
    drop(provider);

    assert_eq!(home.token(&[]), token);
}

#[test]
fn with_the_server_gone_an_expired_token_is_unavailable_and_nothing_is_changed() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);
    home.cache.expire_access_tokens();
    let before = home.cache.text();
    drop(provider);

    let error = home.error(5, &["token", "--scope", SCOPE]);

    assert_eq!((&error["code"], &error["retryable"]), (&json!("unavailable"), &json!(true)));
    assert_eq!(home.cache.text(), before);
}

#[test]
fn a_server_that_is_overloaded_signs_nobody_out() {
    signs_nobody_out(json!({ "status": 503 }));
    signs_nobody_out(json!({ "status": 429, "headers": { "retry-after": "1" } }));
}

#[test]
fn an_answer_that_makes_no_sense_signs_nobody_out() {
    signs_nobody_out(json!("garbage"));
    signs_nobody_out(json!("html"));
}

#[test]
fn an_answer_without_end_signs_nobody_out() {
    signs_nobody_out(json!("gigantic"));
}

#[test]
fn a_request_that_is_dropped_signs_nobody_out() {
    signs_nobody_out(json!("lost"));
    signs_nobody_out(json!("truncated"));
}

/// Refreshes against a server that spoils every answer before it does anything, then against a healthy one.
#[track_caller]
fn signs_nobody_out(answer: Value) {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);
    home.cache.expire_access_tokens();
    let before = home.cache.text();
    provider.order_fault(json!({ "times": null, "answer": answer }));

    let error = home.error(5, &["token", "--scope", SCOPE, "--timeout", "5s"]);

    assert_eq!(error["code"], "unavailable", "{answer}");
    assert_eq!(home.cache.text(), before, "{answer}");
    provider.heal();
    assert!(!home.token(&[]).is_empty());
    provider.assert_no_sign_in_was_lost();
}
