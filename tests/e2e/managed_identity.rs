//! Tests managed identities of Azure with stand-ins that follow Microsoft's documentation, and the choice of
//! `--flow auto`.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use pollster::FutureExt as _;
use serde_json::{Value, json};
use tokcache_core::acquire::{ClientApplication, Registration, SilentRequest, Source};
use tokcache_core::oauth::ManagedIdentityEndpoint;
use tokcache_core::time::{Clock as _, SystemClock};
use tokcache_core::types::ScopeSet;
use tokcache_file::FileStore;
use tokcache_http::{Network, NetworkOptions};

use crate::applications::{assertion, copied, pkcs12};
use crate::harness::{Home, Provider, answer_of, end_of};

const RESOURCE: &str = "https://vault.azure.net";
const HERD: usize = 30;

/// A service of the platform. It answers with the given statuses, and then with tokens.
struct Service {
    url: String,
    requests: Arc<Mutex<Vec<Vec<String>>>>,
}

impl Service {
    fn start(refusals: &'static [(u16, &'static str)], lifetime: u64) -> Service {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            for (number, connection) in listener.incoming().enumerate() {
                let mut connection = connection.expect("a connection");
                let lines = BufReader::new(connection.try_clone().expect("a copy")).lines();
                let lines = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
                seen.lock().expect("no panic").push(lines);
                let (status, body) = match refusals.get(number) {
                    Some((status, body)) => (*status, (*body).to_owned()),
                    None => (200, token(number, lifetime)),
                };
                let length = body.len();
                let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
                let _ = connection.write_all((head + &body).as_bytes());
            }
        });
        Service { url, requests }
    }

    fn requests(&self) -> Vec<Vec<String>> {
        self.requests.lock().expect("no panic").clone()
    }
}

/// Returns an answer in the form of IMDS and App Service, whose numbers are text.
fn token(number: usize, lifetime: u64) -> String {
    let now = SystemClock::new().now().0.unsigned_abs();
    json!({
        "access_token": format!("MI-{number}"), "client_id": "id", "expires_on": (now + lifetime).to_string(),
        "resource": RESOURCE, "token_type": "Bearer",
    })
    .to_string()
}

/// A home on a virtual machine whose metadata service is `service`.
fn machine(service: &Service) -> Home {
    let mut home = Home::alone();
    home.set("AZURE_POD_IDENTITY_AUTHORITY_HOST", &service.url);
    home.set("TOKCACHE_FLOW", "managed-identity");
    home
}

/// A home in an app whose identity service is `service`.
fn app(service: &Service) -> Home {
    let mut home = Home::alone();
    home.set("IDENTITY_ENDPOINT", format!("{}/msi/token", service.url));
    home.set("IDENTITY_HEADER", "canary-header");
    home.set("TOKCACHE_FLOW", "managed-identity");
    home
}

fn answer(home: &Home, arguments: &[&str]) -> Value {
    serde_json::from_str(&home.answer(&[arguments, &["-o", "json"]].concat())).expect("JSON")
}

#[test]
fn a_machine_gets_a_token_of_its_identity_and_then_has_it_in_the_cache() {
    let service = Service::start(&[], 86_400);
    let home = machine(&service);

    let first = answer(&home, &["token", "--resource", RESOURCE]);
    let second = answer(&home, &["token", "--scope", "https://vault.azure.net/.default"]);

    assert_eq!((&first["source"], &second["source"]), (&json!("managed_identity"), &json!("cache")));
    assert_eq!((&first["access_token"], &first["tenant"]), (&json!("MI-0"), &json!("managed_identity")));
    let requests = service.requests();
    assert_eq!(requests.len(), 1);
    let query = "api-version=2018-02-01&resource=https%3A%2F%2Fvault%2Eazure%2Enet";
    assert_eq!(requests[0][0], format!("GET /metadata/identity/oauth2/token?{query} HTTP/1.1"));
    assert!(requests[0].iter().any(|line| line.eq_ignore_ascii_case("metadata: true")), "{requests:?}");
    let entries = home.cache.document()["AccessToken"].as_object().expect("a section").clone();
    let entry = entries.values().next().expect("an entry");
    assert_eq!((&entry["environment"], &entry["home_account_id"]), (&json!("localhost"), &Value::Null));
    assert_eq!((&entry["client_id"], &entry["target"]), (&json!("SYSTEM_ASSIGNED_MANAGED_IDENTITY"), &json!(RESOURCE)));
    let refresh_on = entry["refresh_on"].as_str().and_then(|time| time.parse::<u64>().ok()).expect("a time");
    let expires_on = entry["expires_on"].as_str().and_then(|time| time.parse::<u64>().ok()).expect("a time");
    assert!((43_000..43_400).contains(&(expires_on - refresh_on)), "a long token is renewed after half its lifetime");
}

#[test]
fn an_app_proves_itself_by_a_header_that_is_never_shown() {
    let service =
        Service::start(&[(400, r#"{"statusCode":400,"message":"no such identity for canary-header"}"#)], 3600);
    let home = app(&service);
    let user_assigned = ["token", "--resource", RESOURCE, "--client-id", "0a1b"];

    let refused = home.error(6, &user_assigned);
    let token = answer(&home, &user_assigned);

    assert!(refused["message"].as_str().is_some_and(|it| it.contains("no such identity")), "{refused}");
    assert!(!refused.to_string().contains("canary"), "{refused}");
    assert_eq!((&token["source"], &token["client_id"]), (&json!("managed_identity"), &json!("0a1b")));
    let requests = service.requests();
    assert!(requests[1][0].starts_with("GET /msi/token?api-version=2019-08-01&resource="), "{requests:?}");
    assert!(requests[1][0].contains("&client_id=0a1b "), "{requests:?}");
    assert!(requests[1].iter().any(|line| line.eq_ignore_ascii_case("x-identity-header: canary-header")));
    assert!(!home.cache.text().contains("canary"));
}

#[test]
fn imds_is_asked_again_while_it_is_not_ready() {
    let service = Service::start(&[(404, ""), (429, "{}"), (410, "")], 3600);
    assert_eq!(answer(&machine(&service), &["token", "--resource", RESOURCE])["access_token"], "MI-3");
    let service =
        Service::start(&[(400, r#"{"error":"invalid_request","error_description":"Identity not found"}"#)], 3600);
    let refused = machine(&service).error(6, &["token", "--resource", RESOURCE]);
    assert_eq!((&refused["error_description"], service.requests().len()), (&json!("Identity not found"), 1));
}

#[test]
fn many_processes_ask_the_platform_once() {
    let service = Service::start(&[], 3600);
    let home = machine(&service);
    let herd: Vec<_> = (0..HERD).map(|_| home.start(&["token", "--resource", RESOURCE])).collect();
    assert!(herd.into_iter().all(|process| answer_of(&end_of(process)) == "MI-0"));
    assert_eq!(service.requests().len(), 1);
}

#[test]
fn a_managed_identity_is_saved_as_a_profile_explained_and_forgotten() {
    let service = Service::start(&[], 3600);
    let mut home = machine(&service);
    let login = home.tokcache(&["login", "--resource", RESOURCE]);
    answer_of(&login);
    home.set("TOKCACHE_FLOW", "");
    assert!(home.profile().contains("flow = \"managed-identity\""), "{}", home.profile());

    assert_eq!(answer(&home, &["token"])["source"], "cache");
    let explained = answer(&home, &["explain"]);
    assert_eq!((&explained["decision"], &explained["flow"]), (&json!("serve"), &json!("managed-identity")));
    home.answer(&["clear"]);
    assert_eq!(answer(&home, &["explain"])["decision"], "request");
    home.answer(&["profile", "set", "other", "--authority", "https://idp.example.com", "--scope", "mail.read"]);
    let other = home.error(2, &["token", "--profile", "other", "--flow", "managed-identity"]);
    assert!(other["message"].as_str().is_some_and(|it| it.contains("no scope was given")), "{other}");
    let several = home.error(2, &["token", "--scope", "a b"]);
    assert!(several["message"].as_str().is_some_and(|it| it.contains("one resource")), "{several}");
}

#[test]
fn auto_takes_the_environment_then_the_platform_then_the_person() {
    let provider = Provider::start();
    let service = Service::start(&[], 3600);
    let mut home = Home::at(&provider);
    home.sign_in(&provider);
    home.set("TOKCACHE_FLOW", "auto");
    let flow = |home: &Home| {
        let explained = answer(home, &["explain", "--scope", "api.read"]);
        (explained["flow"].as_str().expect("a flow").to_owned(), explained["flow_reason"].to_string())
    };
    // The tests may run on a virtual machine of Azure.
    if !flow(&home).1.contains("the platform") {
        assert_eq!(flow(&home).0, "device");
        assert_eq!(answer(&home, &["token", "--scope", "api.read"])["account"]["username"], "alice@example.com");
    }

    home.set("AZURE_POD_IDENTITY_AUTHORITY_HOST", &service.url);
    assert_eq!(flow(&home).0, "managed-identity");
    assert_eq!(answer(&home, &["token", "--scope", "api.read"])["access_token"], "MI-0");

    let (host, tenant) = provider.authority().rsplit_once('/').expect("a path");
    for (name, value) in [
        ("TOKCACHE_AUTHORITY", ""),
        ("TOKCACHE_CLIENT_ID", ""),
        ("AZURE_AUTHORITY_HOST", host),
        ("AZURE_TENANT_ID", tenant),
        ("AZURE_CLIENT_ID", "e2e-post"),
        ("AZURE_CLIENT_SECRET", "made-up"),
    ] {
        home.set(name, value);
    }
    let (name, reason) = flow(&home);
    assert_eq!(name, "client-credentials");
    assert!(reason.contains("AZURE_"), "{reason}");
    let token = answer(&home, &["token", "--scope", "api.read"]);
    assert_eq!((&token["client_id"], &token["source"]), (&json!("e2e-post"), &json!("client_credentials")));

    home.set("AZURE_CLIENT_SECRET", "");
    let (name, _) = flow(&home);
    assert_eq!(name, "managed-identity", "a client id alone is no application");
    federate(&mut home, &provider);
    let (name, reason) = flow(&home);
    assert_eq!(name, "client-credentials");
    assert!(reason.contains("AZURE_"), "{reason}");
    let token = answer(&home, &["token", "--scope", "api.read"]);
    assert_eq!((&token["client_id"], &token["source"]), (&json!("e2e-key"), &json!("client_credentials")));
}

/// Sets the variables by which a workload in Kubernetes finds its token.
fn federate(home: &mut Home, provider: &Provider) {
    let token = home.write("projected-token", &assertion(provider.authority()));
    home.set("AZURE_FEDERATED_TOKEN_FILE", token);
    home.set("AZURE_CLIENT_ID", "e2e-key");
}

#[test]
fn the_profile_env_is_the_application_of_azure_identity() {
    let provider = Provider::start();
    let mut home = Home::at(&provider);
    for name in ["TOKCACHE_AUTHORITY", "TOKCACHE_CLIENT_ID"] {
        home.set(name, "");
    }
    let token = ["token", "--profile", "env", "--scope", "api.read"];
    let error = home.error(3, &token);
    assert_eq!(error["command"], "export AZURE_TENANT_ID=ID AZURE_CLIENT_ID=ID");
    let (host, tenant) = provider.authority().rsplit_once('/').expect("a path");
    home.set("AZURE_AUTHORITY_HOST", host);
    home.set("AZURE_TENANT_ID", tenant);
    home.set("AZURE_CLIENT_ID", "e2e-post");
    let error = home.error(3, &token);
    assert!(error["message"].as_str().is_some_and(|it| it.contains("AZURE_CLIENT_SECRET")), "{error}");
    home.set("AZURE_CLIENT_SECRET", "made-up");
    assert_eq!(answer(&home, &token)["source"], "client_credentials");
    assert!(!home.answer(&["profile", "show", "env"]).contains("made-up"));

    home.set("AZURE_CLIENT_SECRET", "");
    home.set("AZURE_CLIENT_ID", "e2e-key");
    let [key, certificate] = ["rsa.pem", "rsa_certificate.pem"].map(|name| copied(&home, name));
    home.set("AZURE_CLIENT_CERTIFICATE_PATH", pkcs12(&home, "app.pfx", &["-inkey", &key, "-in", &certificate]));
    home.set("AZURE_CLIENT_CERTIFICATE_PASSWORD", "made-up");
    assert_eq!(answer(&home, &token)["source"], "client_credentials");
    assert!(!home.answer(&["profile", "show", "env"]).contains("made-up"));

    home.set("AZURE_CLIENT_CERTIFICATE_PATH", "");
    home.set("AZURE_CLIENT_CERTIFICATE_PASSWORD", "");
    federate(&mut home, &provider);
    let forced = [&token[..], &["--force-refresh"]].concat();
    assert_eq!(answer(&home, &forced)["source"], "client_credentials");
}

#[test]
fn the_library_asks_once_and_then_has_the_token_in_the_cache() {
    let service = Service::start(&[(500, "")], 3600);
    let home = machine(&service);
    let clock = Arc::new(SystemClock::new());
    let store = FileStore::new(home.cache.path(), Duration::from_secs(60), clock.clone());
    let network = Network::new(NetworkOptions::default());
    let registration = Registration::managed_identity(None).expect("a registration");
    let client = ClientApplication::new(registration, &store, &network, clock.as_ref());
    let endpoint = ManagedIdentityEndpoint::Imds { url: service.url.clone() };
    let request = SilentRequest { scopes: ScopeSet::parse(RESOURCE), ..SilentRequest::default() };
    let acquire = || client.acquire_token_for_managed_identity(&endpoint, &request).block_on().expect("a token");
    let tokens: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(acquire)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(tokens.iter().all(|token| token.access_token.expose() == "MI-1"), "after the failure, one request");
    assert_eq!(tokens.iter().filter(|token| token.source == Source::ManagedIdentity).count(), 1);
    assert_eq!(service.requests().len(), 2);
    assert_eq!(acquire().source, Source::Cache);
    // The command keeps the tokens of different platforms apart, so it asks for its own.
    assert_eq!(answer(&home, &["token", "--resource", RESOURCE])["access_token"], "MI-2");
}
