//! Tests a server that is down or answers nonsense: nothing is lost, and cached tokens are still served.

use serde_json::{Value, json};

use crate::harness::{Home, Provider, REFRESH_TOKEN, SCOPE};

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

#[test]
fn an_answer_that_was_spoiled_signs_nobody_out_where_the_token_is_not_rotated() {
    for answer in ["garbage", "gigantic", "html", "lost", "slow", "truncated"] {
        let provider = Provider::start_with(json!({ "rotate": false }));
        let (home, before) = expired_at(&provider);
        provider.order_fault(json!({ "grant_type": REFRESH_TOKEN, "carried_out": true, "answer": answer }));

        let timeout = if answer == "slow" { "3s" } else { "60s" };
        home.error(5, &["token", "--scope", SCOPE, "--timeout", timeout]);

        assert_eq!(
            provider.token_requests(REFRESH_TOKEN),
            1,
            "{answer}: it may have been spent, and is not sent again"
        );
        assert_eq!(home.cache.text(), before, "{answer}");
        assert!(!home.token(&[]).is_empty(), "{answer}");
    }
}

#[test]
fn an_answer_that_was_lost_with_a_rotated_token_is_told_as_what_it_is() {
    let provider = Provider::start();
    let (home, before) = expired_at(&provider);
    provider.order_fault(json!({ "grant_type": REFRESH_TOKEN, "carried_out": true, "answer": "lost" }));

    let lost = home.error(5, &["token", "--scope", SCOPE]);
    assert!(lost["message"].as_str().is_some_and(|message| message.contains("was lost")), "{lost}");
    assert_eq!(home.cache.text(), before);

    let refused = home.error(4, &["token", "--scope", SCOPE]);
    assert!(
        refused["message"].as_str().is_some_and(|message| message.contains("refused the refresh token")),
        "{refused}"
    );
}

#[test]
fn at_entra_a_lost_answer_is_asked_for_again() {
    let entra = json!({ "host": "login.microsoftonline.com", "tenant": "11111111-2222-3333-4444-555555555555",
                        "entra": true, "rotate": false });
    let provider = Provider::start_with(entra);
    let (home, _) = expired_at(&provider);
    provider.order_fault(json!({ "grant_type": REFRESH_TOKEN, "carried_out": true, "answer": "lost" }));

    assert!(!home.token(&[]).is_empty());

    assert_eq!(provider.token_requests(REFRESH_TOKEN), 2);
}

#[test]
fn a_server_that_asks_for_patience_is_asked_again() {
    for status in [429, 503] {
        let provider = Provider::start();
        let (home, _) = expired_at(&provider);
        let busy = json!({ "status": status, "headers": { "retry-after": "1" } });
        provider.order_fault(json!({ "grant_type": REFRESH_TOKEN, "answer": busy }));

        assert!(!home.token(&[]).is_empty(), "{status}");

        assert_eq!(provider.token_requests(REFRESH_TOKEN), 2, "{status}");
        provider.assert_no_sign_in_was_lost();
    }
}

#[test]
fn a_server_that_asks_for_more_patience_than_there_is_is_unavailable() {
    let provider = Provider::start();
    let (home, _) = expired_at(&provider);
    let busy = json!({ "status": 429, "headers": { "retry-after": "3600" } });
    provider.order_fault(json!({ "grant_type": REFRESH_TOKEN, "times": null, "answer": busy }));

    home.error(5, &["token", "--scope", SCOPE]);

    assert_eq!(provider.token_requests(REFRESH_TOKEN), 1);
}

fn expired_at(provider: &Provider) -> (Home, String) {
    let home = Home::at(provider);
    home.sign_in(provider);
    home.cache.expire_access_tokens();
    let before = home.cache.text();
    (home, before)
}

/// Refreshes at a server that replaces every answer before it processes the request, then at a healthy server.
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
