//! Tests requests that a provider need not fulfil: the reserved scopes, extra parameters, a token without a lifetime or
//! of another type.

use std::time::Duration;

use pollster::FutureExt as _;
use serde_json::{Value, json};
use tokcache_core::acquire::{
    AcquireError, ClientApplication, PublicClient, SignInRequest, SignedIn, SilentRequest, Source,
};
use tokcache_core::cache::MinValid;
use tokcache_core::types::ScopeSet;

use crate::scripted_server::{Exchange, want};
use crate::world::{Life, poll, refresh_with, request, served, tokens};

fn sign_in_request() -> SignInRequest {
    SignInRequest { scopes: ScopeSet::parse("api:read"), ..SignInRequest::default() }
}

fn sign_in(life: &Life, request: &SignInRequest, exchanges: Vec<Exchange>) -> Result<SignedIn, AcquireError> {
    sign_in_with(&life.client(), life, request, exchanges)
}

fn sign_in_with(
    client: &ClientApplication<'_>,
    life: &Life,
    request: &SignInRequest,
    exchanges: Vec<Exchange>,
) -> Result<SignedIn, AcquireError> {
    life.server.expects(exchanges);
    let signed_in = PublicClient::from(client.clone()).sign_in_by_device_code(request).block_on();
    life.server.assert_finished();
    signed_in
}

fn device(scope: &'static str) -> crate::scripted_server::Want {
    want("/device", [("scope", scope), ("code_challenge_method", "S256")])
}

fn code() -> Value {
    json!({"device_code": "DC", "user_code": "C", "verification_uri": "https://idp.example.com/go"})
}

fn no(error: &str) -> Value {
    json!({"error": error, "error_description": "not so"})
}

#[test]
fn a_provider_that_lists_its_scopes_is_asked_for_no_other_reserved_one() {
    let life = Life::new();
    let mut client = life.client();
    client.registration.endpoints.scopes_supported = Some(ScopeSet::parse("openid profile email api"));
    let exchanges =
        vec![device("api:read openid profile").and_answer(200, &code()), poll().and_answer(200, &tokens(1))];
    sign_in_with(&client, &life, &sign_in_request(), exchanges).unwrap();
    assert_eq!(life.told(), ["code C"]);
}

#[test]
fn offline_access_that_is_not_known_is_left_out_before_anybody_is_asked() {
    let life = Life::new();
    let exchanges = vec![
        device("api:read openid profile offline_access").and_answer(400, &no("invalid_scope")),
        device("api:read openid profile").and_answer(200, &code()),
        poll().and_answer(200, &tokens(1)),
    ];
    sign_in(&life, &sign_in_request(), exchanges).unwrap();
    assert_eq!(life.told(), ["refused offline_access", "code C"]);
    assert_eq!(served(life.token()), ("AT-1".into(), Source::Cache));
}

#[test]
fn a_provider_that_takes_no_reserved_scope_is_asked_for_none() {
    let life = Life::new();
    let exchanges = vec![
        device("api:read openid profile offline_access").and_answer(400, &no("invalid_scope")),
        device("api:read openid profile").and_answer(400, &no("invalid_scope")),
        device("api:read").and_answer(200, &code()),
        poll().and_answer(200, &tokens(1)),
    ];
    sign_in(&life, &sign_in_request(), exchanges).unwrap();
    assert_eq!(life.told(), ["refused offline_access", "refused openid profile", "code C"]);
}

#[test]
fn a_scope_of_the_user_s_own_that_is_refused_is_an_error() {
    let life = Life::new();
    let refuse = |scope| device(scope).and_answer(400, &no("invalid_scope"));
    let exchanges =
        vec![refuse("api:read openid profile offline_access"), refuse("api:read openid profile"), refuse("api:read")];
    let outcome = sign_in(&life, &sign_in_request(), exchanges);
    assert!(matches!(outcome, Err(AcquireError::SignInRefused { .. })), "{outcome:?}");

    let own = SignInRequest { scopes: ScopeSet::parse("offline_access"), ..SignInRequest::default() };
    let exchanges = vec![refuse("offline_access openid profile"), refuse("offline_access")];
    assert!(sign_in(&life, &own, exchanges).is_err());
}

#[test]
fn a_user_who_may_not_have_offline_access_signs_in_with_a_second_code() {
    for error in ["not_allowed", "invalid_scope"] {
        let life = Life::new();
        let exchanges = vec![
            device("api:read openid profile offline_access").and_answer(200, &code()),
            poll().and_answer(400, &no(error)),
            device("api:read openid profile").and_answer(200, &code()),
            poll().and_answer(200, &tokens(1)),
        ];
        sign_in(&life, &sign_in_request(), exchanges).unwrap();
        assert_eq!(life.told(), ["code C", "refused offline_access", "code C"], "{error}");
    }
}

#[test]
fn offline_access_is_not_asked_for_where_the_user_says_so() {
    let life = Life::new();
    let request = SignInRequest { without_offline_access: true, ..sign_in_request() };
    let exchanges =
        vec![device("api:read openid profile").and_answer(200, &code()), poll().and_answer(200, &tokens(1))];
    sign_in(&life, &request, exchanges).unwrap();
}

/// Returns a response like GitHub's.
fn without_lifetime() -> Value {
    json!({"access_token": "gho_1", "token_type": "bearer", "scope": "api:read"})
}

fn sign_in_without_lifetime(life: &Life, request: &SignInRequest) -> SignedIn {
    let exchanges = vec![want("/device", []).and_answer(200, &code()), poll().and_answer(200, &without_lifetime())];
    sign_in(life, request, exchanges).unwrap()
}

#[test]
fn a_token_without_a_lifetime_is_served_until_it_is_revoked() {
    let life = Life::new();
    let signed_in = sign_in_without_lifetime(&life, &sign_in_request());
    assert!(signed_in.token.is_lifetime_unknown && !signed_in.can_refresh);
    life.clock.step(Duration::from_secs(5 * 365 * 86_400));
    let token = life.token().unwrap();
    assert_eq!((token.access_token.expose(), token.is_lifetime_unknown), ("gho_1", true));
    let long = SilentRequest { min_valid: MinValid::AtLeast(Duration::from_secs(86_400)), ..request() };
    assert_eq!(served(life.token_for(long)), ("gho_1".into(), Source::Cache));
}

#[test]
fn a_lifetime_that_the_user_sets_ends_the_token() {
    let life = Life::new();
    let lifetime = Some(Duration::from_secs(30 * 86_400));
    sign_in_without_lifetime(&life, &sign_in_request());
    let limited = || SilentRequest { lifetime, ..request() };
    let token = life.token_for(limited()).unwrap();
    assert!(!token.is_lifetime_unknown);
    assert_eq!(token.expires_on.0, 1_700_000_005 + 30 * 86_400);
    life.clock.step(Duration::from_secs(31 * 86_400));
    assert!(matches!(life.token_for(limited()), Err(AcquireError::InteractionRequired(_))));
    assert_eq!(served(life.token()), ("gho_1".into(), Source::Cache), "who sets none is served");

    let life = Life::new();
    let signed_in = sign_in_without_lifetime(&life, &SignInRequest { lifetime, ..sign_in_request() });
    assert!(!signed_in.token.is_lifetime_unknown);
    life.clock.step(Duration::from_secs(31 * 86_400));
    assert!(life.token().is_err(), "what other programs read from the file");
    let longer = SilentRequest { lifetime: Some(Duration::from_secs(60 * 86_400)), ..request() };
    assert_eq!(served(life.token_for(longer)), ("gho_1".into(), Source::Cache), "another lifetime is counted anew");
}

#[test]
fn a_token_that_is_no_bearer_token_is_refused_at_sign_in() {
    for token_type in ["DPoP", "mac", "N_A", "pop"] {
        let life = Life::new();
        let mut first = tokens(1);
        first["token_type"] = json!(token_type);
        let revoke = want("/revoke", [("token", "RT-1")]).and_answer(200, &json!({}));
        let exchanges = vec![want("/device", []).and_answer(200, &code()), poll().and_answer(200, &first), revoke];
        let outcome = sign_in(&life, &sign_in_request(), exchanges);
        assert!(matches!(&outcome, Err(AcquireError::NotBearer { token_type: of }) if of == token_type), "{outcome:?}");
        let words = if token_type == "DPoP" { "a printed token cannot carry. Only a command" } else { token_type };
        assert!(outcome.unwrap_err().to_string().contains(words));
        assert!(!life.stored().contains("-1"), "nothing of it is stored");
    }
}

#[test]
fn a_refresh_that_brings_no_bearer_token_keeps_the_sign_in_and_is_not_repeated_at_once() {
    let life = Life::new();
    life.sign_in(tokens(1));
    life.clock.step(Duration::from_secs(3600));
    let mut second = tokens(2);
    second["token_type"] = json!("DPoP");
    life.server.expects([refresh_with("RT-1").and_answer(200, &second)]);
    for _ in 0..3 {
        let outcome = life.token();
        assert!(matches!(&outcome, Err(AcquireError::NotBearer { token_type }) if token_type == "DPoP"), "{outcome:?}");
    }
    assert!(!life.stored().contains("AT-2"));
    life.clock.step(Duration::from_secs(61));
    life.server.expects([refresh_with("RT-2").and_answer(200, &tokens(3))]);
    assert_eq!(served(life.token()), ("AT-3".into(), Source::Refresh), "the new refresh token was kept");
}

#[test]
fn bearer_in_any_case_and_none_at_all_are_bearer() {
    for token_type in [json!("BEARER"), json!("bearer"), Value::Null, json!("")] {
        let life = Life::new();
        let mut first = tokens(1);
        first["token_type"] = token_type;
        life.sign_in(first);
        assert_eq!(served(life.token()), ("AT-1".into(), Source::Cache));
    }
}

#[test]
fn tokens_for_two_audiences_never_answer_for_each_other() {
    let life = Life::new();
    let parameters = |audience: &str| vec![("audience".to_owned(), audience.to_owned())];
    let for_one = SignInRequest { parameters: parameters("one"), ..sign_in_request() };
    let exchanges = vec![
        want("/device", [("audience", "one")]).and_answer(200, &code()),
        want("/token", [("device_code", "DC"), ("audience", "one")]).and_answer(200, &tokens(1)),
    ];
    sign_in(&life, &for_one, exchanges).unwrap();
    let token = |audience| life.token_for(SilentRequest { parameters: parameters(audience), ..request() });
    assert_eq!(served(token("one")), ("AT-1".into(), Source::Cache));
    let refresh = want("/token", [("refresh_token", "RT-1"), ("audience", "two")]).and_answer(200, &tokens(2));
    life.server.expects([refresh]);
    assert_eq!(served(token("two")), ("AT-2".into(), Source::Refresh));
    assert_eq!(served(token("two")), ("AT-2".into(), Source::Cache));
    assert_eq!(served(token("one")), ("AT-1".into(), Source::Cache));
    life.server.expects([refresh_with("RT-2").and_answer(200, &tokens(3))]);
    assert_eq!(served(life.token()), ("AT-3".into(), Source::Refresh), "and neither for none");
}
