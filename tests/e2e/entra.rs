//! Tests Microsoft Entra: challenges of APIs, client capabilities, and several tenants for one account.

use serde_json::{Value, json};

use crate::harness::{Home, Library, Protocol, Provider, REFRESH_TOKEN, SCOPE, end_of};
use crate::msal::A_WHILE;

const TENANT: &str = "11111111-2222-3333-4444-555555555555";
const OTHER: &str = "aaaaaaaa-2222-3333-4444-555555555555";
const DOMAIN: &str = "fabrikam.example";
const CLAIMS: &str = r#"{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}"#;

/// Starts a provider with two tenants, and signs in at the first.
fn signed_in() -> (Provider, Home) {
    let provider = Provider::start_with(json!({
        "host": "login.microsoftonline.com", "tenant": TENANT, "entra": true, "tenants": { DOMAIN: OTHER },
    }));
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
            home.cache.age(A_WHILE);
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

#[test]
fn one_sign_in_serves_several_tenants_and_never_one_with_the_token_of_another() {
    let (provider, home) = signed_in();
    let own = home.token(&[]);

    let other = home.token(&["--tenant", OTHER]);

    assert_ne!(other, own);
    let last = provider.exchanges().pop().expect("an exchange");
    assert!(last["url"].as_str().is_some_and(|url| url.starts_with(&format!("/{OTHER}/"))), "{last}");
    let before = provider.requests();
    assert_eq!((home.token(&["--tenant", OTHER]), home.token(&[])), (other.clone(), own.clone()));
    assert_eq!(home.token(&["--tenant", &OTHER.to_uppercase()]), other);
    assert_eq!(provider.requests(), before, "both are cached");
    let explained = home.answer(&["explain", "-o", "json", "--scope", SCOPE, "--tenant", OTHER]);
    let explained: Value = serde_json::from_str(&explained).expect("JSON");
    assert_eq!(explained["decision"], "serve");
    assert!(explained["authority"].as_str().is_some_and(|authority| authority.ends_with(OTHER)), "{explained}");
    let run = home.answer(&["exec", "--scope", SCOPE, "--tenant", OTHER, "--", "sh", "-c", "echo $ACCESS_TOKEN"]);
    assert_eq!(run, other);
    let accounts: Value = serde_json::from_str(&home.answer(&["list", "-o", "json"])).expect("JSON");
    assert_eq!(accounts.as_array().map(Vec::len), Some(1), "one account: {accounts}");

    // A library finds the token of each tenant too.
    let url = provider.authority().replace(TENANT, OTHER);
    assert_eq!(by(Library::Python, "silent", &home, &provider, &["--authority", &url])["access_token"], other);
    assert_eq!(by(Library::Python, "silent", &home, &provider, &[])["access_token"], own);
    assert!(!home.profile().contains(OTHER), "the profile stays at its tenant");
    provider.assert_no_sign_in_was_lost();
}

#[test]
fn the_domain_of_a_tenant_is_resolved_once_and_remembered() {
    let (provider, home) = signed_in();
    let discoveries =
        || provider.exchanges().into_iter().filter(|exchange| exchange["endpoint"] == "discovery").count();
    let before = discoveries();

    home.answer(&["explain", "--scope", SCOPE, "--tenant", DOMAIN]);
    assert_eq!(discoveries(), before, "explain does not use the network");
    let by_domain = home.token(&["--tenant", "Fabrikam.example"]);

    assert_eq!(discoveries(), before + 1);
    assert_eq!(home.token(&["--tenant", OTHER]), by_domain, "cached under the identifier, as in MSAL");
    let requests = provider.requests();
    assert_eq!(home.token(&["--tenant", DOMAIN, "--offline"]), by_domain);
    assert_eq!(provider.requests(), requests);
    let profile = home.profile();
    assert!(profile.contains(DOMAIN) && profile.contains(OTHER), "{profile}");

    let unknown = home.error(6, &["token", "--scope", SCOPE, "--tenant", "nobody.example"]);
    assert!(
        unknown["message"].as_str().is_some_and(|message| message.contains("there is no such tenant")),
        "{unknown}"
    );
    assert!(unknown["command"].as_str().is_some_and(|command| command.contains("--tenant TENANT")), "{unknown}");
}

#[test]
fn a_refusal_in_another_tenant_leads_to_a_sign_in_there_that_keeps_the_profile() {
    let (provider, home) = signed_in();
    let body = json!({ "error": "invalid_grant", "error_description": "AADSTS50076: x" });
    provider.order_fault(json!({ "answer": { "status": 400, "body": body } }));
    let refused = home.error(4, &["token", "--scope", SCOPE, "--tenant", OTHER]);
    let command = refused["command"].as_str().expect("a command");
    assert!(command.starts_with(&format!("tokcache token --login --tenant {OTHER}")), "{command}");

    let profile = home.profile();
    let arguments = ["token", "--login", "--tenant", OTHER, "--scope", SCOPE, "--claims", "{}"];
    provider.order_fault(json!({ "grant_type": REFRESH_TOKEN, "answer": { "status": 400, "body": body } }));
    let output = home.sign_in_by(&arguments, |user_code| provider.approve(user_code));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(home.profile(), profile);
    let error = home.error(3, &["token", "--scope", SCOPE, "--tenant", "a/b"]);
    assert!(error["command"].as_str().is_some_and(|command| command.ends_with("--tenant TENANT --error-format json")));
}
