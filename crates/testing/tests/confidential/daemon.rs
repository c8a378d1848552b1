//! A daemon: tokens of the client itself.

use std::sync::Arc;
use std::time::Duration;

use pollster::FutureExt as _;
use serde_json::Value;
use tokcache_core::acquire::{AcquireError, ErrorKind, SilentRequest, Source};
use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::{Endpoint, Http, Request, Response, TransportError};
use tokcache_core::store::{MemoryStore, Partition};
use tokcache_core::time::Clock;
use tokcache_core::types::{ClientId, Realm};
use tokcache_testing::TokioClock;

use super::provider::{self, Provider};
use super::{World, request, server};

#[test]
fn a_token_is_requested_once_and_then_cached_for_every_server() {
    let world = World::new();
    let first = world.server().acquire_token_for_client(&request("api.all")).block_on().unwrap();
    assert_eq!((first.source, first.account.is_none()), (Source::ClientCredentials, true));
    let again = world.server().acquire_token_for_client(&request("api.all")).block_on().unwrap();
    assert_eq!((again.source, again.access_token.expose()), (Source::Cache, first.access_token.expose()));
    assert_eq!(world.provider.requests("client_credentials"), 1);

    let other = world.server().acquire_token_for_client(&request("other.all")).block_on().unwrap();
    assert_ne!(other.access_token.expose(), first.access_token.expose());
}

/// MSAL Python's shape and key: an application's entry has `null` for a user.
#[test]
fn the_entry_is_one_that_msal_reads() {
    let world = World::new();
    world.server().acquire_token_for_client(&request("api.all")).block_on().unwrap();
    let partition = Partition::application(&ClientId::new(provider::CLIENT), &Realm::new(""));
    assert_eq!(partition.as_str(), "web._AppTokenCache");
    let document: Value = serde_json::from_str(&world.document(&partition).unwrap()).unwrap();
    let entry = &document["AccessToken"]["-idp.example.com-accesstoken-web--api.all"];
    assert_eq!(entry["home_account_id"], Value::Null);
    assert!(document.get("RefreshToken").is_none() && document.get("Account").is_none());
}

#[test]
fn an_expired_token_is_requested_anew_and_a_forced_one_always() {
    let world = World::new();
    let token = || world.server().acquire_token_for_client(&request("api.all")).block_on().unwrap();
    let first = token();
    world.clock.step(Duration::from_secs(3500));
    let second = token();
    assert_ne!(second.access_token.expose(), first.access_token.expose());
    let forced = SilentRequest { force_refresh: true, ..request("api.all") };
    let third = world.server().acquire_token_for_client(&forced).block_on().unwrap();
    assert_ne!(third.access_token.expose(), second.access_token.expose());
    let claims = SilentRequest { claims: Some(r#"{"access_token":{}}"#.to_owned()), ..request("api.all") };
    let fourth = world.server().acquire_token_for_client(&claims).block_on().unwrap();
    assert_ne!(fourth.access_token.expose(), third.access_token.expose());
    assert_eq!(token().access_token.expose(), fourth.access_token.expose());
}

#[test]
fn an_outage_is_no_refusal_and_a_wrong_secret_is_one() {
    let world = World::new();
    world.provider.go_down(true);
    let error = world.server().acquire_token_for_client(&request("api.all")).block_on().unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Unavailable, true), "{error}");
    world.provider.go_down(false);
    let mut stranger = world.server();
    stranger.credential = Arc::new(tokcache_core::oauth::ClientAuthentication::None);
    let error = stranger.acquire_token_for_client(&request("api.all")).block_on().unwrap_err();
    assert!(matches!(error, AcquireError::TokenRequestRefused { .. }), "{error:?}");
    let offline = SilentRequest { offline: true, ..request("api.all") };
    let error = world.server().acquire_token_for_client(&offline).block_on().unwrap_err();
    assert!(matches!(error, AcquireError::Offline), "{error:?}");
}

/// A network whose portal answers in the place of the token endpoint.
struct Portal(Arc<Provider>);

impl Http for Portal {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move {
            let response = self.0.send(request).await?;
            let is_token = request.url.ends_with("/token");
            Ok(if is_token { Response { body: b"<html>".to_vec().into(), ..response } } else { response })
        })
    }
}

#[test]
fn a_web_page_is_an_outage_unless_the_token_endpoint_was_named_by_hand() {
    let world = World::new();
    let mut daemon = world.server();
    daemon.http = Arc::new(Portal(world.provider.clone()));
    let error = daemon.acquire_token_for_client(&request("api.all")).block_on().unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Unavailable, true), "{error}");
    daemon.registration.endpoints.token = Some(Endpoint::parse("https://idp.example.com/token").unwrap());
    let error = daemon.acquire_token_for_client(&request("api.all")).block_on().unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Config, false), "{error}");
}

/// Ten servers with a hundred requests each.
#[tokio::test(start_paused = true)]
async fn a_thousand_requests_at_once_are_one_request_to_the_provider() {
    let clock: Arc<dyn Clock> = Arc::new(TokioClock::new());
    let mut provider = Provider::new(clock.clone());
    provider.time = Duration::from_secs(1);
    let (provider, store) = (Arc::new(provider), Arc::new(MemoryStore::new()));
    let servers: Vec<_> = (0..10).map(|_| Arc::new(server(provider.clone(), store.clone(), clock.clone()))).collect();
    let requests: Vec<_> = (0..1000)
        .map(|number: usize| {
            let server = servers[number % servers.len()].clone();
            tokio::spawn(async move { server.acquire_token_for_client(&request("api.all")).await })
        })
        .collect();
    for request in requests {
        assert_eq!(request.await.unwrap().unwrap().access_token.expose(), "APP-api.all-0");
    }
    assert_eq!(provider.requests("client_credentials"), 1);
}

#[test]
fn a_refusal_to_serve_a_shorter_lifetime_is_said() {
    let world = World::new();
    let min_valid = tokcache_core::cache::MinValid::AtLeast(Duration::from_secs(7200));
    let long = SilentRequest { min_valid, ..request("api.all") };
    let error = world.server().acquire_token_for_client(&long).block_on().unwrap_err();
    assert!(matches!(error, AcquireError::MinValid { lifetime: 3600, needed: 7200 }), "{error:?}");
}
