//! A web app: users sign in by way of the browser, each with a cache of their own.

use std::time::Duration;

use pollster::FutureExt as _;
use proptest::prelude::*;
use serde_json::Value;
use tokcache_core::acquire::{
    AcquireError, AuthorizationCodeSignIn, ConfidentialClient, ErrorKind, InteractionRequired, Revocation, SignedIn,
    SilentRequest, Source,
};
use tokcache_core::oauth::{AuthorizationError, IdTokenError};
use tokcache_core::types::{HomeAccountId, ScopeSet};

use super::{World, request};

const CALLBACK: &str = "https://app.example.com/callback";

fn sign_in_request() -> AuthorizationCodeSignIn {
    let (redirect_uri, scopes) = (CALLBACK.to_owned(), ScopeSet::parse("api.read"));
    AuthorizationCodeSignIn { redirect_uri, scopes, ..AuthorizationCodeSignIn::default() }
}

fn sign_in(world: &World, server: &ConfidentialClient, user: &str) -> Result<SignedIn, AcquireError> {
    let pending = server.begin_sign_in(&sign_in_request()).block_on()?;
    let response = world.provider.approve(&pending.url, user);
    server.finish_sign_in(&pending, &response).block_on()
}

fn user(name: &str) -> HomeAccountId {
    HomeAccountId::new(name)
}

#[test]
fn a_user_who_signed_in_at_one_server_is_served_by_another() {
    let world = World::remote();
    let signed_in = sign_in(&world, &world.server(), "alice").unwrap();
    assert_eq!(signed_in.account.home_account_id, user("alice"));
    assert_eq!(signed_in.account.username, "alice@example.com");
    let other = world.server();
    let token = other.acquire_token_silent(&user("alice"), &request("api.read")).block_on().unwrap();
    assert_eq!((token.source, &token.access_token), (Source::Cache, &signed_in.token.access_token));

    world.clock.step(Duration::from_secs(3600));
    let token = other.acquire_token_silent(&user("alice"), &request("api.read")).block_on().unwrap();
    assert_eq!(token.source, Source::Refresh);
    let again = world.server().acquire_token_silent(&user("alice"), &request("api.read")).block_on().unwrap();
    assert_eq!((again.source, again.access_token), (Source::Cache, token.access_token));
    assert!(world.provider.is_signed_in("alice"));
}

#[test]
fn metadata_and_keys_are_requested_once_by_a_server() {
    let world = World::new();
    let server = world.server();
    for name in ["alice", "bob", "carol"] {
        sign_in(&world, &server, name).unwrap();
        world.clock.step(Duration::from_secs(3600));
        server.acquire_token_silent(&user(name), &request("api.read")).block_on().unwrap();
    }
    assert_eq!(world.provider.requests("/.well-known/openid-configuration"), 1);
    assert_eq!(world.provider.requests("/jwks"), 1);
}

#[test]
fn a_provider_that_changes_its_keys_is_asked_for_them_once() {
    let world = World::new();
    let server = world.server();
    sign_in(&world, &server, "alice").unwrap();
    world.clock.step(Duration::from_secs(60));
    world.provider.rotate_keys();
    sign_in(&world, &server, "bob").unwrap();
    assert_eq!(world.provider.requests("/jwks"), 2);
    // Keys that nobody publishes do not make the provider busy.
    world.provider.rotate_keys();
    let error = sign_in(&world, &server, "carol").unwrap_err();
    assert!(matches!(error, AcquireError::IdToken(IdTokenError::UnknownKey)), "{error:?}");
    assert_eq!(world.provider.requests("/jwks"), 2);
}

#[test]
fn an_id_token_that_proves_nothing_signs_nobody_in() {
    let forgeries: [fn(&mut Value); 5] = [
        |claims| claims["aud"] = "another".into(),
        |claims| claims["iss"] = "https://evil.example.com".into(),
        |claims| claims["nonce"] = "replayed".into(),
        |claims| claims["exp"] = 1_600_000_000.into(),
        |claims| drop(claims.as_object_mut().unwrap().remove("nonce")),
    ];
    for forge in forgeries {
        let world = World::new();
        world.provider.forge(forge);
        let error = sign_in(&world, &world.server(), "alice").unwrap_err();
        assert!(matches!(error, AcquireError::IdToken(_)), "{error:?}");
        assert_eq!(world.document(&world.server().partition_of(&user("alice"))), None);
        assert!(!world.provider.is_signed_in("alice"), "its refresh token was to be revoked");
    }
}

#[test]
fn a_response_to_another_request_is_refused() {
    let world = World::new();
    let server = world.server();
    let pending = server.begin_sign_in(&sign_in_request()).block_on().unwrap();
    let attackers = server.begin_sign_in(&sign_in_request()).block_on().unwrap();
    let response = world.provider.approve(&attackers.url, "mallory");
    let error = server.finish_sign_in(&pending, &response).block_on().unwrap_err();
    assert!(matches!(error, AcquireError::AuthorizationResponse(AuthorizationError::StateMismatch)), "{error:?}");
    assert_eq!((world.provider.requests("authorization_code"), error.kind()), (0, ErrorKind::InteractionRequired));

    let response = world.provider.approve(&pending.url, "alice").replace("idp.example.com", "evil.example.com");
    let error = server.finish_sign_in(&pending, &response).block_on().unwrap_err();
    assert!(matches!(error, AcquireError::AuthorizationResponse(AuthorizationError::IssuerMismatch)), "{error:?}");

    let state = pending.state.expose();
    let declined = format!("error=access_denied&state={state}&iss=https://idp.example.com");
    let error = server.finish_sign_in(&pending, &declined).block_on().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
}

#[test]
fn a_code_is_good_once() {
    let world = World::new();
    let server = world.server();
    let pending = server.begin_sign_in(&sign_in_request()).block_on().unwrap();
    let response = world.provider.approve(&pending.url, "alice");
    server.finish_sign_in(&pending, &response).block_on().unwrap();
    let error = server.finish_sign_in(&pending, &response).block_on().unwrap_err();
    assert!(matches!(error, AcquireError::SignInRefused { .. }), "{error:?}");
}

#[test]
fn a_sign_out_leaves_nothing_and_touches_nobody_else() {
    let world = World::remote();
    let server = world.server();
    for name in ["alice", "bob"] {
        sign_in(&world, &server, name).unwrap();
    }
    let url = server.end_session_url(&user("alice"), Some("https://app.example.com/"), Some("s")).block_on().unwrap();
    let url = url.unwrap();
    assert!(url.starts_with("https://idp.example.com/logout?") && url.contains("id_token_hint="), "{}", url.as_str());

    let signed_out = server.sign_out(&user("alice"), true).block_on().unwrap().unwrap();
    assert!(matches!(signed_out.revocation, Revocation::Done), "{:?}", signed_out.revocation);
    assert!(!world.provider.is_signed_in("alice") && world.provider.is_signed_in("bob"));
    let error = server.acquire_token_silent(&user("alice"), &request("api.read")).block_on().unwrap_err();
    assert!(matches!(error, AcquireError::InteractionRequired(InteractionRequired::NothingCached)), "{error:?}");
    server.acquire_token_silent(&user("bob"), &request("api.read")).block_on().unwrap();
    assert!(server.sign_out(&user("alice"), true).block_on().unwrap().is_none());
}

/// The account of a request is what a careless app might take from the browser.
#[test]
fn the_account_of_a_request_cannot_reach_another_user() {
    let world = World::new();
    let server = world.server();
    for name in ["alice", "bob"] {
        sign_in(&world, &server, name).unwrap();
    }
    let sly = SilentRequest { account: Some("bob@example.com".to_owned()), ..request("api.read") };
    let token = server.acquire_token_silent(&user("alice"), &sly).block_on().unwrap();
    assert_eq!(token.account.unwrap().home_account_id, user("alice"));
    for odd in ["", "bob@example.com", "bob\0", "../bob", "web._AppTokenCache"] {
        let error = server.acquire_token_silent(&user(odd), &request("api.read")).block_on().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InteractionRequired, "{odd}");
    }
}

#[derive(Clone, Debug)]
enum Step {
    SignIn(usize),
    SignOut(usize),
    Token(usize),
    Wait(u64),
}

fn steps() -> impl Strategy<Value = Vec<(usize, Step)>> {
    let step = prop_oneof![
        (0..4_usize).prop_map(Step::SignIn),
        (0..4_usize).prop_map(Step::SignOut),
        (0..4_usize).prop_map(Step::Token),
        (0..4000_u64).prop_map(Step::Wait),
    ];
    prop::collection::vec((0..2_usize, step), 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A user is served the user's own tokens, and is signed in exactly from a sign-in to the next sign-out, for any steps in
    /// any order on two servers over one store.
    #[test]
    fn a_user_is_only_ever_served_own_tokens(steps in steps()) {
        let world = World::remote();
        let servers = [world.server(), world.server()];
        let mut signed_in = [false; 4];
        for (server, step) in steps {
            let server = &servers[server];
            match step {
                Step::SignIn(number) => {
                    sign_in(&world, server, &format!("user{number}")).unwrap();
                    signed_in[number] = true;
                }
                Step::SignOut(number) => {
                    let was_signed_in = server.sign_out(&user(&format!("user{number}")), true).block_on().unwrap();
                    prop_assert_eq!(was_signed_in.is_some(), signed_in[number]);
                    signed_in[number] = false;
                }
                Step::Token(number) => {
                    let name = format!("user{number}");
                    let token = server.acquire_token_silent(&user(&name), &request("api.read")).block_on();
                    prop_assert_eq!(token.is_ok(), signed_in[number]);
                    if let Ok(token) = token {
                        let own = format!("AT-{name}-");
                        prop_assert!(token.access_token.expose().starts_with(&own));
                    }
                }
                Step::Wait(seconds) => world.clock.step(Duration::from_secs(seconds)),
            }
        }
    }
}
