//! Tests requested and granted scopes.

use std::time::Duration;

use pollster::FutureExt as _;
use serde_json::{Value, json};
use tokcache_core::acquire::{
    AcquireError, InteractionRequired, PublicClient, SignInRequest, SignedIn, SilentRequest, Source,
};
use tokcache_core::types::ScopeSet;

use crate::scripted_server::want;
use crate::world::{Life, poll, refresh_with, request, served};

/// Returns tokens with a lifetime of an hour, for these scopes.
fn tokens(number: u32, scope: &str) -> Value {
    json!({"access_token": format!("AT-{number}"), "token_type": "Bearer", "expires_in": 3600,
           "refresh_token": format!("RT-{number}"), "scope": scope})
}

fn for_scopes(scopes: &str) -> SilentRequest {
    SilentRequest { scopes: ScopeSet::parse(scopes), ..request() }
}

fn sign_in_for(life: &Life, scopes: &str, first_tokens: Value) -> Result<SignedIn, AcquireError> {
    life.server.expects([
        want("/device", []).and_answer(
            200,
            &json!({"device_code": "DC", "user_code": "C", "verification_uri": "https://idp.example.com/go"}),
        ),
        poll().and_answer(200, &first_tokens),
    ]);
    let request = SignInRequest { scopes: ScopeSet::parse(scopes), ..SignInRequest::default() };
    let signed_in = PublicClient::from(life.client()).sign_in_by_device_code(&request).block_on();
    life.server.assert_finished();
    signed_in
}

fn signed_in_for(scopes: &str, granted: &str) -> Life {
    let life = Life::new();
    sign_in_for(&life, scopes, tokens(1, granted)).unwrap();
    life
}

#[track_caller]
fn assert_not_granted(life: &Life, request: SilentRequest, missing: &str) {
    match life.token_for(request) {
        Err(AcquireError::ScopeNotGranted { scopes }) => assert_eq!(scopes.to_string(), missing),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_scope_that_comes_back_by_another_name_is_refreshed_once_and_then_cached() {
    let life = signed_in_for("read", "https://idp.example.com/scopes/reading");
    assert_eq!(served(life.token_for(for_scopes("read"))), ("AT-1".into(), Source::Cache));
    life.clock.step(Duration::from_secs(3600));
    let again = tokens(2, "https://idp.example.com/scopes/reading");
    life.server.expects([refresh_with("RT-1").and_answer(200, &again)]);
    assert_eq!(served(life.token_for(for_scopes("read"))), ("AT-2".into(), Source::Refresh));
    assert_eq!(served(life.token_for(for_scopes("read"))), ("AT-2".into(), Source::Cache));
    let by_its_name = for_scopes("https://idp.example.com/scopes/reading");
    assert_eq!(served(life.token_for(by_its_name)), ("AT-2".into(), Source::Cache));
}

#[test]
fn a_name_that_a_refresh_learned_is_known_after_the_next() {
    let life = signed_in_for("a.read", "a.read");
    life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2, "urn:idp:mail"))]);
    assert_eq!(served(life.token_for(for_scopes("mail"))), ("AT-2".into(), Source::Refresh));
    life.clock.step(Duration::from_secs(3600));
    life.server.expects([refresh_with("RT-2").and_answer(200, &tokens(3, "urn:idp:mail"))]);
    assert_eq!(served(life.token_for(for_scopes("mail"))), ("AT-3".into(), Source::Refresh));
    assert_eq!(served(life.token_for(for_scopes("mail"))), ("AT-3".into(), Source::Cache));
}

#[test]
fn a_scope_that_the_server_leaves_out_is_a_failure_and_asked_for_once() {
    let life = signed_in_for("a.read", "a.read openid");
    life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2, "a.read"))]);
    assert_not_granted(&life, for_scopes("a.write"), "a.write");
    assert_not_granted(&life, for_scopes("a.write"), "a.write");
    assert_not_granted(&life, for_scopes("a.read a.write"), "a.write");
    assert_eq!(served(life.token_for(for_scopes("a.read"))), ("AT-2".into(), Source::Cache), "kept all the same");

    life.server.expects([refresh_with("RT-2").and_answer(200, &tokens(3, "a.read"))]);
    assert_not_granted(&life, for_scopes("c"), "c");
    assert_not_granted(&life, for_scopes("a.write"), "a.write");

    let forced = SilentRequest { force_refresh: true, ..for_scopes("a.write") };
    life.server.expects([refresh_with("RT-3").and_answer(200, &tokens(4, "a.read a.write"))]);
    assert_eq!(served(life.token_for(forced)), ("AT-4".into(), Source::Refresh));
    assert_eq!(served(life.token_for(for_scopes("a.write"))), ("AT-4".into(), Source::Cache));
}

#[test]
fn a_scope_that_was_left_out_is_asked_for_again_after_an_hour_and_after_a_sign_in() {
    let life = signed_in_for("a.read", "a.read");
    life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2, "a.read"))]);
    assert_not_granted(&life, for_scopes("a.write"), "a.write");
    life.clock.step(Duration::from_secs(3600));
    life.server.expects([refresh_with("RT-2").and_answer(200, &tokens(3, "a.read"))]);
    assert_not_granted(&life, for_scopes("a.write"), "a.write");

    sign_in_for(&life, "a.read", tokens(4, "a.read")).unwrap();
    life.server.expects([refresh_with("RT-4").and_answer(200, &tokens(5, "a.write"))]);
    assert_eq!(served(life.token_for(for_scopes("a.write"))), ("AT-5".into(), Source::Refresh));
}

#[test]
fn an_aging_token_is_served_though_its_renewal_lacks_a_scope() {
    let life = Life::new();
    let mut first = tokens(1, "a.read a.write");
    first["refresh_in"] = json!(60);
    sign_in_for(&life, "a.read a.write", first).unwrap();
    life.clock.step(Duration::from_secs(61));
    life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2, "a.read"))]);
    assert_eq!(served(life.token_for(for_scopes("a.read a.write"))), ("AT-1".into(), Source::Cache));
    assert_eq!(life.told().pop().unwrap(), "served despite");
    assert_not_granted(&life, for_scopes("a.write"), "a.write");
}

#[test]
fn one_sign_in_serves_two_apis_with_a_token_each() {
    let life = Life::new();
    let signed_in = sign_in_for(&life, "a.read b.read", tokens(1, "a.read")).unwrap();
    assert_eq!(signed_in.not_granted.to_string(), "b.read");
    assert_eq!(served(life.token_for(for_scopes("a.read"))), ("AT-1".into(), Source::Cache));
    life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2, "b.read"))]);
    assert_eq!(served(life.token_for(for_scopes("b.read"))), ("AT-2".into(), Source::Refresh));
    let offline = |scopes| SilentRequest { offline: true, ..for_scopes(scopes) };
    assert_eq!(served(life.token_for(offline("a.read"))), ("AT-1".into(), Source::Cache));
    assert_eq!(served(life.token_for(offline("b.read"))), ("AT-2".into(), Source::Cache));
}

#[test]
fn a_strict_server_s_no_tells_what_was_refused_at_sign_in_from_what_was_never_asked_for() {
    let refuse = || refresh_with("RT-1").and_answer(400, &json!({"error": "invalid_scope"}));
    let life = signed_in_for("a.read admin.everything", "a.read");
    life.server.expects([refuse()]);
    assert_not_granted(&life, for_scopes("a.read admin.everything"), "admin.everything");
    assert_not_granted(&life, for_scopes("a.read admin.everything"), "admin.everything");

    life.server.expects([refuse()]);
    for _ in 0..2 {
        match life.token_for(for_scopes("b.read")) {
            Err(AcquireError::InteractionRequired(why @ InteractionRequired::ScopeNotCovered { .. })) => {
                assert_eq!(why.to_string(), "this sign-in does not cover b.read (invalid_scope)");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_was_refused_at_sign_in_is_told_where_nothing_can_be_refreshed() {
    let life = Life::new();
    let mut first = tokens(1, "repo");
    first["refresh_token"] = Value::Null;
    sign_in_for(&life, "repo admin:org", first).unwrap();
    assert_not_granted(&life, for_scopes("admin:org"), "admin:org");
    let outcome = life.token_for(for_scopes("gist"));
    assert!(matches!(outcome, Err(AcquireError::InteractionRequired(InteractionRequired::NoRefreshToken { .. }))));
}

#[test]
fn scopes_with_commas_between_them_are_found() {
    let life = signed_in_for("repo read:org", "repo,read:org");
    for scopes in ["repo", "read:org", "read:org repo"] {
        assert_eq!(served(life.token_for(for_scopes(scopes))), ("AT-1".into(), Source::Cache), "{scopes}");
    }
    life.change(|text| text.replace("read:org repo", "repo,read:org"));
    assert_eq!(served(life.token_for(for_scopes("repo"))), ("AT-1".into(), Source::Cache), "as MSAL stores them");

    let legal = signed_in_for("list:a,b", "list:a,b");
    assert_eq!(served(legal.token_for(for_scopes("list:a,b"))), ("AT-1".into(), Source::Cache));
}
