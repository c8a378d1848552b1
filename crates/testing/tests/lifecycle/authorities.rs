//! Tests many authorities on one host with one cache: tokens of one are never served for or sent to another.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pollster::FutureExt as _;
use serde_json::{Value, json};
use tokcache_core::acquire::{
    AcquireError, ClientApplication, InteractionRequired, SignOutRequest, SilentRequest, Source,
};
use tokcache_core::oauth::{Authority, Endpoint, Endpoints};

use crate::world::{Life, refresh_with, request, served};

const HERE: &str = "https://kc.example.com/realms/here";

/// The same host and the same first path segment, which is all that the MSAL schema stores.
const ELSEWHERE: [&str; 3] =
    ["https://kc.example.com/realms/there", "https://kc.example.com:8443/realms/here", "https://kc.example.com/realms"];

/// Returns the client at another authority.
fn at<'a>(life: &'a Life, authority: &str) -> ClientApplication<'a> {
    let mut client = life.client();
    client.registration.authority = Authority::parse(authority, None).unwrap();
    client.registration.endpoints = Endpoints { issuer: None, ..client.registration.endpoints };
    client
}

/// Returns the response of `issuer` for `subject`, without a name if there is no subject.
fn tokens(issuer: &str, subject: Option<&str>) -> Value {
    let claims = json!({"iss": issuer, "sub": subject, "preferred_username": subject}).to_string();
    let id_token = subject.map(|_| format!("e30.{}.e30", URL_SAFE_NO_PAD.encode(claims)));
    json!({"access_token": format!("AT-{issuer}"), "expires_in": 3600, "refresh_token": "RT", "scope": "api:read",
           "id_token": id_token})
}

fn is_nobody(outcome: Result<tokcache_core::acquire::AuthenticationResult, AcquireError>) -> bool {
    matches!(outcome, Err(AcquireError::InteractionRequired(InteractionRequired::NothingCached)))
}

#[test]
fn a_sign_in_at_one_authority_is_none_at_another_on_its_host() {
    for subject in [Some("bob"), None] {
        let life = Life::new();
        life.sign_in_at(&at(&life, HERE), tokens(HERE, subject));
        assert_eq!(served(at(&life, HERE).acquire_token_silent(&request()).block_on()).1, Source::Cache);

        for elsewhere in ELSEWHERE {
            // The scripted server has no script, so any request would fail the test.
            assert!(
                is_nobody(at(&life, elsewhere).acquire_token_silent(&request()).block_on()),
                "{subject:?} {elsewhere}"
            );
            life.clock.step(Duration::from_secs(3600));
            assert!(
                is_nobody(at(&life, elsewhere).acquire_token_silent(&request()).block_on()),
                "{subject:?} {elsewhere} expired"
            );
            let signed_out = at(&life, elsewhere).sign_out(&SignOutRequest { account: None, revoke: true }).block_on();
            assert!(signed_out.unwrap().is_none(), "{subject:?} {elsewhere}");
        }
        assert!(life.stored().contains("\"RT\""), "it is all there still");
    }
}

#[test]
fn each_of_two_authorities_on_one_host_has_its_own_only_account() {
    let life = Life::new();
    for authority in [HERE, ELSEWHERE[0]] {
        life.sign_in_at(&at(&life, authority), tokens(authority, Some(authority)));
    }
    for authority in [HERE, ELSEWHERE[0]] {
        let outcome = at(&life, authority).acquire_token_silent(&request()).block_on();
        assert_eq!(served(outcome), (format!("AT-{authority}"), Source::Cache));
    }
}

/// As in a container that has the cache but no profile.
#[test]
fn what_was_learned_at_sign_in_is_not_needed_to_find_its_tokens() {
    for authority in [
        HERE,
        "https://contoso.b2clogin.com/contoso.onmicrosoft.com/b2c_1_sign_in",
        "https://contoso.ciamlogin.com",
        "https://adfs.example.com/adfs",
    ] {
        let life = Life::new();
        let mut learned = at(&life, authority);
        let endpoint = |path: &str| Some(Endpoint::parse(&format!("https://idp.example.com/learned/{path}")).unwrap());
        let endpoints = &mut learned.registration.endpoints;
        (endpoints.token, endpoints.device_authorization) = (endpoint("token"), endpoint("device"));
        life.sign_in_at(&learned, tokens(authority, Some("bob")));

        let mut bare = at(&life, authority);
        bare.registration.endpoints = Endpoints::default();
        bare.registration.tenant = None;

        let offline = SilentRequest { offline: true, ..request() };
        let outcome = bare.acquire_token_silent(&offline).block_on();
        assert_eq!(served(outcome), (format!("AT-{authority}"), Source::Cache), "{authority}");
        assert_eq!(
            bare.explain(&offline).block_on().unwrap().account.unwrap().home_account_id.as_str(),
            "bob",
            "{authority}"
        );
    }
}

/// The cache stores the tenant's number, and nothing in it proves that a domain belongs to that tenant.
#[test]
fn at_entra_by_a_domain_and_without_the_profile_one_refresh_finds_the_token_again() {
    const TENANT: &str = "3f2c9b1e-0000-4000-8000-00000000abcd";
    let authority = "https://login.microsoftonline.com/contoso.com";
    let life = Life::new();
    let mut learned = at(&life, authority);
    let endpoint = |path: &str| Some(Endpoint::parse(&format!("{authority}/oauth2/v2.0/{path}")).unwrap());
    let endpoints = &mut learned.registration.endpoints;
    (endpoints.token, endpoints.device_authorization) = (endpoint("token"), endpoint("device"));
    let claims = json!({"iss": format!("https://login.microsoftonline.com/{TENANT}/v2.0"), "tid": TENANT, "oid": "bob",
                        "sub": "bob", "preferred_username": "bob@contoso.com"});
    let id_token = format!("e30.{}.e30", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let answer = |number: u32| {
        json!({"access_token": format!("AT-{number}"), "expires_in": 3600, "refresh_token": format!("RT-{number}"),
               "scope": "api:read", "id_token": id_token})
    };
    life.sign_in_at(&learned, answer(1));
    assert!(life.stored().contains(&format!("\"realm\": \"{TENANT}\"")), "{}", life.stored());

    let mut bare = at(&life, authority);
    bare.registration.endpoints = Endpoints::default();
    let offline = SilentRequest { offline: true, ..request() };
    assert!(matches!(bare.acquire_token_silent(&offline).block_on(), Err(AcquireError::Offline)));
    life.server.expects([refresh_with("RT-1").and_answer(200, &answer(2))]);
    assert_eq!(served(bare.acquire_token_silent(&request()).block_on()), ("AT-2".into(), Source::Refresh));
    assert_eq!(served(bare.acquire_token_silent(&offline).block_on()), ("AT-2".into(), Source::Cache));

    let mut by_number = at(&life, &format!("https://login.microsoftonline.com/{TENANT}"));
    by_number.registration.endpoints = Endpoints::default();
    assert_eq!(
        by_number.acquire_token_silent(&offline).block_on().unwrap().source,
        Source::Cache,
        "the number needs no proof"
    );
}

#[test]
fn an_issuer_that_discovery_gave_is_the_one_that_counts() {
    let life = Life::new();
    let mut client = at(&life, HERE);
    client.registration.endpoints.issuer = Some("https://issuer.example.com".to_owned());
    life.sign_in_at(&client, tokens("https://issuer.example.com/", Some("bob")));
    assert_eq!(served(client.acquire_token_silent(&request()).block_on()).1, Source::Cache);
}

#[test]
fn another_client_is_signed_in_nowhere() {
    let life = Life::new();
    life.sign_in_at(&at(&life, HERE), tokens(HERE, Some("bob")));
    let mut other = at(&life, HERE);
    other.registration.client_id = tokcache_core::types::ClientId::new("other");
    assert!(is_nobody(other.acquire_token_silent(&request()).block_on()));
    assert!(other.sign_out(&SignOutRequest { account: None, revoke: true }).block_on().unwrap().is_none());
}

/// Returns an ID token with these claims.
fn id_token(claims: &Value) -> String {
    format!("e30.{}.e30", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

#[test]
fn an_answer_for_somebody_else_is_refused_and_nothing_of_it_kept() {
    for claims in [json!({"iss": HERE, "sub": "eve"}), json!({"iss": ELSEWHERE[0], "sub": "bob"})] {
        let life = Life::new();
        life.sign_in_at(&at(&life, HERE), tokens(HERE, Some("bob")));
        life.clock.step(Duration::from_secs(3600));
        let anothers = json!({"access_token": "EVES", "refresh_token": "EVES-RT", "id_token": id_token(&claims)});
        life.server.expects([refresh_with("RT").and_answer(200, &anothers)]);
        // Only one request: the refresh token may have been redeemed, and sending it again would end the sign-in.
        for _ in 0..3 {
            let outcome = at(&life, HERE).acquire_token_silent(&request()).block_on();
            let Err(AcquireError::InteractionRequired(why)) = outcome else { panic!("{outcome:?}") };
            assert!(matches!(why, InteractionRequired::AnswerForAnother), "{why}");
        }
        life.server.assert_finished();
        assert!(!life.stored().contains("EVES"));

        // If the server made a mistake, the sign-in continues.
        life.clock.step(Duration::from_secs(60));
        life.server.expects([refresh_with("RT").and_answer(200, &tokens(HERE, Some("bob")))]);
        assert_eq!(served(at(&life, HERE).acquire_token_silent(&request()).block_on()).1, Source::Refresh);
    }
}

#[test]
fn an_answer_for_somebody_else_is_no_reason_to_lose_a_valid_token() {
    let life = Life::new();
    let mut aging = tokens(HERE, Some("bob"));
    aging["refresh_in"] = json!(60);
    life.sign_in_at(&at(&life, HERE), aging);
    life.clock.step(Duration::from_secs(61));
    life.server.expects([refresh_with("RT").and_answer(200, &tokens(HERE, Some("eve")))]);
    assert_eq!(served(at(&life, HERE).acquire_token_silent(&request()).block_on()).1, Source::Cache);
    assert_eq!(life.told().pop().unwrap(), "served despite");
}

#[test]
fn a_forced_refresh_is_not_undone_by_an_older_token_that_another_library_stored() {
    let info = URL_SAFE_NO_PAD.encode(json!({"uid": "uid", "utid": "utid"}).to_string());
    let answer = |token: &str, seconds: u32| {
        json!({"access_token": token, "expires_in": seconds, "refresh_token": "RT", "scope": "api:read",
               "client_info": info})
    };
    for tenants in ["common", "consumers", "organizations"] {
        let many_tenants = format!("https://login.microsoftonline.com/{tenants}");
        let life = Life::new();
        life.sign_in_at(&at(&life, &many_tenants), answer("OLD", 86_400));
        // As MSAL Node stores it, with the token's tenant as the realm.
        life.change(|text| text.replace(r#""realm": "tenant""#, r#""realm": "utid""#));
        life.server.expects([refresh_with("RT").and_answer(200, &answer("NEW", 3600))]);
        let forced = SilentRequest { force_refresh: true, ..request() };
        assert_eq!(served(at(&life, &many_tenants).acquire_token_silent(&forced).block_on()).0, "NEW", "{tenants}");
        assert_eq!(
            served(at(&life, &many_tenants).acquire_token_silent(&request()).block_on()),
            ("NEW".into(), Source::Cache),
            "{tenants}"
        );
    }
}
