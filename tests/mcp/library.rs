//! Signs in for a protected resource, and by an identity assertion, from the library.

use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::Duration;

use pollster::FutureExt as _;
use serde_json::json;
use tokcache_core::acquire::{
    AuthorizationCodeSignIn, ClientApplication, IDENTITY, IdentityProvider, NoCredential, PublicClient, Registration,
    SignInRequest, SilentRequest, Source, find_resource, register_client,
};
use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::{
    ClientAuthentication, RegistrationRequest, RequestError, ResourceDiscovery, ResourceMetadata, ResourceUrl,
};
use tokcache_core::secret::{ClientSecret, SecurityToken, UserAssertion};
use tokcache_core::time::SystemClock;
use tokcache_core::types::{ClientId, ScopeSet};
use tokcache_file::FileStore;
use tokcache_http::{LoopbackListener, Network, NetworkOptions, Page};

use crate::server::{Server, expire, home_of, source};
use crate::support::home::Home;

const PATIENCE: Duration = Duration::from_secs(60);
const HERD: usize = 8;

/// The parts of a client, as a program of the user has them.
struct World {
    home: Home,
    clock: Arc<SystemClock>,
    store: FileStore,
    network: Network,
}

impl World {
    fn new() -> World {
        let (home, clock) = (home_of("alice"), Arc::new(SystemClock::new()));
        let store = FileStore::new(&home.cache(), PATIENCE, clock.clone());
        World { home, store, clock, network: Network::new(NetworkOptions::default()) }
    }

    fn client(&self, found: &ResourceMetadata, client_id: ClientId) -> ClientApplication<'_> {
        let endpoints = found.server.endpoints.clone();
        let registration = Registration { endpoints, ..Registration::new(found.server.authority.clone(), client_id) };
        ClientApplication::new(registration, &self.store, &self.network, self.clock.as_ref())
    }

    fn find(&self, url: &str) -> ResourceMetadata {
        let url = ResourceUrl::parse(url).unwrap();
        let search = ResourceDiscovery { url: &url, challenge: None, issuer: None };
        find_resource(&self.network, &search).block_on().unwrap()
    }

    /// Signs alice in through the browser.
    fn sign_in(&self, client: &PublicClient<'_>, listener: &LoopbackListener, sign_in: AuthorizationCodeSignIn) {
        let request = SignInRequest {
            resource: sign_in.parameters.first().map(|(_, resource)| resource.clone()),
            ..SignInRequest::default()
        };
        let sign_in = AuthorizationCodeSignIn { redirect_uri: listener.redirect_uri().to_owned(), ..sign_in };
        let pending = client.begin_sign_in(&sign_in).block_on().unwrap();
        let mut browser = self.open(&pending.url);
        let callback = listener.next(PATIENCE).unwrap();
        let outcome = client.finish_sign_in(&pending, callback.parameters(), request).block_on();
        callback.respond(&Page { status: 200, html: "<!doctype html><p>You are signed in." });
        assert!(browser.wait().unwrap().success());
        outcome.unwrap();
    }

    fn open(&self, url: &str) -> Child {
        let mut browser = self.home.command("node");
        browser.arg(source("../e2e/provider/open.mjs")).arg("alice").arg(self.home.path("page.html")).arg(url);
        browser.stdout(Stdio::null()).spawn().unwrap()
    }
}

#[test]
fn a_client_that_the_library_has_registered_signs_in_for_a_resource() {
    let server = Server::start(json!({}));
    let (world, url) = (World::new(), server.url("one"));
    let found = world.find(&url);
    let listener = LoopbackListener::bind("http://127.0.0.1/callback").unwrap();
    let redirect_uris = [listener.redirect_uri().to_owned()];
    let message = RegistrationRequest {
        endpoint: found.server.registration.as_ref().unwrap(),
        client_name: "a program",
        redirect_uris: &redirect_uris,
        grant_types: &["authorization_code", "refresh_token"],
        token_endpoint_auth_method: "none",
        // oidc-provider accepts no scopes of its resources here.
        scopes: &ScopeSet::default(),
    };
    let registered = register_client(&world.network, &message).block_on().unwrap();
    let client = PublicClient::from(world.client(&found, registered.client_id));
    let parameters = vec![("resource".to_owned(), found.resource.clone().unwrap())];
    let sign_in = AuthorizationCodeSignIn {
        scopes: found.scopes.clone(),
        parameters: parameters.clone(),
        is_for_resource: true,
        ..AuthorizationCodeSignIn::default()
    };
    world.sign_in(&client, &listener, sign_in);

    let request = SilentRequest { scopes: found.scopes.clone(), parameters, ..SilentRequest::default() };
    let acquire = || client.acquire_token_silent(&request).block_on().unwrap();
    let first = acquire();
    assert_eq!(first.source, Source::Cache);
    let (status, answer) = server.answer_to("one", first.access_token.expose());
    assert_eq!((status, answer["user"].as_str()), (200, Some("alice")), "{answer}");
    expire(&world.home);
    let tokens: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..HERD).map(|_| scope.spawn(acquire)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(tokens.iter().all(|token| token.access_token == tokens[0].access_token));
    assert_eq!(server.refreshes(), (1, 0));
    assert_eq!(server.answer_to("one", tokens[0].access_token.expose()).0, 200);
}

/// The company of alice, at which she has signed in.
struct Company<'a> {
    client: PublicClient<'a>,
    resource: String,
}

impl IdentityProvider for Company<'_> {
    fn assertion<'a>(&'a self, audience: &'a str) -> BoxFuture<'a, Result<UserAssertion, RequestError>> {
        Box::pin(async move {
            let request = SilentRequest { scopes: ScopeSet::parse("openid"), ..SilentRequest::default() };
            let id_token = self.client.acquire_id_token(&request).await;
            let id_token = id_token.map_err(|error| RequestError::Misconfigured { message: error.to_string() })?;
            let id_token = SecurityToken::new(id_token.expose());
            let scopes = ScopeSet::default();
            self.client.request_identity_assertion(&id_token, audience, Some(&self.resource), &scopes).await
        })
    }
}

#[test]
fn the_library_asks_once_for_the_token_of_an_identity_assertion() {
    let server = Server::start(json!({}));
    let (world, url) = (World::new(), server.url("one"));
    let found = world.find(&url);
    let company = PublicClient::from(ClientApplication {
        credential: &NoCredential,
        ..world.client(&found, ClientId::new("registered"))
    });
    let listener = LoopbackListener::bind("http://127.0.0.1/callback").unwrap();
    let sign_in = AuthorizationCodeSignIn { scopes: ScopeSet::parse("openid"), ..AuthorizationCodeSignIn::default() };
    world.sign_in(&company, &listener, sign_in);

    let credential = ClientAuthentication::SecretBasic(ClientSecret::new("made-up"));
    let agent = ClientApplication { credential: &credential, ..world.client(&found, ClientId::new("agent")) };
    let resource = found.resource.clone().unwrap();
    let identity = Company { client: company, resource: resource.clone() };
    let parameters = vec![("resource".to_owned(), resource), (IDENTITY.to_owned(), "alice".to_owned())];
    let request = SilentRequest { scopes: found.scopes.clone(), parameters, ..SilentRequest::default() };
    let acquire = || agent.acquire_token_by_identity_assertion(&identity, &request).block_on().unwrap();
    let tokens: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..HERD).map(|_| scope.spawn(acquire)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(tokens.iter().all(|token| token.access_token == tokens[0].access_token));
    assert_eq!(tokens.iter().filter(|token| token.source == Source::TokenExchange).count(), 1);
    let (status, answer) = server.answer_to("one", tokens[0].access_token.expose());
    assert_eq!((status, answer["user"].as_str(), answer["client"].as_str()), (200, Some("alice"), Some("agent")));
}
