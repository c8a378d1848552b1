//! Caches beside the sessions, in the session store.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use pollster::FutureExt as _;
use tokcache_core::store::{Partition, Replaced, Replacement, Store as _};
use tokcache_session::{SessionCaches, SessionError, begin_user_session, session_user};
use tower_sessions::Session;
use tower_sessions::session::Record;

use crate::browser::Browser;
use crate::keys;
use crate::records::Records;
use crate::web::{Reply, Server, User, broken, not_signed_in};

type Parameters = Query<BTreeMap<String, String>>;

struct App {
    caches: SessionCaches,
    users: BTreeMap<&'static str, User>,
}

fn unavailable(error: SessionError) -> (StatusCode, String) {
    assert!(error.is_retryable());
    (StatusCode::SERVICE_UNAVAILABLE, error.to_string())
}

async fn sign_in(State(app): State<Arc<App>>, session: Session, parameters: Parameters) -> Reply {
    let user = &app.users[parameters["user"].as_str()];
    let store = app.caches.begin(&session).await.map_err(unavailable)?;
    user.sign_in(&store).await.map_err(broken)?;
    begin_user_session(&session, &user.id).await.map_err(broken)?;
    Ok(String::new())
}

async fn token(State(app): State<Arc<App>>, session: Session, parameters: Parameters) -> Reply {
    let store = app.caches.of(&session).await.map_err(unavailable)?.ok_or_else(not_signed_in)?;
    let user = session_user(&session).await.map_err(broken)?.ok_or_else(not_signed_in)?;
    app.users[user.as_str()].token(Arc::new(store), parameters.contains_key("force")).await
}

async fn sign_out(State(app): State<Arc<App>>, session: Session) -> Reply {
    Ok(app.caches.end(&session).await.map_err(unavailable)?.unwrap().to_string())
}

/// Reads the session, is slow, and then changes another value of it.
async fn slow(session: Session) -> Reply {
    session.get::<String>("color").await.map_err(broken)?;
    tokio::time::sleep(Duration::from_millis(300)).await;
    session.insert("color", "green").await.map_err(broken)?;
    Ok(String::new())
}

/// An application with two users, whose providers take `time` for an answer.
struct World {
    sessions: Records,
    app: Arc<App>,
    server: Server,
}

impl World {
    fn new(time: Duration) -> Self {
        let sessions = Records::default();
        let caches = SessionCaches::new(sessions.clone(), keys());
        let users = ["alice", "bob"].map(|name| (name, User::new(name, time)));
        let app = Arc::new(App { caches, users: users.into_iter().collect() });
        let routes = Router::new()
            .route("/sign-in", get(sign_in))
            .route("/sign-out", get(sign_out))
            .route("/slow", get(slow))
            .route("/token", get(token))
            .with_state(Arc::clone(&app));
        let server = Server::start(routes, sessions.clone());
        World { sessions, app, server }
    }

    fn signed_in(&self, user: &str) -> Browser {
        let browser = Browser::new(&self.server.url);
        assert_eq!(browser.get(&format!("/sign-in?user={user}")).0, 200);
        browser
    }

    fn requests_of(&self, user: &str) -> usize {
        self.app.users[user].provider.rotation.requests()
    }
}

fn ok(text: &str) -> (u16, String) {
    (200, text.to_owned())
}

#[test]
fn a_user_signs_in_gets_tokens_and_signs_out() {
    let world = World::new(Duration::ZERO);
    let browser = Browser::new(&world.server.url);
    assert_eq!(browser.get("/token").0, 401);
    assert_eq!(browser.get("/sign-in?user=alice").0, 200);
    assert_eq!(browser.get("/token"), ok("alice@example.com has AT-1"));
    assert_eq!(browser.get("/token"), ok("alice@example.com has AT-1"));
    assert_eq!(browser.get("/token?force"), ok("alice@example.com has AT-2"));

    let thief = browser.copy();
    assert_eq!(browser.get("/sign-out"), ok("alice"));
    assert_eq!((browser.get("/token").0, thief.get("/token").0), (401, 401));
    assert!(world.sessions.all().is_empty(), "neither the session nor the cache is left");
}

#[test]
fn an_attacker_who_chose_the_session_id_of_a_user_is_not_signed_in_with_the_user() {
    let world = World::new(Duration::ZERO);
    let attacker = Browser::new(&world.server.url);
    assert_eq!(attacker.get("/slow").0, 200);
    let fixed = attacker.cookie("id").unwrap();
    let user = attacker.copy();
    assert_eq!(user.get("/sign-in?user=alice").0, 200);
    assert_ne!(user.cookie("id").unwrap(), fixed);
    assert_eq!((user.get("/token").0, attacker.get("/token").0), (200, 401));
}

/// An attacker who has prepared the session cannot choose the cache of the user.
#[test]
fn a_second_sign_in_in_one_session_has_a_cache_of_its_own() {
    let world = World::new(Duration::ZERO);
    let browser = world.signed_in("alice");
    let before = browser.copy();
    assert_eq!(browser.get("/sign-in?user=bob").0, 200);
    assert_eq!(browser.get("/token"), ok("bob@example.com has AT-1"));
    assert_eq!(before.get("/token").0, 401);
    assert_eq!(world.sessions.caches().len(), 1, "the first one is removed");
}

#[test]
fn two_users_at_once_get_their_own_tokens() {
    let world = World::new(Duration::from_millis(50));
    let (alice, bob) = (world.signed_in("alice"), world.signed_in("bob"));
    std::thread::scope(|scope| {
        for (browser, expected) in [(&alice, "alice@example.com has AT-1"), (&bob, "bob@example.com has AT-1")] {
            (0..5).for_each(|_| drop(scope.spawn(|| assert_eq!(browser.get("/token"), ok(expected)))));
        }
    });
    assert_eq!((world.requests_of("alice"), world.requests_of("bob")), (1, 1));
    assert_eq!(world.sessions.caches().len(), 2);
}

#[test]
fn twenty_requests_of_one_session_are_one_refresh() {
    let world = World::new(Duration::from_millis(200));
    let browser = world.signed_in("alice");
    std::thread::scope(|scope| {
        (0..20).for_each(|_| drop(scope.spawn(|| assert_eq!(browser.get("/token"), ok("alice@example.com has AT-1")))));
    });
    assert_eq!(world.requests_of("alice"), 1);
}

/// The middleware saves the whole session at the end of a request: the cache must not be a part of it.
#[test]
fn a_request_that_saves_the_session_of_before_a_refresh_loses_no_refresh_token() {
    let world = World::new(Duration::ZERO);
    let browser = world.signed_in("alice");
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| browser.get("/slow"));
        std::thread::park_timeout(Duration::from_millis(100));
        assert_eq!(browser.get("/token"), ok("alice@example.com has AT-1"));
        assert!(!slow.is_finished(), "it is slower than the refresh");
        assert_eq!(slow.join().unwrap().0, 200);
    });
    assert_eq!(browser.get("/token?force"), ok("alice@example.com has AT-2"));
    assert!(world.app.users["alice"].provider.rotation.is_signed_in());
}

#[test]
fn a_browser_that_goes_away_during_a_refresh_costs_no_sign_in() {
    let world = World::new(Duration::from_millis(300));
    let browser = world.signed_in("alice");
    let mut connection = TcpStream::connect(world.server.url.strip_prefix("http://").unwrap()).unwrap();
    let id = browser.cookie("id").unwrap();
    write!(connection, "GET /token HTTP/1.1\r\nHost: localhost\r\nCookie: id={id}\r\n\r\n").unwrap();
    while world.requests_of("alice") == 0 {
        std::thread::park_timeout(Duration::from_millis(5));
    }
    drop(connection);
    assert_eq!(browser.get("/token"), ok("alice@example.com has AT-1"));
    assert_eq!(browser.get("/token?force"), ok("alice@example.com has AT-2"));
}

#[test]
fn the_session_store_sees_no_token() {
    let world = World::new(Duration::ZERO);
    let browser = world.signed_in("alice");
    assert_eq!(browser.get("/token").0, 200);
    let seen = world.sessions.caches().iter().map(|record| format!("{:?}", record.data)).collect::<String>();
    assert!(seen.len() > 1000, "{seen}");
    for canary in ["RT-1", "AT-1", "alice@example.com", "AccessToken"] {
        use base64::Engine as _;
        let encoded = base64::prelude::BASE64_STANDARD.encode(canary);
        assert!(!seen.contains(canary) && !seen.contains(encoded.trim_end_matches('=')), "{canary}");
    }
}

#[test]
fn two_sessions_whose_caches_were_swapped_get_nobodys_token() {
    let world = World::new(Duration::ZERO);
    let (alice, bob) = (world.signed_in("alice"), world.signed_in("bob"));
    let [one, two] = world.sessions.caches().try_into().unwrap();
    let value = |record: &Record| record.data.values().next().unwrap().clone();
    for (into, from) in [(&one, &two), (&two, &one)] {
        let data = into.data.keys().map(|name| (name.clone(), value(from))).collect();
        world.sessions.put(Record { data, ..into.clone() });
    }
    for browser in [&alice, &bob] {
        let (status, text) = browser.get("/token");
        assert!(status == 500 && text.contains("for another place"), "{status}: {text}");
    }
    assert_eq!((world.requests_of("alice"), world.requests_of("bob")), (0, 0));
}

#[test]
fn what_is_no_encrypted_document_is_an_error_and_no_reason_to_sign_in() {
    let world = World::new(Duration::ZERO);
    let browser = world.signed_in("alice");
    let [record] = world.sessions.caches().try_into().unwrap();
    // A plain document, a number, and nothing.
    for planted in [serde_json::json!("e30="), serde_json::json!(1), serde_json::json!(null)] {
        let data = [("tokcache.document:alice".to_owned(), planted.clone())].into();
        world.sessions.put(Record { data, ..record.clone() });
        let (status, text) = browser.get("/token");
        assert_eq!(status, 500, "{planted}: {text}");
        assert!(text.starts_with("the document session:"), "{text}");
    }
}

#[test]
fn a_session_store_that_is_down_is_no_reason_to_sign_in() {
    let world = World::new(Duration::ZERO);
    let browser = world.signed_in("alice");
    world.sessions.set_down(true);
    let (status, text) = browser.get("/token");
    assert_eq!((status, text.as_str()), (503, "the session store failed: the connection was reset"));
    world.sessions.set_down(false);
    assert_eq!(browser.get("/token").0, 200);
}

/// After half of its time.
#[test]
fn a_cache_that_is_read_lives_as_long_as_its_session() {
    let sessions = Records::default();
    let session = Session::new(None, Arc::new(sessions.clone()), None);
    let caches = SessionCaches::new(sessions.clone(), keys());
    let store = caches.begin(&session).block_on().unwrap();
    let whole = Partition::whole();
    let replacement = Replacement { expected: None, bytes: b"{}", keep_until: None, fence: None };
    assert!(matches!(store.replace(&whole, replacement).block_on(), Ok(Replaced::Saved(_))));
    let only = || -> Record { sessions.caches().pop().unwrap() };
    for (percent, is_extended) in [(40, false), (60, true)] {
        let record = only();
        let aged = session.expiry_date() - session.expiry_age() * percent / 100;
        sessions.put(Record { expiry_date: aged, ..record });
        let before = store.load(&whole).block_on().unwrap().unwrap().revision;
        assert_eq!(only().expiry_date > aged, is_extended, "{percent} %");
        assert_eq!(store.load(&whole).block_on().unwrap().unwrap().revision, before);
    }
}

#[test]
fn a_process_that_makes_the_cache_a_moment_later_does_not_overwrite_it() {
    let sessions = Records::default();
    let session = Session::new(None, Arc::new(sessions.clone()), None);
    let store = SessionCaches::new(sessions.clone(), keys()).begin(&session).block_on().unwrap();
    sessions.overtake();
    let replacement = || Replacement { expected: None, bytes: b"{}", keep_until: None, fence: None };
    assert_eq!(store.replace(&Partition::whole(), replacement()).block_on().unwrap(), Replaced::Conflict);
    assert_eq!(sessions.caches().len(), 1, "no copy of it is left");
    assert_eq!(store.replace(&Partition::whole(), replacement()).block_on().unwrap(), Replaced::Conflict);
}
