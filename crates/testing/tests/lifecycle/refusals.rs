//! Tests a dead refresh token: all processes report it, and the server gets one request.

use std::time::Duration;

use pollster::FutureExt as _;
use serde_json::{Value, json};
use tokcache_core::acquire::{
    AcquireError, AuthenticationResult, ClientApplication, Decision, ErrorKind, InteractionRequired, PublicClient,
    SignInRequest, SilentRequest,
};
use tokcache_core::types::ScopeSet;

use crate::altered_store::{Alteration, AlteredStore};
use crate::scripted_server::{Exchange, want};
use crate::world::{Life, poll, refresh_with, request, tokens};

const ENTRA: &str = "https://login.microsoftonline.com/tenant";

fn refusal(further: &Value) -> Exchange {
    let mut body = json!({"error": "invalid_grant", "error_description": "no more"});
    body.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    refresh_with("RT-1").and_answer(400, &body)
}

/// Returns a sign-in with an expired access token, whose refresh token the server has just refused.
fn refused(authority: &'static str, further: &Value) -> Life {
    let life = Life { authority, ..Life::new() };
    life.sign_in(tokens(1));
    life.clock.step(Duration::from_secs(3600));
    life.server.expects([refusal(further)]);
    says_so(life.token());
    life
}

fn at_any() -> Life {
    refused(crate::world::ISSUER, &json!({}))
}

fn says_so(outcome: Result<AuthenticationResult, AcquireError>) {
    let Err(AcquireError::InteractionRequired(InteractionRequired::Refused(response))) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!((response.error.as_str(), response.error_description.as_deref()), ("invalid_grant", Some("no more")));
}

fn for_scope(scope: &str) -> SilentRequest {
    SilentRequest { scopes: ScopeSet::parse(scope), ..request() }
}

#[test]
fn of_many_one_asks_the_server_and_all_tell_what_it_said() {
    let life = at_any();
    for _ in 0..49 {
        says_so(life.token());
    }
    says_so(life.token_for(for_scope("another")));
    assert_eq!(life.client().explain(&request()).block_on().unwrap().decision, Decision::Refused);
}

#[test]
fn a_refresh_token_that_the_server_repeats_in_its_own_spelling_is_neither_shown_nor_stored() {
    // "id:RT-1" in base64, in hexadecimal, and escaped as in JSON.
    for repeated in ["aWQ6UlQtMQ==", "69643A52542D31", "\\u0052\\u0054\\u002d\\u0031", "5254\r\n2d31"] {
        let life = Life::new();
        life.sign_in(tokens(1));
        life.clock.step(Duration::from_secs(3600));
        life.server.expects([refusal(
            &json!({"error_description": format!("token {repeated} is bad"), "suberror": repeated}),
        )]);
        let shown = life.token().unwrap_err().to_string();
        assert!(!shown.contains(repeated), "{shown}");
        assert!(!life.stored().contains(repeated), "{}", life.stored());
        assert!(!life.token().unwrap_err().to_string().contains(repeated), "by those who are told what was stored");
    }
}

#[test]
fn a_refusal_is_told_offline_too() {
    let life = at_any();
    let offline = || SilentRequest { offline: true, ..request() };
    says_so(life.token_for(offline()));
    assert_eq!(life.client().explain(&offline()).block_on().unwrap().decision, Decision::Refused);
}

#[test]
fn the_message_says_what_may_have_happened() {
    let message = at_any().token().unwrap_err().to_string();
    assert!(message.starts_with("the server refused the refresh token: invalid_grant: no more"), "{message}");
    assert!(message.contains("died before it could save"), "{message}");
}

#[test]
fn after_a_minute_the_server_is_asked_again() {
    let life = at_any();
    life.clock.step(Duration::from_secs(59));
    says_so(life.token());
    life.clock.step(Duration::from_secs(1));
    life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2))]);
    life.token().unwrap();
    assert!(!life.stored().contains("tokcache_"), "a successor has no refusal");
}

#[test]
fn a_refusal_does_not_outlive_a_new_sign_in_or_a_rotation_by_another() {
    let life = at_any();
    life.sign_in(tokens(2));
    assert!(!life.stored().contains("tokcache_"));

    let life = at_any();
    // MSAL Python rotates the token like this, and keeps unknown fields.
    life.change(|text| text.replace("RT-1", "RT-2"));
    life.server.expects([refresh_with("RT-2").and_answer(200, &tokens(3))]);
    life.token().unwrap();
}

#[test]
fn a_refusal_holds_no_secret() {
    let life = at_any();
    let document: Value = serde_json::from_str(&life.stored()).unwrap();
    let entry = document["RefreshToken"].as_object().unwrap().values().next().unwrap().as_object().unwrap();
    let mut notes = entry.iter().filter(|(name, _)| name.starts_with("tokcache_")).peekable();
    assert!(notes.peek().is_some());
    assert!(notes.all(|(_, value)| !value.as_str().unwrap().contains("RT-1")));
}

#[test]
fn at_entra_a_refusal_for_one_resource_is_none_for_another() {
    let life = refused(ENTRA, &json!({"suberror": "basic_action"}));
    says_so(life.token());
    let mut granted = tokens(2);
    granted["scope"] = json!("another");
    life.server.expects([refresh_with("RT-1").and_answer(200, &granted)]);
    life.token_for(for_scope("another")).unwrap();

    let life = refused(ENTRA, &json!({"suberror": "bad_token"}));
    says_so(life.token_for(for_scope("another")));
}

#[test]
fn a_forced_refresh_asks_the_server() {
    let life = at_any();
    life.clock.step(Duration::from_secs(1));
    life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2))]);
    life.token_for(SilentRequest { force_refresh: true, ..request() }).unwrap();
}

#[test]
fn a_refusal_from_the_future_does_not_count() {
    let life = at_any();
    life.clock.set_ahead(-30);
    life.server.expects([refusal(&json!({}))]);
    says_so(life.token());
}

#[test]
fn a_refusal_that_cannot_be_remembered_is_told_all_the_same() {
    let life = Life::new();
    life.sign_in(tokens(1));
    life.clock.step(Duration::from_secs(3600));
    let store = AlteredStore::new(life.store.as_ref(), Alteration::ReadOnly);
    life.server.expects([refusal(&json!({}))]);
    says_so(ClientApplication { store: &store, ..life.client() }.acquire_token_silent(&request()).block_on());
    life.server.assert_finished();
}

/// Returns the error of a sign-in whose device code gets this answer.
fn refused_sign_in(status: u16, body: &Value) -> AcquireError {
    let life = Life::new();
    let code = json!({"device_code": "DC", "user_code": "U", "verification_uri": "https://idp.example.com/go"});
    life.server
        .expects([want("/device", [("client_id", "app")]).and_answer(200, &code), poll().and_answer(status, body)]);
    let request = SignInRequest { scopes: ScopeSet::parse("api:read"), ..SignInRequest::default() };
    PublicClient::from(life.client()).sign_in_by_device_code(&request).block_on().unwrap_err()
}

#[test]
fn a_sign_in_that_is_refused_never_speaks_of_a_refresh_token() {
    let expired = refused_sign_in(400, &json!({"error": "invalid_grant", "error_description": "expired"}));
    let policy = json!({"error": "interaction_required", "error_description": "AADSTS530003: no", "claims": "{}"});
    let policy = refused_sign_in(400, &policy);
    for (error, words) in [(expired, "the device code"), (policy, "a policy demands a device that the organisation")] {
        let said = error.to_string();
        assert!(said.contains(words) && !said.contains("refresh token") && !said.contains("died"), "{said}");
        assert_eq!(error.kind(), ErrorKind::Denied, "{said}");
    }
}
