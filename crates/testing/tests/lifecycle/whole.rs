//! Tests a whole sign-in, from an empty cache to the sign-out, and the decisions on the way.

use std::time::Duration;

use pollster::FutureExt as _;
use serde_json::json;
use tokcache_core::acquire::{
    AcquireError, ClientApplication, InteractionRequired, Revocation, SignOutRequest, SilentRequest, Source,
};
use tokcache_core::cache::MinValid;
use tokcache_core::store::Partition;

use crate::altered_store::{Alteration, AlteredStore};
use crate::scripted_server::{Exchange, Meanwhile, want};
use crate::world::{Life, refresh_with, request, served, tokens};

fn refused(code: &str) -> Exchange {
    refresh_with("RT-1").and_answer(400, &json!({"error": code, "error_description": "no more"}))
}

#[test]
fn nothing_cached_asks_for_a_sign_in_without_a_request() {
    let outcome = Life::new().token();
    assert!(matches!(outcome, Err(AcquireError::InteractionRequired(InteractionRequired::NothingCached))));
}

#[test]
fn a_whole_life() {
    let life = Life::new();
    life.sign_in(tokens(1));
    assert_eq!(*life.people.told.lock().unwrap(), ["code WDJB-MJHT"]);

    assert_eq!(served(life.token()), ("AT-1".into(), Source::Cache), "cached");

    life.clock.step(Duration::from_secs(1801));
    life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2))]);
    assert_eq!(served(life.token()), ("AT-2".into(), Source::Refresh), "aging");
    assert_eq!(served(life.token()), ("AT-2".into(), Source::Cache), "refreshed");

    life.clock.step(Duration::from_secs(1801));
    life.server.expects([refresh_with("RT-2").and_refuse_connection()]);
    assert_eq!(served(life.token()), ("AT-2".into(), Source::Cache), "aging and the server down");
    assert_eq!(life.people.told.lock().unwrap().pop().unwrap(), "served despite");

    life.clock.step(Duration::from_secs(1800));
    let before = life.stored();
    life.server.expects([1, 2, 3].map(|_| refresh_with("RT-2").and_refuse_connection()));
    assert!(matches!(life.token(), Err(AcquireError::Unavailable { .. })), "expired and the server down");
    assert_eq!(life.stored(), before, "an outage loses nothing");

    life.server.expects([refresh_with("RT-2").and_answer(200, &tokens(3))]);
    assert_eq!(served(life.token()), ("AT-3".into(), Source::Refresh), "the server is back");

    life.server.expects([want("/revoke", [("token", "RT-3"), ("client_id", "app")]).and_answer(200, &json!({}))]);
    let signed_out =
        life.client().sign_out(&SignOutRequest { account: None, revoke: true }).block_on().unwrap().unwrap();
    assert!(matches!(signed_out.revocation, Revocation::Done));
    life.server.assert_finished();
    let stored = life.stored();
    for secret in ["AT-", "RT-", "bob"] {
        assert!(!stored.contains(secret), "{secret} is left behind in {stored}");
    }
    let outcome = life.token();
    assert!(matches!(outcome, Err(AcquireError::InteractionRequired(InteractionRequired::NothingCached))));
}

#[test]
fn refresh_failure_with_an_aging_token_returns_the_cached_one() {
    for code in ["invalid_grant", "temporarily_unavailable", "invalid_client"] {
        let life = Life::new();
        life.sign_in(tokens(1));
        life.clock.step(Duration::from_secs(1801));
        life.server.expects([refused(code)]);
        assert_eq!(served(life.token()), ("AT-1".into(), Source::Cache), "{code}");
    }
}

#[test]
fn errors_are_told_apart_once_the_token_has_expired() {
    let outcome_of = |code| {
        let life = Life::new();
        life.sign_in(tokens(1));
        life.clock.step(Duration::from_secs(3600));
        life.server.expects([refused(code)]);
        let outcome = life.token();
        assert!(life.stored().contains("RT-1"), "{code} must not sign out");
        outcome
    };
    assert!(matches!(
        outcome_of("invalid_grant"),
        Err(AcquireError::InteractionRequired(InteractionRequired::Refused(_)))
    ));
    assert!(matches!(outcome_of("temporarily_unavailable"), Err(AcquireError::Unavailable { .. })));
    assert!(matches!(outcome_of("access_denied"), Err(AcquireError::Denied(_))));
}

#[test]
fn a_response_that_names_nobody_and_nothing_is_filed_under_the_account() {
    let life = Life::new();
    life.sign_in(tokens(1));
    life.clock.step(Duration::from_secs(3600));
    let bare = json!({"access_token": "AT-2", "expires_in": "3600"});
    life.server.expects([refresh_with("RT-1").and_answer(200, &bare)]);
    assert_eq!(served(life.token()), ("AT-2".into(), Source::Refresh));
    assert_eq!(served(life.token()), ("AT-2".into(), Source::Cache));

    life.clock.step(Duration::from_secs(3600));
    life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(3))]);
    assert_eq!(served(life.token()), ("AT-3".into(), Source::Refresh), "the old refresh token stayed");
}

#[test]
fn a_token_that_another_program_rotated_meanwhile_is_no_reason_to_sign_in() {
    let life = Life::new();
    life.sign_in(tokens(1));
    life.clock.step(Duration::from_secs(3600));
    let rotate = || life.change(|text| text.replace("RT-1", "RT-OTHER"));
    let other = Meanwhile { server: &life.server, act: &rotate };
    let client = ClientApplication { http: &other, ..life.client() };
    life.server.expects([refused("invalid_grant"), refresh_with("RT-OTHER").and_answer(200, &tokens(2))]);
    assert_eq!(served(client.acquire_token_silent(&request()).block_on()), ("AT-2".into(), Source::Refresh));
    life.server.assert_finished();
}

#[test]
fn a_token_that_another_program_stored_meanwhile_is_served() {
    let life = Life::new();
    life.sign_in(tokens(1));
    let fresh = life.stored().replace("AT-1", "AT-OTHER").replace("RT-1", "RT-OTHER");
    life.change(|text| text.replace("expires_on\": \"17", "expires_on\": \"16"));
    let rotate = || life.change(|_| fresh.clone());
    let other = Meanwhile { server: &life.server, act: &rotate };
    let client = ClientApplication { http: &other, ..life.client() };
    life.server.expects([refused("invalid_grant")]);
    assert_eq!(served(client.acquire_token_silent(&request()).block_on()), ("AT-OTHER".into(), Source::Cache));
    life.server.assert_finished();
}

#[test]
fn a_sign_out_during_a_refresh_is_not_undone() {
    let life = Life::new();
    life.sign_in(tokens(1));
    life.clock.step(Duration::from_secs(3600));
    life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2))]);
    let sign_out = || {
        drop(tokcache_core::acquire::forget_everything(life.store.as_ref(), &Partition::whole()).block_on().unwrap())
    };
    let http = Meanwhile { server: &life.server, act: &sign_out };
    let outcome = ClientApplication { http: &http, ..life.client() }.acquire_token_silent(&request()).block_on();
    assert!(matches!(outcome, Err(AcquireError::InteractionRequired(InteractionRequired::SignedOutMeanwhile))));
    assert!(!life.stored().contains("AT-2") && !life.stored().contains("RT-2"));
}

#[test]
fn a_promise_of_validity_is_kept_or_refused() {
    let life = Life::new();
    life.sign_in(tokens(1));
    life.clock.step(Duration::from_secs(600));
    let at_least = |seconds| SilentRequest { min_valid: MinValid::AtLeast(Duration::from_secs(seconds)), ..request() };
    assert_eq!(served(life.token_for(at_least(3000))), ("AT-1".into(), Source::Cache));

    life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2))]);
    assert_eq!(served(life.token_for(at_least(3001))), ("AT-2".into(), Source::Refresh));

    life.server.expects([refresh_with("RT-2").and_answer(200, &tokens(3))]);
    let outcome = life.token_for(at_least(7200));
    assert!(matches!(outcome, Err(AcquireError::MinValid { lifetime: 3600, needed: 7200 })));
    assert_eq!(served(life.token()), ("AT-3".into(), Source::Cache), "the short token is cached all the same");
}

#[test]
fn a_forced_refresh_and_a_claims_challenge_pass_the_cache_by() {
    let life = Life::new();
    life.sign_in(tokens(1));
    life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2))]);
    assert_eq!(served(life.token_for(SilentRequest { force_refresh: true, ..request() })).0, "AT-2");

    let claims = r#"{"access_token":{"nbf":{"essential":true,"value":"1"}}}"#;
    life.server.expects([want("/token", [("refresh_token", "RT-2"), ("claims", claims)]).and_answer(200, &tokens(3))]);
    let challenged = SilentRequest { claims: Some(claims.to_owned()), ..request() };
    assert_eq!(served(life.token_for(challenged)).0, "AT-3");
}

#[test]
fn offline_never_makes_a_request() {
    let life = Life::new();
    life.sign_in(tokens(1));
    let offline = || SilentRequest { offline: true, ..request() };
    assert_eq!(served(life.token_for(offline())), ("AT-1".into(), Source::Cache));
    life.clock.step(Duration::from_secs(1801));
    assert_eq!(served(life.token_for(offline())), ("AT-1".into(), Source::Cache), "aging is good enough offline");
    life.clock.step(Duration::from_secs(1800));
    assert!(matches!(life.token_for(offline()), Err(AcquireError::Offline)));
}

#[test]
fn whoever_has_no_refresh_token_is_not_taken_for_nobody() {
    let life = Life::new();
    let mut without = tokens(1);
    without.as_object_mut().unwrap().remove("refresh_token");
    life.sign_in(without);
    assert_eq!(served(life.token()), ("AT-1".into(), Source::Cache));
    life.clock.step(Duration::from_secs(3600));
    let outcome = life.token();
    let Err(AcquireError::InteractionRequired(InteractionRequired::NoRefreshToken { account })) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(account.username.as_str(), "bob@example.com");
}

#[test]
fn a_cache_that_cannot_be_read_again_costs_no_token_that_is_valid_still() {
    let life = Life::new();
    life.sign_in(tokens(1));
    life.clock.step(Duration::from_secs(1801));
    life.told();
    let store = AlteredStore::new(life.store.as_ref(), Alteration::UnreadableOnceLeased);
    let outcome = ClientApplication { store: &store, ..life.client() }.acquire_token_silent(&request()).block_on();
    assert_eq!(served(outcome), ("AT-1".into(), Source::Cache));
    assert_eq!(life.told(), ["served despite"]);
}

#[test]
fn accounts_are_selected_by_name_in_any_case_or_by_identifier() {
    let life = Life::new();
    life.sign_in(tokens(1));
    let of = |account: &str| SilentRequest { account: Some(account.to_owned()), ..request() };
    assert_eq!(served(life.token_for(of("BOB@Example.com"))).0, "AT-1");
    assert_eq!(served(life.token_for(of("bob"))).0, "AT-1");
    assert!(
        matches!(life.token_for(of("eve")), Err(AcquireError::NoSuchAccount { candidates, .. }) if candidates.len() == 1)
    );
}
