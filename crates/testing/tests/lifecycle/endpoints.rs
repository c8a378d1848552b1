//! Tests the sources of endpoints: set by the user, saved, or discovered, always before a request that needs them.

use std::time::Duration;

use pollster::FutureExt as _;
use serde_json::{Value, json};
use tokcache_core::acquire::{
    AcquireError, ClientApplication, PublicClient, Revocation, SignInRequest, SignOutRequest, Source,
};
use tokcache_core::oauth::{Endpoint, Endpoints};
use tokcache_core::types::ScopeSet;

use crate::scripted_server::{Exchange, want};
use crate::world::{ISSUER, Life, poll, refresh_with, request, served, tokens};

const OPENID: &str = "/tenant/.well-known/openid-configuration";
const RFC_8414: &str = "/.well-known/oauth-authorization-server/tenant";
const BELOW: &str = "/tenant/.well-known/oauth-authorization-server";

/// Returns a client with these endpoints, set by the user or saved by an earlier sign-in.
fn knowing(life: &Life, endpoints: Endpoints) -> ClientApplication<'_> {
    let mut client = life.client();
    client.registration.endpoints = endpoints;
    client
}

fn endpoint(path: &str) -> Option<Endpoint> {
    Some(Endpoint::parse(&format!("{ISSUER}/{path}")).unwrap())
}

fn only_device() -> Endpoints {
    Endpoints { device_authorization: endpoint("device"), ..Endpoints::default() }
}

fn metadata(token_endpoint: Option<&str>) -> Value {
    let token_endpoint = token_endpoint.map(|path| format!("{ISSUER}/{path}"));
    json!({"issuer": ISSUER, "token_endpoint": token_endpoint, "revocation_endpoint": format!("{ISSUER}/revoke")})
}

fn discovery(answer: &Value) -> Exchange {
    want(OPENID, []).and_answer(200, answer)
}

/// The provider has only this document, and no RFC 8414 metadata at either place.
fn and_no_more(openid: Exchange) -> Vec<Exchange> {
    let nothing = [RFC_8414, BELOW].map(|place| want(place, []).and_answer(404, &json!({})));
    [openid].into_iter().chain(nothing).collect()
}

fn device() -> Exchange {
    want("/device", [("client_id", "app")]).and_answer(
        200,
        &json!({"device_code": "DC", "user_code": "WDJB-MJHT", "verification_uri": "https://idp.example.com/go",
                "expires_in": 600, "interval": 5}),
    )
}

fn sign_in(client: &ClientApplication<'_>) -> Result<Endpoints, AcquireError> {
    let request = SignInRequest { scopes: ScopeSet::parse("api:read"), ..SignInRequest::default() };
    PublicClient::from(client.clone()).sign_in_by_device_code(&request).block_on().map(|signed_in| signed_in.endpoints)
}

#[test]
fn what_is_not_named_is_discovered_before_a_code_is_shown() {
    let life = Life::new();
    life.server.expects([discovery(&metadata(Some("token"))), device(), poll().and_answer(200, &tokens(1))]);
    let endpoints = sign_in(&knowing(&life, only_device())).unwrap();
    life.server.assert_finished();
    assert_eq!((endpoints.token, endpoints.revocation), (endpoint("token"), endpoint("revoke")));
}

#[test]
fn a_code_is_not_shown_where_it_could_not_be_redeemed() {
    for answers in [
        and_no_more(discovery(&metadata(None))),
        vec![want(OPENID, []).and_answer(404, &json!({})), want(RFC_8414, []).and_answer(404, &json!({}))],
    ] {
        let life = Life::new();
        life.server.expects(answers);
        let outcome = sign_in(&knowing(&life, only_device()));
        assert!(matches!(outcome, Err(AcquireError::Unsupported { what: "token_endpoint" })), "{outcome:?}");
        life.server.assert_finished();
        assert!(life.told().is_empty(), "a code was shown");
    }
}

#[test]
fn a_sign_out_revokes_at_the_endpoint_that_only_rfc_8414_names() {
    let life = Life::new();
    let openid = || discovery(&json!({"issuer": ISSUER, "token_endpoint": format!("{ISSUER}/token")}));
    life.server.expects([openid(), device(), poll().and_answer(200, &tokens(1))]);
    let endpoints = sign_in(&knowing(&life, only_device())).unwrap();
    assert_eq!(endpoints.revocation, None, "a sign-in needs none");

    life.server.expects([
        openid(),
        want(RFC_8414, []).and_answer(200, &metadata(Some("other"))),
        want("/revoke", [("token", "RT-1")]).and_answer(200, &json!("")),
    ]);
    let client = knowing(&life, endpoints);
    let signed_out = client.sign_out(&SignOutRequest { account: None, revoke: true }).block_on().unwrap().unwrap();
    life.server.assert_finished();
    assert!(matches!(signed_out.revocation, Revocation::Done), "{signed_out:?}");
}

#[test]
fn a_provider_without_revocation_is_no_failure() {
    let without = || [want(OPENID, []).and_answer(404, &json!({})), want(RFC_8414, []).and_answer(403, &json!("no"))];
    for answers in [without().into(), and_no_more(discovery(&json!({"issuer": ISSUER})))] {
        let life = Life::new();
        let by_hand = Endpoints { token: endpoint("token"), ..only_device() };
        life.server.expects([device(), poll().and_answer(200, &tokens(1))]);
        sign_in(&knowing(&life, by_hand.clone())).unwrap();

        life.server.expects(answers);
        let client = knowing(&life, by_hand);
        let signed_out = client.sign_out(&SignOutRequest { account: None, revoke: true }).block_on().unwrap().unwrap();
        life.server.assert_finished();
        assert!(matches!(signed_out.revocation, Revocation::Unsupported), "{signed_out:?}");
    }
}

/// Returns a sign-in with an expired access token, after which the provider has moved its token endpoint.
fn moved() -> Life {
    let life = Life::new();
    life.sign_in(tokens(1));
    life.clock.step(Duration::from_secs(3600));
    life.told();
    life
}

fn remembered() -> Endpoints {
    Endpoints { token: endpoint("token"), revocation: endpoint("revoke"), ..only_device() }.told_by_provider()
}

#[test]
fn a_remembered_token_endpoint_that_is_gone_is_discovered_again_once() {
    for status in [301, 404, 405, 410, 501] {
        let life = moved();
        life.server.expects([
            refresh_with("RT-1").and_answer(status, &json!("gone")),
            discovery(&metadata(Some("new/token"))),
            want("/new/token", [("grant_type", "refresh_token"), ("refresh_token", "RT-1")])
                .and_answer(200, &tokens(2)),
        ]);
        let outcome = knowing(&life, remembered()).acquire_token_silent(&request()).block_on();
        assert_eq!(served(outcome), ("AT-2".into(), Source::Refresh), "{status}");
        life.server.assert_finished();
        assert_eq!(life.told(), ["moved"]);
    }
}

#[test]
fn a_remembered_endpoint_whose_host_is_gone_is_discovered_again_once() {
    let gone = |path| Endpoint::parse(&format!("https://gone.example.com/{path}")).ok();
    let remembered = || {
        let own = remembered();
        Endpoints { token: gone("token"), revocation: gone("revoke"), ..own }.told_by_provider()
    };
    let life = moved();
    life.server.expects([
        want("https://gone.example.com/token", [("refresh_token", "RT-1")]).and_find_no_host(),
        discovery(&metadata(Some("token"))),
        refresh_with("RT-1").and_answer(200, &tokens(2)),
    ]);
    let outcome = knowing(&life, remembered()).acquire_token_silent(&request()).block_on();
    assert_eq!(served(outcome), ("AT-2".into(), Source::Refresh));
    assert_eq!(life.told(), ["moved"]);

    life.server.expects([
        want("https://gone.example.com/revoke", [("token", "RT-2")]).and_find_no_host(),
        discovery(&metadata(Some("token"))),
        want("/tenant/revoke", [("token", "RT-2")]).and_answer(200, &json!({})),
    ]);
    let client = knowing(&life, remembered());
    let signed_out = client.sign_out(&SignOutRequest { account: None, revoke: true }).block_on().unwrap().unwrap();
    assert!(matches!(signed_out.revocation, Revocation::Done), "{signed_out:?}");
}

#[test]
fn an_authority_whose_host_is_gone_too_is_said_to_be_gone_and_nothing_is_lost() {
    let life = moved();
    let before = life.stored();
    life.server.expects([refresh_with("RT-1").and_find_no_host(), want(OPENID, []).and_find_no_host()]);
    let error = knowing(&life, remembered()).acquire_token_silent(&request()).block_on().unwrap_err();
    life.server.assert_finished();
    assert!(!error.is_retryable() && error.to_string().contains("no such host"), "{error}");
    assert_eq!(life.stored(), before);
}

#[test]
fn a_token_endpoint_that_is_where_it_was_and_answers_404_is_not_asked_again() {
    for found in [vec![discovery(&metadata(Some("token")))], and_no_more(discovery(&metadata(None)))] {
        let life = moved();
        life.server.expects([refresh_with("RT-1").and_answer(404, &json!("gone"))]);
        life.server.expects(found);
        let outcome = knowing(&life, remembered()).acquire_token_silent(&request()).block_on();
        assert!(matches!(outcome, Err(AcquireError::Unintelligible { .. })), "{outcome:?}");
        life.server.assert_finished();
        assert!(life.told().is_empty());
    }
}

#[test]
fn an_endpoint_that_was_named_by_hand_stays_where_it_was_named() {
    let life = moved();
    life.server.expects([refresh_with("RT-1").and_answer(404, &json!("gone"))]);
    let by_hand = Endpoints { token: endpoint("token"), ..Endpoints::default() };
    let error = knowing(&life, by_hand).acquire_token_silent(&request()).block_on().unwrap_err();
    life.server.assert_finished();
    assert!(!error.is_retryable() && error.to_string().contains("named by hand"), "{error}");
}

#[test]
fn a_refresh_token_is_not_spent_while_nobody_says_where_the_endpoint_is() {
    let life = moved();
    let before = life.stored();
    life.server.expects([refresh_with("RT-1").and_answer(404, &json!("gone"))]);
    life.server.expects([want(OPENID, []).and_answer(503, &json!({})), want(RFC_8414, []).and_answer(404, &json!({}))]);
    // One retry, because no token was redeemed.
    for _ in 0..2 {
        life.server.expects([refresh_with("RT-1").and_answer(404, &json!("gone"))]);
        life.server
            .expects([want(OPENID, []).and_answer(503, &json!({})), want(RFC_8414, []).and_answer(404, &json!({}))]);
    }
    let outcome = knowing(&life, remembered()).acquire_token_silent(&request()).block_on();
    assert!(matches!(outcome, Err(AcquireError::Unavailable { .. })), "{outcome:?}");
    assert_eq!(life.stored(), before);
}

#[test]
fn a_remembered_revocation_endpoint_that_is_gone_is_discovered_again() {
    let life = moved();
    let mut now = metadata(Some("token"));
    now["revocation_endpoint"] = json!(format!("{ISSUER}/new/revoke"));
    let revoke = |url| want(url, [("token", "RT-1")]);
    life.server.expects([
        revoke("/tenant/revoke").and_answer(404, &json!("gone")),
        discovery(&now),
        revoke("/new/revoke").and_answer(200, &json!({})),
    ]);
    let client = knowing(&life, remembered());
    let signed_out = client.sign_out(&SignOutRequest { account: None, revoke: true }).block_on().unwrap().unwrap();
    assert!(matches!(signed_out.revocation, Revocation::Done), "{signed_out:?}");
}
