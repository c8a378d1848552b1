//! Runs each flow from the library, on the cache file of the command: with the observer, the lease and the store that all
//! flows share. `managed_identity.rs` and `tests/mcp` have those without an authorization server of this tier.

use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pollster::FutureExt as _;
use serde_json::{Value, json};
use tokcache_core::acquire::{
    AcquireError, AuthenticationResult, AuthorizationCodeSignIn, ClientApplication, Credential, CredentialContext,
    NoCredential, Observer, PublicClient, Registration, Revocation, SignInRequest, SignOutRequest, SilentRequest,
    Source,
};
use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::{
    AssertionSigner, Authority, ClientAuthentication, DeviceAuthorization, Endpoint, Endpoints, SigningKey,
};
use tokcache_core::secret::{ClientAssertion, ClientSecret, UserAssertion};
use tokcache_core::time::SystemClock;
use tokcache_core::types::{ClientId, ScopeSet};
use tokcache_file::FileStore;
use tokcache_http::{LoopbackListener, Network, NetworkOptions, Page, ProxyRules};
use tokcache_pkcs12::{Identity, MOST_ITERATIONS};

use crate::applications::{assertion, copied, pkcs12};
use crate::exchanges::{JWT_BEARER, TOKEN_EXCHANGE, token_of};
use crate::harness::{CLIENT_ID, Home, LOGIN, Provider, REFRESH_TOKEN, SCOPE, end_of, source};
use crate::servers::Server;

const CLIENT_CREDENTIALS: &str = "client_credentials";
const PATIENCE: Duration = Duration::from_secs(60);
/// The number of threads that want one token.
const HERD: usize = 8;

/// Remembers the events, and acts as the person.
struct Events<'a> {
    provider: &'a Provider,
    acquired: Mutex<Vec<Source>>,
    failures: Mutex<usize>,
}

impl Observer for Events<'_> {
    fn device_code_issued(&self, authorization: &DeviceAuthorization) {
        self.provider.approve(&authorization.user_code);
    }

    fn token_acquired(&self, source: Source) {
        self.acquired.lock().expect("no panic").push(source);
    }

    fn acquisition_failed(&self, _failure: &AcquireError) {
        *self.failures.lock().expect("no panic") += 1;
    }
}

/// The parts of a client, as a program of the user has them.
struct World<'a> {
    provider: &'a Provider,
    home: Home,
    clock: Arc<SystemClock>,
    store: FileStore,
    network: Network,
    events: Events<'a>,
}

impl<'a> World<'a> {
    fn at(provider: &'a Provider) -> World<'a> {
        let home = Home::at(provider);
        let clock = Arc::new(SystemClock::new());
        let proxy = provider.proxy().map(str::to_owned);
        let network = Network::new(NetworkOptions {
            ca_file: provider.has_certificates().then(|| provider.ca_file()),
            proxy: ProxyRules::from_environment(move |name| proxy.clone().filter(|_| name == "HTTPS_PROXY")),
            ..NetworkOptions::default()
        });
        World {
            provider,
            store: FileStore::new(home.cache.path(), PATIENCE, clock.clone()),
            home,
            clock,
            network,
            events: Events { provider, acquired: Mutex::default(), failures: Mutex::default() },
        }
    }

    fn registration(&self, client_id: &str) -> Registration {
        let authority = Authority::parse(self.provider.authority(), None).expect("an authority");
        Registration::new(authority, ClientId::new(client_id))
    }

    fn client<'b>(&'b self, registration: Registration, credential: &'b dyn Credential) -> ClientApplication<'b> {
        ClientApplication {
            credential,
            observer: &self.events,
            ..ClientApplication::new(registration, &self.store, &self.network, self.clock.as_ref())
        }
    }

    /// Returns the sources of the tokens since the last call.
    fn acquired(&self) -> Vec<Source> {
        std::mem::take(&mut self.events.acquired.lock().expect("no panic"))
    }

    /// Gets one token in many threads. One of them asks the provider, and the others find its token in the cache.
    #[track_caller]
    fn herd(
        &self,
        grant_type: &str,
        source: Source,
        acquire: impl Fn() -> Result<AuthenticationResult, AcquireError> + Sync,
    ) -> String {
        let before = self.provider.token_requests(grant_type);
        let tokens: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..HERD).map(|_| scope.spawn(&acquire)).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic").expect("a token")).collect()
        });
        let token = tokens[0].access_token.expose().to_owned();
        assert!(tokens.iter().all(|other| other.access_token.expose() == token));
        assert_eq!(self.provider.token_requests(grant_type), before + 1, "one request is enough");
        let acquired = self.acquired();
        assert_eq!(acquired.len(), HERD, "the observer sees each token");
        assert_eq!(acquired.iter().filter(|own| **own == source).count(), 1, "{acquired:?}");
        token
    }
}

fn request() -> SilentRequest {
    SilentRequest { scopes: ScopeSet::parse(SCOPE), ..SilentRequest::default() }
}

/// A flow of an application.
struct Row {
    client_id: &'static str,
    credential: fn(&Home) -> Box<dyn Credential>,
    grant_type: &'static str,
    source: Source,
}

const ROWS: [Row; 7] = [
    Row {
        client_id: "e2e-basic",
        credential: |_| Box::new(ClientAuthentication::SecretBasic(secret())),
        grant_type: CLIENT_CREDENTIALS,
        source: Source::ClientCredentials,
    },
    Row {
        client_id: "e2e-post",
        credential: |_| Box::new(ClientAuthentication::SecretPost(secret())),
        grant_type: CLIENT_CREDENTIALS,
        source: Source::ClientCredentials,
    },
    Row {
        client_id: "e2e-key",
        credential: |home| {
            let key = std::fs::read_to_string(copied(home, "rsa.pem")).expect("a key");
            Box::new(AssertionSigner::new(SigningKey::from_pem(&key).expect("a key")))
        },
        grant_type: CLIENT_CREDENTIALS,
        source: Source::ClientCredentials,
    },
    Row {
        client_id: "e2e-key",
        credential: |home| {
            let (key, certificate) = (copied(home, "rsa.pem"), copied(home, "rsa_certificate.pem"));
            let file = pkcs12(home, "app.pfx", &["-inkey", &key, "-in", &certificate]);
            let identity = Identity::from_pkcs12(&std::fs::read(file).expect("it"), "made-up", MOST_ITERATIONS);
            let key = SigningKey::from_der(identity.expect("an identity").key()).expect("a key");
            Box::new(AssertionSigner::new(key))
        },
        grant_type: CLIENT_CREDENTIALS,
        source: Source::ClientCredentials,
    },
    Row {
        client_id: "e2e-key",
        credential: |_| Box::new(Federated),
        grant_type: CLIENT_CREDENTIALS,
        source: Source::ClientCredentials,
    },
    Row {
        client_id: "e2e-api",
        credential: |_| Box::new(ClientAuthentication::SecretPost(secret())),
        grant_type: TOKEN_EXCHANGE,
        source: Source::TokenExchange,
    },
    Row {
        client_id: "e2e-api",
        credential: |_| Box::new(ClientAuthentication::SecretPost(secret())),
        grant_type: JWT_BEARER,
        source: Source::OnBehalfOf,
    },
];

fn secret() -> ClientSecret {
    ClientSecret::new("made-up")
}

/// A token of another issuer, which a program fetches for each request.
struct Federated;

impl Credential for Federated {
    fn authentication<'a>(
        &'a self,
        context: &'a CredentialContext<'a>,
    ) -> BoxFuture<'a, Result<ClientAuthentication, String>> {
        let assertion = ClientAssertion::new(assertion(context.authority.url()));
        Box::pin(std::future::ready(Ok(ClientAuthentication::Assertion(assertion))))
    }
}

#[test]
fn an_application_gets_its_token_once_and_the_command_has_it_in_the_cache() {
    for row in ROWS {
        let is_entra = row.source == Source::OnBehalfOf;
        let settings = if is_entra { json!({ "entra": true, "host": "login.microsoftonline.com" }) } else { json!({}) };
        let provider = Provider::start_with(settings);
        let is_exchange = row.grant_type != CLIENT_CREDENTIALS;
        let caller = is_exchange.then(|| token_of(&provider, LOGIN));
        let world = World::at(&provider);
        let credential = (row.credential)(&world.home);
        let client = world.client(world.registration(row.client_id), credential.as_ref());
        let assertion = UserAssertion::new(caller.clone().unwrap_or_default());
        let acquire = |request: SilentRequest| match is_exchange {
            true => client.acquire_token_on_behalf_of(&assertion, &request).block_on(),
            false => client.acquire_token_for_client(&request).block_on(),
        };

        let token = world.herd(row.grant_type, row.source, || acquire(request()));

        let mut command = vec!["token", "--scope", SCOPE, "--client-id", row.client_id, "--offline", "-o", "json"];
        let file = world.home.write("caller", caller.as_deref().unwrap_or_default());
        command.extend(if is_exchange { ["--assertion-file", &file] } else { ["--flow", "client-credentials"] });
        let cached: Value = serde_json::from_str(&world.home.answer(&command)).expect("JSON");
        assert_eq!((&cached["access_token"], &cached["source"]), (&json!(token), &json!("cache")), "{}", row.client_id);

        provider.order_fault(json!({ "answer": { "status": 400, "body": { "error": "invalid_request" } } }));
        let failure = acquire(SilentRequest { force_refresh: true, ..request() }).expect_err("a refusal");
        assert!(matches!(failure, AcquireError::TokenRequestRefused { .. }), "{}: {failure:?}", row.client_id);
        assert_eq!(*world.events.failures.lock().expect("no panic"), 1, "the observer sees the failure");
        assert_eq!(acquire(request()).expect("a token").access_token.expose(), token, "it is in the cache still");
    }
}

#[test]
fn a_device_signs_in_and_out_at_oidc_provider() {
    lives(&Server::oidc_provider(), CLIENT_ID, signed_in_by_code);
}

#[test]
fn a_device_signs_in_and_out_at_django_oauth_toolkit() {
    lives(&Server::django(), CLIENT_ID, signed_in_by_code);
}

#[test]
fn a_device_signs_in_and_out_at_glewlwyd() {
    lives(&Server::glewlwyd(), CLIENT_ID, signed_in_by_code);
}

#[test]
fn a_browser_signs_in_at_oidc_provider() {
    lives(&Server::oidc_provider(), CLIENT_ID, signed_in_by_browser);
}

#[test]
fn a_browser_signs_in_at_django_oauth_toolkit() {
    lives(&Server::django(), "e2e-browser", signed_in_by_browser);
}

#[test]
fn an_application_gets_its_token_at_django_oauth_toolkit() {
    let server = Server::django();
    let world = World::at(&server.provider);
    let credential = ClientAuthentication::SecretBasic(secret());
    let client = world.client(world.registration("e2e-basic"), &credential);
    let acquire = || client.acquire_token_for_client(&request()).block_on();
    world.herd(CLIENT_CREDENTIALS, Source::ClientCredentials, acquire);
}

#[test]
fn an_application_gets_its_token_at_glewlwyd_by_its_key() {
    let server = Server::glewlwyd();
    let world = World::at(&server.provider);
    let key = std::fs::read_to_string(copied(&world.home, "rsa.pem")).expect("a key");
    let signer = AssertionSigner::new(SigningKey::from_pem(&key).expect("a key"));
    // The audience that Glewlwyd wants is its token endpoint, which it is if no issuer is known.
    let token = Some(Endpoint::parse(&server.token_endpoint()).expect("an endpoint"));
    let endpoints = Endpoints { token, ..Endpoints::default() };
    let client = world.client(Registration { endpoints, ..world.registration("e2e-key") }, &signer);
    let acquire = || client.acquire_token_for_client(&request()).block_on();
    world.herd(CLIENT_CREDENTIALS, Source::ClientCredentials, acquire);
}

fn signed_in_by_code(client: &PublicClient<'_>, _world: &World<'_>) {
    let request = SignInRequest { scopes: ScopeSet::parse(SCOPE), ..SignInRequest::default() };
    client.sign_in_by_device_code(&request).block_on().expect("a sign-in");
}

fn signed_in_by_browser(client: &PublicClient<'_>, world: &World<'_>) {
    let listener = LoopbackListener::bind("http://127.0.0.1/callback").expect("a port");
    let sign_in = AuthorizationCodeSignIn {
        redirect_uri: listener.redirect_uri().to_owned(),
        scopes: ScopeSet::parse(SCOPE),
        // django-oauth-toolkit refuses the scope.
        without_offline_access: !world.provider.has_certificates(),
        ..AuthorizationCodeSignIn::default()
    };
    let pending = client.begin_sign_in(&sign_in).block_on().expect("a page");
    let browser = open(world, &pending.url);
    let callback = listener.next(PATIENCE).expect("the browser comes back");
    let outcome = client.finish_sign_in(&pending, callback.parameters(), SignInRequest::default()).block_on();
    callback.respond(&Page { status: 200, html: "<!doctype html><p>You are signed in." });
    outcome.expect("a sign-in");
    assert!(end_of(browser).status.success());
}

/// Opens the page in the browser of the person.
fn open(world: &World<'_>, url: &str) -> Child {
    let mut browser: Command = world.home.command("node");
    let page = world.home.cache.path().with_file_name("page.html");
    match world.provider.has_certificates() {
        true => browser.arg(source("provider/open.mjs")).args([LOGIN.as_ref(), page.as_os_str()]).arg(url),
        false => browser.args(["--input-type=module", "-e", POST, &world.provider.control("open"), url, LOGIN]),
    };
    browser.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("node")
}

/// The person of django-oauth-toolkit is on the side of the server.
const POST: &str = "const [control, url, login] = process.argv.slice(1);
    await fetch(control, { method: 'POST', body: JSON.stringify({ url, login }) });";

/// Signs in, refreshes in many threads, shares the sign-in with the command, and signs out.
fn lives(server: &Server, client_id: &str, sign_in: fn(&PublicClient<'_>, &World<'_>)) {
    let provider = &server.provider;
    let world = World::at(provider);
    let device = server.device_authorization().map(|url| Endpoint::parse(&url).expect("an endpoint"));
    let endpoints = Endpoints { device_authorization: device, ..Endpoints::default() };
    let registration = Registration { endpoints, ..world.registration(client_id) };
    let client = PublicClient::from(world.client(registration, &NoCredential));
    sign_in(&client, &world);
    world.acquired();

    world.home.cache.expire_access_tokens();
    let token = world.herd(REFRESH_TOKEN, Source::Refresh, || client.acquire_token_silent(&request()).block_on());
    assert_eq!(
        world.home.token(&["--client-id", client_id, "--offline"]),
        token,
        "the command finds the token of the library"
    );
    provider.assert_no_sign_in_was_lost();

    let sign_out = SignOutRequest { account: None, revoke: true };
    let signed_out = client.sign_out(&sign_out).block_on().expect("a sign-out").expect("an account");
    assert_eq!(matches!(signed_out.revocation, Revocation::Done), server.revokes, "{:?}", signed_out.revocation);
    assert_eq!(provider.live_refresh_tokens() == 0, server.revokes);
    assert!(client.acquire_token_silent(&request()).block_on().is_err());
    world.home.error(4, &["token", "--scope", SCOPE, "--client-id", client_id]);
}
