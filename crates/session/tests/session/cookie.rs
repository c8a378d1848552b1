//! The document in a cookie.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::AppendHeaders;
use axum::routing::get;
use tokcache_core::time::Clock as _;
use tokcache_session::{CookieError, DocumentCookie, LONGEST_COOKIE};
use tokcache_testing::SteppedClock;
use tower_sessions::cookie::Cookie;

use crate::browser::Browser;
use crate::keys;
use crate::records::Records;
use crate::web::Server;

const NAME: &str = "tokens";
const LIFETIME: Duration = Duration::from_secs(3600);

struct App {
    cookie: DocumentCookie,
    clock: SteppedClock,
}

type Parameters = Query<BTreeMap<String, String>>;
type Reply = Result<(AppendHeaders<Vec<(axum::http::HeaderName, String)>>, String), (StatusCode, String)>;

fn refused(error: CookieError) -> (StatusCode, String) {
    let status = match error {
        CookieError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::UNAUTHORIZED,
    };
    (status, error.to_string())
}

/// Keeps a document of the size that is asked for.
async fn keep(State(app): State<Arc<App>>, parameters: Parameters) -> Reply {
    let document = parameters["text"].repeat(parameters["times"].parse().unwrap());
    let cookie = app.cookie.encrypt(&parameters["owner"], document.as_bytes(), app.clock.now()).map_err(refused)?;
    // The browser of the tests comes by plain HTTP, and sends a cookie that is `Secure` all the same.
    Ok((AppendHeaders(vec![(SET_COOKIE, cookie.to_string())]), String::new()))
}

async fn read(State(app): State<Arc<App>>, headers: HeaderMap, parameters: Parameters) -> Reply {
    let header = headers[COOKIE].to_str().unwrap();
    let cookie = Cookie::split_parse(header).flatten().find(|cookie| cookie.name() == NAME).unwrap();
    let document = app.cookie.decrypt(&parameters["owner"], cookie.value(), app.clock.now()).map_err(refused)?;
    Ok((AppendHeaders(Vec::new()), String::from_utf8(document.to_vec()).unwrap()))
}

async fn remove(State(app): State<Arc<App>>) -> Reply {
    Ok((AppendHeaders(vec![(SET_COOKIE, app.cookie.removal().to_string())]), String::new()))
}

fn started() -> (Server, Arc<App>) {
    let app = Arc::new(App { cookie: DocumentCookie::new(NAME, keys(), LIFETIME), clock: SteppedClock::default() });
    let routes = Router::new().route("/keep", get(keep)).route("/read", get(read)).route("/remove", get(remove));
    (Server::start(routes.with_state(Arc::clone(&app)), Records::default()), app)
}

fn holding(server: &Server, text: &str) -> Browser {
    let browser = Browser::new(&server.url);
    assert_eq!(browser.get(&format!("/keep?owner=one&times=1&text={text}")).0, 200);
    browser
}

fn ok(text: &str) -> (u16, String) {
    (200, text.to_owned())
}

#[test]
fn a_document_comes_back_encrypted_and_can_be_removed() {
    let (server, _) = started();
    let browser = holding(&server, "canary");
    assert!(!browser.cookie(NAME).unwrap().contains("canary"));
    assert_eq!(browser.get("/read?owner=one"), ok("canary"));
    assert_eq!(browser.get("/remove").0, 200);
    assert_eq!(browser.cookie(NAME), None);
}

/// The longest document that is accepted is one that the browser keeps; a byte more is an error with the sizes.
#[test]
fn a_document_that_browsers_would_drop_is_an_error_with_the_sizes() {
    let (server, _) = started();
    let browser = Browser::new(&server.url);
    let keep = |size: usize| browser.get(&format!("/keep?owner=one&text=x&times={size}"));
    let sizes: Vec<usize> = (2000..4000).collect();
    let longest = sizes[sizes.partition_point(|size| keep(*size).0 == 200) - 1];
    assert_eq!(keep(longest).0, 200);
    assert!((2600..2900).contains(&longest), "{longest}");
    assert_eq!(browser.get("/read?owner=one"), ok(&"x".repeat(longest)));
    let (status, text) = keep(6 * 1024);
    assert_eq!(status, 413);
    assert!(text.starts_with("a document of 6144 bytes makes a cookie of 8"), "{text}");
    assert!(text.contains(&format!("no more than {LONGEST_COOKIE}")), "{text}");
    assert_eq!(browser.get("/read?owner=one").1.len(), longest, "the old cookie is there");
}

#[test]
fn a_cookie_that_was_changed_is_refused() {
    let (server, _) = started();
    let browser = holding(&server, "canary");
    let whole = browser.cookie(NAME).unwrap();
    for at in 0..whole.len() {
        let mut changed = whole.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'E' } else { b'A' };
        browser.set_cookie(NAME, &String::from_utf8(changed).unwrap());
        let (status, text) = browser.get("/read?owner=one");
        assert!(status == 401 && text.starts_with("the document in the cookie "), "{at}: {status}: {text}");
    }
    for value in ["", "x", "!", "e30"] {
        browser.set_cookie(NAME, value);
        assert_eq!(browser.get("/read?owner=one").0, 401, "{value}");
    }
}

#[test]
fn a_cookie_of_another_owner_or_of_another_name_is_refused() {
    let (server, app) = started();
    let browser = holding(&server, "canary");
    let (status, text) = browser.get("/read?owner=two");
    assert!(status == 401 && text.contains("for another place"), "{status}: {text}");
    let other = DocumentCookie::new("other", keys(), LIFETIME);
    let cookie = other.encrypt("one", b"{}", app.clock.now()).unwrap();
    browser.set_cookie(NAME, cookie.value());
    assert_eq!(browser.get("/read?owner=one").0, 401);
}

/// As the documentation says: nobody can tell that it is not the newest. But it ends.
#[test]
fn an_earlier_cookie_of_the_same_owner_is_accepted_until_its_lifetime_is_over() {
    let (server, app) = started();
    let browser = holding(&server, "old");
    let thief = browser.copy();
    app.clock.step(LIFETIME / 2);
    assert_eq!(browser.get("/keep?owner=one&times=1&text=new").0, 200);
    assert_eq!((browser.get("/read?owner=one"), thief.get("/read?owner=one")), (ok("new"), ok("old")));
    app.clock.step(LIFETIME / 2 + Duration::from_secs(1));
    assert_eq!(browser.get("/read?owner=one"), ok("new"));
    assert_eq!(thief.get("/read?owner=one"), (401, "the cookie is older than its lifetime".to_owned()));
}
