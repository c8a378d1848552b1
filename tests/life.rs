//! A whole life of a sign-in, on a stepped clock against a scripted server: nothing cached, signed in, cached, aging,
//! refreshed, the server down, expired, rotated, refused, signed out.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a life that cannot go on has failed")]

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use support::{Exchange, ScriptedServer, SteppedClock, want};
use tokcache::acquire::{
    AcquireError, InteractionRequired, Observer, PublicClient, Registration, Revocation, SignInRequest, SignOutRequest,
    SilentOutcome, SilentRequest, Source,
};
use tokcache::cache::MinValid;
use tokcache::oauth::{Authority, DeviceAuthorization, Endpoint, Endpoints};
use tokcache::store::{CacheStore, Change, MemoryStore};
use tokcache::terms::{ClientId, ScopeSet};

const ISSUER: &str = "https://idp.example.com/tenant";

/// Everything that lives through a test.
struct Life {
    server: ScriptedServer,
    clock: Arc<SteppedClock>,
    store: MemoryStore,
    people: People,
}

/// Notes what people were told.
#[derive(Default)]
struct People {
    told: Mutex<Vec<String>>,
}

impl Observer for People {
    fn device_code_issued(&self, authorization: &DeviceAuthorization) {
        self.told.lock().unwrap().push(format!("code {}", authorization.user_code));
    }

    fn served_despite(&self, _failure: &AcquireError) {
        self.told.lock().unwrap().push("served despite".to_owned());
    }
}

impl Life {
    fn new() -> Self {
        let clock = Arc::new(SteppedClock::starting_at(1_700_000_000));
        Life { server: ScriptedServer::new(), store: MemoryStore::new(clock.clone()), clock, people: People::default() }
    }

    fn client(&self) -> PublicClient<'_> {
        let endpoint = |path: &str| Some(Endpoint::parse(&format!("{ISSUER}/{path}")).unwrap());
        PublicClient {
            registration: Registration {
                authority: Authority::parse(ISSUER, None).unwrap(),
                client_id: ClientId::new("app"),
                endpoints: Endpoints {
                    issuer: Some(ISSUER.to_owned()),
                    token: endpoint("token"),
                    device_authorization: endpoint("device"),
                    revocation: endpoint("revoke"),
                },
                tenant: None,
            },
            store: &self.store,
            http: &self.server,
            clock: self.clock.as_ref(),
            observer: &self.people,
            lock_timeout: Duration::from_secs(60),
        }
    }

    fn sign_in(&self, first_tokens: Value) {
        self.server.expects([
            want("/device", [("client_id", "app")]).and_answer(
                200,
                &json!({"device_code": "DC", "user_code": "WDJB-MJHT", "verification_uri": "https://idp.example.com/go",
                        "expires_in": 600, "interval": 5}),
            ),
            poll().and_answer(400, &json!({"error": "authorization_pending"})),
            poll().and_answer(400, &json!({"error": "slow_down"})),
            poll().and_answer(200, &first_tokens),
        ]);
        let request = SignInRequest { scopes: ScopeSet::parse("api:read"), claims: None };
        self.client().sign_in_by_device_code(&request).unwrap();
        self.server.assert_finished();
    }

    fn token(&self) -> Result<SilentOutcome, AcquireError> {
        self.token_for(request())
    }

    fn token_for(&self, request: SilentRequest) -> Result<SilentOutcome, AcquireError> {
        let result = self.client().acquire_token_silent(&request);
        self.server.assert_finished();
        result
    }

    fn stored(&self) -> String {
        let mut stored = String::new();
        self.store
            .update(&mut |bytes| {
                stored = String::from_utf8(bytes.unwrap_or_default().to_vec()).unwrap();
                Change::Keep
            })
            .unwrap();
        stored
    }
}

fn request() -> SilentRequest {
    SilentRequest {
        scopes: ScopeSet::parse("api:read"),
        account: None,
        min_valid: MinValid::Default,
        force_refresh: false,
        offline: false,
        claims: None,
    }
}

fn poll() -> support::Want {
    want("/token", [("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", "DC")])
}

fn refresh_with(refresh_token: &str) -> support::Want {
    want("/token", [("grant_type", "refresh_token"), ("refresh_token", refresh_token), ("client_id", "app")])
}

/// Tokens that live an hour and age after half of it. The ID token says that the subject is `bob`.
fn tokens(number: u32) -> Value {
    json!({"access_token": format!("AT-{number}"), "token_type": "Bearer", "expires_in": 3600, "refresh_in": 1800,
           "refresh_token": format!("RT-{number}"), "scope": "api:read openid",
           "id_token": "e30.eyJzdWIiOiJib2IiLCJwcmVmZXJyZWRfdXNlcm5hbWUiOiJib2JAZXhhbXBsZS5jb20ifQ.e30"})
}

fn served(outcome: Result<SilentOutcome, AcquireError>) -> (String, Source) {
    let outcome = outcome.unwrap();
    (outcome.access_token.expose().to_owned(), outcome.source)
}

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

    life.clock.step(1801);
    life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2))]);
    assert_eq!(served(life.token()), ("AT-2".into(), Source::Refresh), "aging");
    assert_eq!(served(life.token()), ("AT-2".into(), Source::Cache), "refreshed");

    life.clock.step(1801);
    life.server.expects([refresh_with("RT-2").and_refuse_connection()]);
    assert_eq!(served(life.token()), ("AT-2".into(), Source::Cache), "aging and the server down");
    assert_eq!(life.people.told.lock().unwrap().pop().unwrap(), "served despite");

    life.clock.step(1800);
    let before = life.stored();
    life.server.expects([refresh_with("RT-2").and_refuse_connection()]);
    assert!(matches!(life.token(), Err(AcquireError::Unavailable { .. })), "expired and the server down");
    assert_eq!(life.stored(), before, "an outage loses nothing");

    life.server.expects([refresh_with("RT-2").and_answer(200, &tokens(3))]);
    assert_eq!(served(life.token()), ("AT-3".into(), Source::Refresh), "the server is back");

    life.server.expects([want("/revoke", [("token", "RT-3"), ("client_id", "app")]).and_answer(200, &json!({}))]);
    let signed_out = life.client().sign_out(&SignOutRequest { account: None, revoke: true }).unwrap().unwrap();
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
        life.clock.step(1801);
        life.server.expects([refused(code)]);
        assert_eq!(served(life.token()), ("AT-1".into(), Source::Cache), "{code}");
    }
}

#[test]
fn errors_are_told_apart_once_the_token_has_expired() {
    let outcome_of = |code| {
        let life = Life::new();
        life.sign_in(tokens(1));
        life.clock.step(3600);
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
    life.clock.step(3600);
    let bare = json!({"access_token": "AT-2", "expires_in": "3600"});
    life.server.expects([refresh_with("RT-1").and_answer(200, &bare)]);
    assert_eq!(served(life.token()), ("AT-2".into(), Source::Refresh));
    assert_eq!(served(life.token()), ("AT-2".into(), Source::Cache));

    life.clock.step(3600);
    life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(3))]);
    assert_eq!(served(life.token()), ("AT-3".into(), Source::Refresh), "the old refresh token stayed");
}

#[test]
fn a_token_that_another_program_rotated_meanwhile_is_no_reason_to_sign_in() {
    let life = Life::new();
    life.sign_in(tokens(1));
    life.clock.step(3600);
    let other = Rotator { store: &life.store, server: &life.server };
    let client = PublicClient { http: &other, ..life.client() };
    life.server.expects([refused("invalid_grant"), refresh_with("RT-OTHER").and_answer(200, &tokens(2))]);
    assert_eq!(served(client.acquire_token_silent(&request())), ("AT-2".into(), Source::Refresh));
    life.server.assert_finished();
}

/// Another program rotates the refresh token while ours is on its way to the server.
struct Rotator<'a> {
    store: &'a MemoryStore,
    server: &'a ScriptedServer,
}

impl tokcache::oauth::Http for Rotator<'_> {
    fn send(
        &self,
        request: &tokcache::oauth::Request,
    ) -> Result<tokcache::oauth::Response, tokcache::oauth::TransportError> {
        let rotate = |bytes: Option<&[u8]>| {
            let text = String::from_utf8(bytes.unwrap_or_default().to_vec()).unwrap();
            Change::Replace(text.replace("RT-1", "RT-OTHER").into_bytes().into())
        };
        self.store.update(&mut { rotate }).unwrap();
        self.server.send(request)
    }
}

#[test]
fn a_sign_out_during_a_refresh_is_not_undone() {
    struct SigningOut<'a>(&'a Life);
    impl tokcache::oauth::Http for SigningOut<'_> {
        fn send(
            &self,
            request: &tokcache::oauth::Request,
        ) -> Result<tokcache::oauth::Response, tokcache::oauth::TransportError> {
            tokcache::acquire::forget_everything(&self.0.store).unwrap();
            self.0.server.send(request)
        }
    }
    let life = Life::new();
    life.sign_in(tokens(1));
    life.clock.step(3600);
    life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2))]);
    let http = SigningOut(&life);
    let outcome = PublicClient { http: &http, ..life.client() }.acquire_token_silent(&request());
    assert!(matches!(outcome, Err(AcquireError::InteractionRequired(InteractionRequired::SignedOutMeanwhile))));
    assert!(!life.stored().contains("AT-2") && !life.stored().contains("RT-2"));
}

#[test]
fn a_promise_of_validity_is_kept_or_refused() {
    let life = Life::new();
    life.sign_in(tokens(1));
    life.clock.step(600);
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
    life.clock.step(1801);
    assert_eq!(served(life.token_for(offline())), ("AT-1".into(), Source::Cache), "aging is good enough offline");
    life.clock.step(1800);
    assert!(matches!(life.token_for(offline()), Err(AcquireError::Offline)));
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
