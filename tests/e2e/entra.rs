//! Tests Microsoft Entra: challenges of APIs, and client capabilities.

use serde_json::{Value, json};

use crate::harness::{Home, Library, Protocol, Provider, REFRESH_TOKEN, SCOPE, end_of};

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

/// Runs a library's program with further arguments, and returns its answer.
fn by(library: Library, name: &str, home: &Home, provider: &Provider, further: &[&str]) -> Value {
    let mut command = library.command(name, home, provider, Protocol::Entra);
    let output = end_of(command.args(further).spawn().expect("a library"));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
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

#[test]
fn capabilities_are_told_as_msal_tells_them() {
    let (provider, home) = signed_in();
    for challenge in [None, Some(CLAIMS)] {
        let with_challenge: Vec<&str> = challenge.iter().flat_map(|claims| ["--claims", claims]).collect();
        home.token(&[&["--client-capabilities", "CP1", "--force-refresh"], &with_challenge[..]].concat());
        let ours = last_claims(&provider);
        assert_eq!(ours["access_token"]["xms_cc"]["values"], json!(["CP1"]));
        for library in [Library::Python, Library::Node] {
            let answer =
                by(library, "refresh", &home, &provider, &[&["--capability", "CP1"], &with_challenge[..]].concat());
            assert!(answer["access_token"].is_string(), "{library:?}: {answer}");
            // MSAL Node asks for claims of the ID token too.
            assert_eq!(last_claims(&provider)["access_token"], ours["access_token"], "{library:?}");
        }
    }
    home.token(&["--force-refresh"]);
    assert_eq!(last_claims(&provider), Value::Null, "none without a request");

    home.answer(&["profile", "set", "--client-capabilities", "CP1"]);
    home.token(&["--force-refresh"]);
    assert_eq!(last_claims(&provider), json!({ "access_token": { "xms_cc": { "values": ["CP1"] } } }));
    let before = provider.requests();
    home.token(&[]);
    assert_eq!(provider.requests(), before, "the cached token is served");
    home.answer(&["profile", "set", "--client-capabilities", "none"]);
    home.token(&["--force-refresh"]);
    assert_eq!(last_claims(&provider), Value::Null);
}
