use std::collections::BTreeMap;
use std::sync::Mutex;

use pollster::FutureExt as _;
use serde_json::{Value, json};

use super::*;
use crate::future::BoxFuture;
use crate::oauth::http::{Response, TransportError};
use crate::oauth::mock_http::answer;

const URL: &str = "https://mcp.example.com/mcp";
const AT_PATH: &str = "https://mcp.example.com/.well-known/oauth-protected-resource/mcp";
const AT_ROOT: &str = "https://mcp.example.com/.well-known/oauth-protected-resource";
const SERVER: &str = "https://idp.example.com/.well-known/oauth-authorization-server";

/// The documents of the Internet by their URLs, the addresses of some hosts, and the challenge of the resource.
#[derive(Default)]
struct Internet {
    documents: BTreeMap<&'static str, Value>,
    reaches: BTreeMap<&'static str, Reach>,
    head: Head,
    asked: Mutex<Vec<String>>,
}

impl Internet {
    /// An honest resource and its server.
    fn honest() -> Internet {
        let mut internet = Internet { head: challenge("Bearer"), ..Internet::default() };
        internet.documents.insert(AT_PATH, resource());
        internet.documents.insert(SERVER, server("https://idp.example.com"));
        for host in ["mcp.example.com", "idp.example.com"] {
            internet.reaches.insert(host, Reach::Public);
        }
        internet
    }

    fn find(&self, issuer: Option<&str>) -> Result<ResourceMetadata, RequestError> {
        let url = &ResourceUrl::parse(URL).unwrap();
        discover_resource(self, &ResourceDiscovery { url, challenge: None, issuer }).block_on()
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Http for Internet {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        self.asked.lock().unwrap().push(request.url.clone());
        let document = self.documents.get(request.url.as_str());
        let response = document.map_or_else(|| answer(404, ""), |document| answer(200, &document.to_string()));
        Box::pin(std::future::ready(Ok(response)))
    }

    fn probe<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Head, TransportError>> {
        self.asked.lock().unwrap().push(format!("{} {}", request.method().as_str(), request.url));
        Box::pin(std::future::ready(Ok(self.head.clone())))
    }

    fn reach<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Option<Reach>> {
        let host = host_of(url).unwrap();
        let reach = Reach::of_host(&host).or_else(|| self.reaches.get(host.as_str()).copied());
        Box::pin(std::future::ready(reach))
    }
}

fn challenge(header: &str) -> Head {
    Head { status: 401, challenges: vec![header.to_owned()] }
}

fn resource() -> Value {
    json!({ "resource": URL, "authorization_servers": ["https://idp.example.com"], "scopes_supported": ["a", "b"] })
}

fn server(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "registration_endpoint": format!("{issuer}/register"),
        "code_challenge_methods_supported": ["S256"],
        "client_id_metadata_document_supported": true,
    })
}

#[track_caller]
fn refused(internet: &Internet) -> String {
    match internet.find(None) {
        Err(RequestError::WrongAuthority { message }) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_resource_names_its_server_and_its_scopes() {
    let found = Internet::honest().find(None).unwrap();
    assert_eq!(found.resource.as_deref(), Some(URL));
    assert_eq!(found.scopes.to_string(), "a b");
    let AuthorizationServer { authority, endpoints, .. } = &found.server;
    assert_eq!(authority.url(), "https://idp.example.com");
    assert_eq!(endpoints.issuer.as_deref(), Some("https://idp.example.com"));
    assert!(endpoints.is_complete && found.server.supports_s256 && found.server.accepts_client_id_metadata_documents);
}

#[test]
fn the_scopes_of_the_challenge_come_first() {
    let mut internet = Internet::honest();
    internet.head = challenge("Bearer scope=\"c\"");
    assert_eq!(internet.find(None).unwrap().scopes.to_string(), "c");
    internet
        .documents
        .insert(AT_PATH, json!({ "resource": URL, "authorization_servers": ["https://idp.example.com"] }));
    internet.head = challenge("Bearer");
    assert!(internet.find(None).unwrap().scopes.is_empty());
}

#[test]
fn the_metadata_are_looked_for_in_each_place_in_order() {
    let mut internet = Internet::honest();
    internet.documents.remove(AT_PATH);
    internet.documents.insert(AT_ROOT, json!({ "resource": "https://mcp.example.com/" }));
    let found = internet.find(Some("https://idp.example.com")).unwrap();
    assert_eq!(found.resource.as_deref(), Some("https://mcp.example.com/"), "verbatim");
    assert_eq!(internet.asked()[..3], [format!("GET {URL}"), AT_PATH.to_owned(), AT_ROOT.to_owned()]);

    internet.head = challenge("Bearer resource_metadata=\"https://mcp.example.com/here\"");
    internet.documents.insert("https://mcp.example.com/here", resource());
    internet.find(None).unwrap();
    assert!(internet.asked().contains(&"https://mcp.example.com/here".to_owned()));
}

#[test]
fn a_server_that_takes_no_get_is_asked_as_a_client_of_the_protocol_asks() {
    let mut internet = Internet::honest();
    internet.head = Head { status: 405, challenges: Vec::new() };
    internet.find(None).unwrap();
    assert_eq!(internet.asked()[..2], [format!("GET {URL}"), format!("POST {URL}")]);
    internet.head = Head { status: 200, challenges: Vec::new() };
    let before = internet.asked().len();
    internet.find(None).unwrap();
    assert_eq!(internet.asked()[before + 1], AT_PATH, "one probe is enough");
}

#[test]
fn the_three_forms_of_server_metadata_are_tried_in_order() {
    let issuer = "https://idp.example.com/tenant";
    let forms = [
        "https://idp.example.com/.well-known/oauth-authorization-server/tenant",
        "https://idp.example.com/.well-known/openid-configuration/tenant",
        "https://idp.example.com/tenant/.well-known/openid-configuration",
    ];
    for (at, form) in forms.into_iter().enumerate() {
        let mut internet = Internet::honest();
        internet.documents.insert(AT_PATH, json!({ "resource": URL, "authorization_servers": [issuer] }));
        internet.documents.insert(form, server(issuer));
        internet.find(None).unwrap();
        assert_eq!(internet.asked()[2..], forms[..=at]);
    }
}

#[test]
fn a_slash_in_place_of_an_empty_path_is_the_same_issuer_and_nothing_else_is() {
    let with = |named: &str, found: &str| {
        let mut internet = Internet::honest();
        internet.documents.insert(AT_PATH, json!({ "resource": URL, "authorization_servers": [named] }));
        internet.documents.insert(SERVER, server(found));
        internet.find(None).map(|found| found.server.endpoints.issuer)
    };
    let bare = "https://idp.example.com";
    assert_eq!(with("https://idp.example.com/", bare).unwrap().as_deref(), Some(bare), "the issuer is verbatim");
    for other in ["https://evil.example.com", "https://idp.example.com/a", "https://sub.idp.example.com", ""] {
        assert!(matches!(with(bare, other), Err(RequestError::WrongAuthority { .. })), "{other}");
    }
}

#[test]
fn a_public_resource_cannot_point_inward() {
    for (inward, place) in [
        ("https://127.0.0.1", "on this machine"),
        ("http://localhost:8080", "on this machine"),
        ("https://[::1]", "on this machine"),
        ("https://0x7f000001", "on this machine"),
        ("https://169.254.169.254", "in a private network"),
        ("https://10.0.0.1", "in a private network"),
        ("https://intranet.example", "in a private network"),
    ] {
        let mut internet = Internet::honest();
        internet.reaches.insert("intranet.example", Reach::Private);
        internet.documents.insert(AT_PATH, json!({ "resource": URL, "authorization_servers": [inward] }));
        assert!(refused(&internet).contains(place), "{inward}");
        let asked = internet.asked();
        assert!(asked.iter().all(|url| url.contains("mcp.example.com")), "nothing is sent there: {asked:?}");

        for endpoint in ["token_endpoint", "authorization_endpoint", "registration_endpoint"] {
            let mut internet = Internet::honest();
            internet.reaches.insert("intranet.example", Reach::Private);
            let mut metadata = server("https://idp.example.com");
            metadata[endpoint] = json!(format!("{inward}/x"));
            internet.documents.insert(SERVER, metadata);
            let found = internet.find(None);
            let is_left_out = matches!(&found, Ok(found) if found.server.endpoints.authorization.is_none()
                || found.server.registration.is_none());
            assert!(is_left_out || found.is_err(), "{endpoint} {inward}: {found:?}");
        }
    }
}

#[test]
fn a_host_of_unknown_reach_cannot_point_inward_either() {
    let mut internet = Internet::honest();
    internet.reaches.clear();
    assert!(internet.find(None).is_ok(), "two unknown hosts");
    internet.documents.insert(AT_PATH, json!({ "resource": URL, "authorization_servers": ["https://10.0.0.1"] }));
    assert!(refused(&internet).contains("not a public address"));
}

#[test]
fn a_person_can_name_a_private_server_that_the_resource_trusts_and_no_other() {
    let mut internet = Internet::honest();
    internet.reaches.insert("idp.example.com", Reach::Private);
    refused(&internet);
    assert!(internet.find(Some("https://idp.example.com")).is_ok());
    let error = internet.find(Some("https://another.example.com")).unwrap_err();
    assert!(error.to_string().contains("does not accept tokens of https://another.example.com"), "{error}");
}

#[test]
fn a_resource_of_2025_03_26_is_its_own_server() {
    let origin = "https://mcp.example.com";
    let mut internet = Internet::honest();
    internet.documents.clear();
    let found = internet.find(None).unwrap();
    assert_eq!(found.server.endpoints.token.unwrap().as_str(), "https://mcp.example.com/token");
    assert_eq!(found.server.endpoints.issuer, None);
    assert!(found.server.registration.unwrap().is_told_by_provider(), "no person has typed it");
    internet.documents.insert("https://mcp.example.com/.well-known/oauth-authorization-server", server(origin));
    let found = internet.find(None).unwrap();
    assert_eq!((found.resource.as_deref(), found.server.endpoints.issuer.as_deref()), (Some(URL), Some(origin)));
    internet
        .documents
        .insert("https://mcp.example.com/.well-known/oauth-authorization-server", server("https://evil.example"));
    assert!(refused(&internet).contains("another origin"));
}

#[test]
fn at_microsoft_the_scope_names_the_resource() {
    let issuer = "https://login.microsoftonline.com/contoso.com/v2.0";
    let mut internet = Internet::honest();
    let scopes = ["api://app/mcp.read"];
    internet
        .documents
        .insert(AT_PATH, json!({ "resource": URL, "authorization_servers": [issuer], "scopes_supported": scopes }));
    let mut metadata = server("https://login.microsoftonline.com/contoso.com");
    metadata["issuer"] = json!(issuer);
    // Microsoft does not announce PKCE.
    metadata["code_challenge_methods_supported"] = json!(null);
    internet
        .documents
        .insert("https://login.microsoftonline.com/contoso.com/v2.0/.well-known/openid-configuration", metadata);
    internet.reaches.insert("login.microsoftonline.com", Reach::Public);
    let found = internet.find(None).unwrap();
    assert_eq!((found.resource, found.scopes.to_string().as_str()), (None, scopes[0]));
    assert!(found.server.supports_s256 && found.server.registration.is_none());
}
