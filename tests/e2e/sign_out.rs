//! Tests `tokcache clear`.

use serde_json::json;

use crate::harness::{Home, LOGIN, Provider, SCOPE};

#[test]
fn clear_revokes_the_sign_in_and_forgets_it() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);
    let secrets = home.cache.secrets();

    home.answer(&["clear"]);

    assert_eq!(provider.live_refresh_tokens(), 0, "the server has forgotten it");
    let left = home.cache.text();
    assert!(!left.contains(LOGIN), "{left}");
    assert!(secrets.iter().all(|secret| !left.contains(secret)), "{left}");
    assert_eq!(home.answer(&["list", "-o", "json"]), "[]");
    assert_eq!(home.error(4, &["token", "--scope", SCOPE])["code"], "interaction_required");
}

#[test]
fn clear_without_revocation_leaves_the_server_alone() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);

    home.answer(&["clear", "--no-revoke"]);

    assert_eq!(provider.live_refresh_tokens(), 1);
    assert!(!home.cache.text().contains(LOGIN));
}

#[test]
fn clear_forgets_the_sign_in_even_when_the_server_cannot_revoke_it() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);
    provider.order_fault(json!({ "endpoint": "revocation", "times": null, "answer": { "status": 503 } }));

    let output = home.tokcache(&["clear"]);

    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.starts_with("Signed out "), "{said}");
    assert!(said.contains("\nwarning: the server did not revoke the refresh token"), "{said}");
    assert!(!home.cache.text().contains(LOGIN));
}

#[test]
fn after_clear_one_can_sign_in_again() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);
    home.answer(&["clear"]);

    home.sign_in(&provider);

    assert!(!home.token(&["--force-refresh"]).is_empty());
}
