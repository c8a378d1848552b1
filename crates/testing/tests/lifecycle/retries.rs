//! Tests a failing server: requests are repeated if that is safe, and nobody is signed out.

use std::time::Duration;

use pollster::FutureExt as _;
use serde_json::json;
use tokcache_core::acquire::{
    AcquireError, ClientApplication, InteractionRequired, PublicClient, Revocation, SignInRequest, SignOutRequest,
    Source,
};
use tokcache_core::store::Partition;
use tokcache_core::types::ScopeSet;

use crate::scripted_server::{Meanwhile, want};
use crate::world::{Life, poll, refresh_with, request, served, tokens};

const ENTRA: &str = "https://login.microsoftonline.com/tenant";

/// Returns a sign-in with an expired access token.
fn expired(authority: &'static str) -> Life {
    let life = Life { authority, ..Life::new() };
    life.sign_in(tokens(1));
    life.clock.step(Duration::from_secs(3600));
    life.told();
    life
}

fn at_any() -> Life {
    expired(crate::world::ISSUER)
}

#[test]
fn a_server_that_comes_back_at_once_was_never_missed() {
    let life = at_any();
    life.server
        .expects([refresh_with("RT-1").and_refuse_connection(), refresh_with("RT-1").and_answer(200, &tokens(2))]);
    assert_eq!(served(life.token()), ("AT-2".into(), Source::Refresh));
    assert_eq!(life.told(), ["again after 250 ms"]);
}

#[test]
fn a_server_that_asks_for_patience_gets_it_if_there_is_time() {
    let life = at_any();
    let busy = |seconds| refresh_with("RT-1").and_answer(429, &json!({})).retry_after(seconds);
    life.server.expects([busy(7), refresh_with("RT-1").and_answer(200, &tokens(2))]);
    assert_eq!(served(life.token()), ("AT-2".into(), Source::Refresh));
    assert_eq!(life.told(), ["again after 7000 ms"]);

    life.clock.step(Duration::from_secs(3600));
    life.server.expects([refresh_with("RT-2").and_answer(503, &json!({})).retry_after(30)]);
    assert!(matches!(life.token(), Err(AcquireError::Unavailable { retry_after: Some(30), .. })));
}

#[test]
fn what_may_have_been_spent_is_not_sent_again() {
    let lost = || refresh_with("RT-1").and_lose_the_answer();
    let failed = || refresh_with("RT-1").and_answer(502, &json!("<html>"));
    let page = || refresh_with("RT-1").and_answer(200, &json!("<html>"));
    for answer in [lost(), failed(), page()] {
        let life = at_any();
        let before = life.stored();
        life.server.expects([answer]);
        assert!(matches!(life.token(), Err(AcquireError::Unavailable { .. })));
        assert_eq!(life.stored(), before, "nobody is signed out");
    }
    for answer in [lost(), failed(), page()] {
        let life = expired(ENTRA);
        life.server.expects([answer, refresh_with("RT-1").and_answer(200, &tokens(2))]);
        assert_eq!(served(life.token()), ("AT-2".into(), Source::Refresh), "Entra does not detect reuse");
    }
}

#[test]
fn before_it_is_sent_again_the_cache_is_read_again() {
    let life = at_any();
    let sign_out = || {
        drop(tokcache_core::acquire::forget_everything(life.store.as_ref(), &Partition::whole()).block_on().unwrap())
    };
    let http = Meanwhile { server: &life.server, act: &sign_out };
    life.server.expects([refresh_with("RT-1").and_refuse_connection()]);
    let outcome = ClientApplication { http: &http, ..life.client() }.acquire_token_silent(&request()).block_on();
    assert!(matches!(outcome, Err(AcquireError::InteractionRequired(InteractionRequired::SignedOutMeanwhile))));
}

#[test]
fn nobody_waits_for_a_server_while_the_old_token_is_valid() {
    let life = Life::new();
    life.sign_in(tokens(1));
    life.clock.step(Duration::from_secs(1801));
    life.told();
    life.server.expects([refresh_with("RT-1").and_refuse_connection()]);
    assert_eq!(served(life.token()), ("AT-1".into(), Source::Cache));
    assert_eq!(life.told(), ["served despite"]);
}

#[test]
fn a_sign_in_that_is_told_to_come_back_later_does() {
    for status in [429, 503] {
        let life = Life::new();
        let device = || want("/device", [("client_id", "app")]);
        let code = json!({"device_code": "DC", "user_code": "U", "verification_uri": "https://idp.example.com/go"});
        life.server.expects([
            device().and_answer(status, &json!({})).retry_after(9),
            device().and_lose_the_answer(),
            device().and_answer(200, &code),
            poll().and_answer(200, &tokens(1)),
        ]);
        let request = SignInRequest { scopes: ScopeSet::parse("api:read"), ..SignInRequest::default() };
        PublicClient::from(life.client()).sign_in_by_device_code(&request).block_on().unwrap();
        assert_eq!(life.told(), ["again after 9000 ms", "again after 750 ms", "code U"]);
    }
}

#[test]
fn a_sign_in_does_not_wait_longer_than_a_request_may() {
    let life = Life::new();
    life.server.expects([want("/device", [("client_id", "app")]).and_answer(503, &json!({})).retry_after(31)]);
    let request = SignInRequest { scopes: ScopeSet::parse("api:read"), ..SignInRequest::default() };
    let outcome = PublicClient::from(life.client()).sign_in_by_device_code(&request).block_on();
    assert!(matches!(outcome, Err(AcquireError::Unavailable { retry_after: Some(31), .. })), "{outcome:?}");
    assert_eq!(life.told(), [""; 0]);
}

#[test]
fn a_sign_out_asks_again_and_then_says_what_may_live_on() {
    let life = Life::new();
    life.sign_in(tokens(1));
    life.told();
    let revocation = || want("/revoke", [("token", "RT-1")]);
    life.server.expects([
        revocation().and_answer(503, &json!({})).retry_after(2),
        revocation().and_refuse_connection(),
        revocation().and_refuse_connection(),
    ]);
    let signed_out =
        life.client().sign_out(&SignOutRequest { account: None, revoke: true }).block_on().unwrap().unwrap();
    assert!(matches!(signed_out.revocation, Revocation::Failed { alive: 1, all: 1, .. }), "{signed_out:?}");
    assert_eq!(life.told(), ["again after 2000 ms", "again after 750 ms"]);
    assert!(!life.stored().contains("RT-1"));
}

#[test]
fn a_refresh_token_that_the_server_has_revoked_before_is_signed_out_without_a_word() {
    let life = Life::new();
    life.sign_in(tokens(1));
    let gone = json!({"error": "invalid_token", "error_description": "Token expired or revoked"});
    life.server.expects([want("/revoke", [("token", "RT-1")]).and_answer(400, &gone)]);
    let signed_out =
        life.client().sign_out(&SignOutRequest { account: None, revoke: true }).block_on().unwrap().unwrap();
    assert!(matches!(signed_out.revocation, Revocation::Done), "{signed_out:?}");
}
