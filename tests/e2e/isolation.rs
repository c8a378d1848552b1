//! Tests that the providers, which share a process, share nothing else.

use serde_json::{Value, json};

use crate::harness::{Home, Provider, SCOPE};

#[test]
fn a_provider_sees_nothing_of_another_and_outlives_it() {
    let one = Provider::start_with(json!({ "access_token_seconds": 60 }));
    let other = Provider::start();
    let (at_one, at_other) = (Home::at(&one), Home::at(&other));
    at_one.sign_in(&one);
    one.order_fault(json!({ "times": null, "answer": { "status": 500 } }));
    assert_eq!((other.requests(), other.live_refresh_tokens()), (0, 0));

    at_other.sign_in(&other);
    let requests = one.requests();
    let token: Value =
        serde_json::from_str(&at_other.answer(&["token", "--scope", SCOPE, "-o", "json"])).expect("JSON");
    assert!(token["expires_in"].as_u64().is_some_and(|left| left > 60), "{token}");
    other.revoke_sign_ins();
    assert_eq!((one.requests(), one.live_refresh_tokens()), (requests, 1));

    drop(one);
    at_other.sign_in(&other);
    at_other.token(&["--force-refresh"]);
    assert_eq!(other.live_refresh_tokens(), 1);
}
