//! Protected resources and authorization servers that lie. Each lie ends the sign-in before a person sees a page.

use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::{Value, json};
use tiny_http::{Header, Request, Response, Server};

use crate::server::home_of;

/// A server whose answers a test has written.
struct Script {
    server: Arc<Server>,
    thread: Option<JoinHandle<()>>,
    paths: Arc<Mutex<Vec<String>>>,
}

/// A status, a header and a body.
type Answer = (u16, Option<(&'static str, String)>, String);

impl Script {
    fn start(answer: impl Fn(&str, &str) -> Answer + Send + 'static) -> Script {
        let server = Arc::new(Server::http("127.0.0.1:0").unwrap());
        let (serving, paths) = (Arc::clone(&server), Arc::new(Mutex::new(Vec::new())));
        let (seen, origin) = (Arc::clone(&paths), format!("http://{}", server.server_addr()));
        let thread = std::thread::spawn(move || {
            for request in serving.incoming_requests() {
                seen.lock().unwrap().push(request.url().to_owned());
                let answer = answer(&origin, request.url());
                respond(request, answer);
            }
        });
        Script { server, thread: Some(thread), paths }
    }

    fn origin(&self) -> String {
        format!("http://{}", self.server.server_addr())
    }

    fn has_seen(&self, path: &str) -> bool {
        self.paths.lock().unwrap().iter().any(|seen| seen.starts_with(path))
    }
}

fn respond(request: Request, (status, header, body): Answer) {
    let header = header.map(|(name, value)| Header::from_bytes(name, value).unwrap());
    let response = Response::from_string(body).with_status_code(status);
    let _ = request.respond(header.into_iter().fold(response, |response, header| response.with_header(header)));
}

impl Drop for Script {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// The answers of an honest resource at `/mcp` that is its own authorization server. `lie` changes a document.
fn answer(origin: &str, path: &str, lie: &dyn Fn(&str, &mut Value)) -> Answer {
    let document = |mut document: Value| {
        lie(path, &mut document);
        (200, None, document.to_string())
    };
    match path.split('?').next().unwrap() {
        "/.well-known/oauth-protected-resource/mcp" => {
            document(json!({ "resource": format!("{origin}/mcp"), "authorization_servers": [origin] }))
        }
        "/.well-known/oauth-authorization-server" => document(json!({
            "issuer": origin,
            "authorization_endpoint": format!("{origin}/authorize"),
            "token_endpoint": format!("{origin}/token"),
            "registration_endpoint": format!("{origin}/register"),
            "code_challenge_methods_supported": ["S256"],
            "response_types_supported": ["code"],
        })),
        "/register" => document(json!({ "client_id": "registered" })),
        "/mcp" => (401, Some(("WWW-Authenticate", "Bearer".to_owned())), String::new()),
        _ => (404, None, String::new()),
    }
}

/// Signs in at a resource with this lie, which must be refused, and returns the message.
#[track_caller]
fn refused(status: i32, lie: impl Fn(&str, &mut Value) + Send + 'static) -> String {
    let script = Script::start(move |origin, path| answer(origin, path, &lie));
    let home = home_of("alice");
    let said = home.failure(status, &format!("login --for {}/mcp", script.origin()));
    for path in ["/authorize", "/token"] {
        assert!(!script.has_seen(path), "{path} was asked: {said}");
    }
    said
}

fn at(path: &'static str, change: impl Fn(&mut Value) + Send + 'static) -> impl Fn(&str, &mut Value) + Send {
    move |asked, document| {
        if asked.contains(path) {
            change(document);
        }
    }
}

const RESOURCE: &str = "oauth-protected-resource";
const SERVER: &str = "oauth-authorization-server";

#[test]
fn the_metadata_of_another_resource_are_refused() {
    for other in ["https://evil.example/mcp", "http://127.0.0.1:1/mcp", "not a URL", "/mcp"] {
        let said = refused(3, at(RESOURCE, move |document| document["resource"] = json!(other)));
        assert!(said.contains("describe another resource"), "{other}: {said}");
    }
}

#[test]
fn an_issuer_that_is_not_exactly_the_named_one_is_refused() {
    for other in ["https://evil.example", "http://127.0.0.1:1", ""] {
        let said = refused(3, at(SERVER, move |document| document["issuer"] = json!(other)));
        assert!(said.contains("name another issuer"), "{other}: {said}");
    }
}

#[test]
fn plain_http_to_another_machine_is_refused() {
    let said =
        refused(3, at(RESOURCE, |document| document["authorization_servers"] = json!(["http://idp.example.com"])));
    assert!(said.contains("http://idp.example.com"), "{said}");
    let said = refused(3, at(SERVER, |document| document["token_endpoint"] = json!("http://idp.example.com/token")));
    assert!(said.contains("unsafe token_endpoint"), "{said}");
    let said = refused(3, at(SERVER, |document| document["authorization_endpoint"] = json!("file:///etc/passwd")));
    assert!(said.contains("authorization_endpoint"), "{said}");
}

#[test]
fn a_server_without_pkce_is_refused() {
    for methods in [json!(null), json!([]), json!(["plain"])] {
        let said =
            refused(3, at(SERVER, move |document| document["code_challenge_methods_supported"] = methods.clone()));
        assert!(said.contains("does not announce PKCE"), "{said}");
    }
}

#[test]
fn a_huge_document_is_refused() {
    let said = refused(3, at(RESOURCE, |document| document["padding"] = json!("a".repeat(300_000))));
    assert!(said.contains("longer than 256 KiB"), "{said}");
}

/// The scopes become a part of a URL.
#[test]
fn too_many_scopes_count_as_none() {
    let scopes: Vec<_> = (0..2000).map(|number| format!("scope{number}")).collect();
    let lie = at(RESOURCE, move |document| document["scopes_supported"] = json!(scopes));
    let script = Script::start(move |origin, path| answer(origin, path, &lie));
    let mut home = home_of("alice");
    home.set("BROWSER", "false");
    let url = format!("{}/mcp", script.origin());
    let output = home.tokcache(&format!("login --for {url} --no-browser --sign-in-timeout 1s"));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("/authorize?") && !said.contains("scope"), "{said}");
}

#[test]
fn a_challenge_cannot_point_to_another_origin() {
    let script = Script::start(|origin, path| match path {
        "/mcp" => {
            let challenge = "Bearer resource_metadata=\"https://evil.example/metadata\"".to_owned();
            (401, Some(("WWW-Authenticate", challenge)), String::new())
        }
        path => answer(origin, path, &|_, _| {}),
    });
    let said = home_of("alice").failure(3, &format!("login --for {}/mcp", script.origin()));
    assert!(said.contains("another origin"), "{said}");
}

#[test]
fn redirects_stay_within_the_origin_and_end() {
    for (target, expected) in [("/round", "more than 5 redirects"), ("https://evil.example/", "no metadata")] {
        let script = Script::start(move |origin, path| match path {
            "/mcp" => answer(origin, path, &|_, _| {}),
            path if path.contains("protected-resource") => answer(origin, path, &|_, _| {}),
            _ => (302, Some(("Location", target.to_owned())), String::new()),
        });
        let said = home_of("alice").failure(3, &format!("login --for {}/mcp", script.origin()));
        assert!(said.contains(expected), "{said}");
        assert!(script.paths.lock().unwrap().len() < 20);
    }
}

#[test]
fn the_text_of_a_server_cannot_control_the_terminal() {
    let said = refused(3, at(RESOURCE, |document| document["resource"] = json!("https://evil\u{1b}[2J\u{202e}")));
    assert!(!said.contains('\u{1b}') && !said.contains('\u{202e}'), "{said:?}");
    let said = refused(
        6,
        at("/register", |document| {
            *document = json!({ "error": "invalid_client_metadata", "error_description": "no\u{1b}[2J" });
        }),
    );
    assert!(said.contains("did not register a client") && !said.contains('\u{1b}'), "{said:?}");
}

/// A server that does not answer at all, or only later, is an outage: nothing is wrong with the settings.
#[test]
fn an_outage_is_told_from_a_lie() {
    let script = Script::start(|_, _| (503, None, String::new()));
    let said = home_of("alice").failure(5, &format!("login --for {}/mcp", script.origin()));
    assert!(said.contains("503"), "{said}");
}
