//! Tests Microsoft Entra: challenges of APIs.

use serde_json::{Value, json};

use crate::harness::{Home, Provider, REFRESH_TOKEN, SCOPE};

const TENANT: &str = "11111111-2222-3333-4444-555555555555";
const CLAIMS: &str = r#"{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}"#;

/// Starts a provider, and signs in.
fn signed_in() -> (Provider, Home) {
    let settings = json!({ "host": "login.microsoftonline.com", "tenant": TENANT, "entra": true });
    let provider = Provider::start_with(settings);
    let home = Home::at(&provider);
    home.sign_in(&provider);
    (provider, home)
}

/// Returns the `claims` of the last refresh.
fn last_claims(provider: &Provider) -> Value {
    let refresh = provider.exchanges().into_iter().rfind(|exchange| exchange["grant_type"] == REFRESH_TOKEN);
    let refresh = refresh.expect("a refresh");
    assert_eq!(refresh["status"], 200);
    refresh["claims"].as_str().map_or(Value::Null, |claims| serde_json::from_str(claims).expect("JSON"))
}

#[test]
fn the_challenge_of_an_api_is_answered_with_a_new_token() {
    let (provider, home) = signed_in();
    let first = home.token(&[]);
    let claims = "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNjA0MTA2NjUxIn19fQ==";
    let header =
        format!("WWW-Authenticate: Negotiate, Bearer realm=\"\", error=\"insufficient_claims\", claims=\"{claims}\"");

    let second = home.token(&["--challenge", &header]);

    assert_ne!(second, first);
    assert_eq!(last_claims(&provider), serde_json::from_str::<Value>(CLAIMS).expect("JSON"));
    assert_eq!(home.token(&[]), second);
    assert_ne!(home.token(&["--challenge", "Bearer error=\"invalid_token\""]), second);
    let explained = home.answer(&["explain", "-o", "json", "--challenge", &header]);
    assert_eq!(serde_json::from_str::<Value>(&explained).expect("JSON")["decision"], "refresh");
}

#[test]
fn the_scope_of_a_challenge_is_requested_unless_one_is_typed() {
    let (provider, home) = signed_in();
    let challenge = ["--challenge", "Bearer error=\"insufficient_scope\", scope=\"mail.read\", resource=\"ignored\""];
    let token = |further: &[&str]| -> Value {
        let arguments = [&["token", "-o", "json"], &challenge[..], further].concat();
        serde_json::from_str(&home.answer(&arguments)).expect("JSON")
    };
    let requested = || provider.token_requests(REFRESH_TOKEN);
    provider.order_fault(json!({ "answer": { "status": 400, "body": { "error": "invalid_grant",
        "error_description": "AADSTS65001: x" } } }));
    let refused = home.error(4, &[&["token"], &challenge[..]].concat());
    assert!(refused["command"].as_str().is_some_and(|command| command.contains("mail.read")), "{refused}");
    let before = requested();
    assert_eq!(token(&["--scope", SCOPE])["source"], "cache");
    assert_eq!(requested(), before);
}

#[test]
fn a_sign_in_after_a_challenge_is_advised_with_its_claims() {
    let (provider, home) = signed_in();
    let body = json!({ "error": "interaction_required", "error_description": "AADSTS50076: x" });
    provider.order_fault(json!({ "answer": { "status": 400, "body": body } }));
    let refused = home.error(4, &["token", "--scope", SCOPE, "--claims", CLAIMS]);
    let command = refused["command"].as_str().expect("a command");
    assert!(command.starts_with("tokcache login ") && command.contains(CLAIMS), "{command}");
}
