//! Many authorities on one host, one cache: what belongs to one is never served for another, nor sent to it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokcache::acquire::{AcquireError, InteractionRequired, PublicClient, SignOutRequest, Source};
use tokcache::oauth::{Authority, Endpoints};

use crate::world::{Life, request, served};

const HERE: &str = "https://kc.example.com/realms/here";

/// The same host, and the same first segment of the path, which is all that the MSAL schema stores.
const ELSEWHERE: [&str; 3] =
    ["https://kc.example.com/realms/there", "https://kc.example.com:8443/realms/here", "https://kc.example.com/realms"];

/// The client, at another authority than the one that its life's world is made for.
fn at<'a>(life: &'a Life, authority: &str) -> PublicClient<'a> {
    let mut client = life.client();
    client.registration.authority = Authority::parse(authority, None).unwrap();
    client.registration.endpoints = Endpoints { issuer: None, ..client.registration.endpoints };
    client
}

/// What `issuer` gives to `subject`; nameless where there is no subject.
fn tokens(issuer: &str, subject: Option<&str>) -> Value {
    let claims = json!({"iss": issuer, "sub": subject, "preferred_username": subject}).to_string();
    let id_token = subject.map(|_| format!("e30.{}.e30", URL_SAFE_NO_PAD.encode(claims)));
    json!({"access_token": format!("AT-{issuer}"), "expires_in": 3600, "refresh_token": "RT", "scope": "api:read",
           "id_token": id_token})
}

fn is_nobody(outcome: Result<tokcache::acquire::SilentOutcome, AcquireError>) -> bool {
    matches!(outcome, Err(AcquireError::InteractionRequired(InteractionRequired::NothingCached)))
}

#[test]
fn a_sign_in_at_one_authority_is_none_at_another_on_its_host() {
    for subject in [Some("bob"), None] {
        let life = Life::new();
        life.sign_in_at(&at(&life, HERE), tokens(HERE, subject));
        assert_eq!(served(at(&life, HERE).acquire_token_silent(&request())).1, Source::Cache);

        for elsewhere in ELSEWHERE {
            // The scripted server has no script: a request to anybody would fail the test.
            assert!(is_nobody(at(&life, elsewhere).acquire_token_silent(&request())), "{subject:?} {elsewhere}");
            life.clock.step(3600);
            assert!(
                is_nobody(at(&life, elsewhere).acquire_token_silent(&request())),
                "{subject:?} {elsewhere} expired"
            );
            let signed_out = at(&life, elsewhere).sign_out(&SignOutRequest { account: None, revoke: true });
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
        let outcome = at(&life, authority).acquire_token_silent(&request());
        assert_eq!(served(outcome), (format!("AT-{authority}"), Source::Cache));
    }
}

#[test]
fn an_issuer_that_discovery_gave_is_the_one_that_counts() {
    let life = Life::new();
    let mut client = at(&life, HERE);
    client.registration.endpoints.issuer = Some("https://issuer.example.com".to_owned());
    life.sign_in_at(&client, tokens("https://issuer.example.com/", Some("bob")));
    assert_eq!(served(client.acquire_token_silent(&request())).1, Source::Cache);
}

#[test]
fn another_client_is_signed_in_nowhere() {
    let life = Life::new();
    life.sign_in_at(&at(&life, HERE), tokens(HERE, Some("bob")));
    let mut other = at(&life, HERE);
    other.registration.client_id = tokcache::terms::ClientId::new("other");
    assert!(is_nobody(other.acquire_token_silent(&request())));
    assert!(other.sign_out(&SignOutRequest { account: None, revoke: true }).unwrap().is_none());
}
