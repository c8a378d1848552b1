//! The session holds the user, and a store that the hosts share the cache.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use tokcache_core::store::{EncryptedStore, MemoryStore};
use tokcache_session::{begin_user_session, end_user_session, session_user};
use tower_sessions::Session;

use crate::browser::Browser;
use crate::keys;
use crate::records::Records;
use crate::web::{Reply, Server, User, broken, not_signed_in};

/// One host of the application.
#[derive(Clone)]
struct Host {
    store: Arc<EncryptedStore>,
    alice: Arc<User>,
}

async fn sign_in(State(host): State<Host>, session: Session) -> Reply {
    host.alice.sign_in(host.store.as_ref()).await.map_err(broken)?;
    begin_user_session(&session, &host.alice.id).await.map_err(broken)?;
    Ok(String::new())
}

async fn token(State(host): State<Host>, session: Session) -> Reply {
    let user = session_user(&session).await.map_err(broken)?.ok_or_else(not_signed_in)?;
    assert_eq!(user, host.alice.id);
    host.alice.token(host.store, false).await
}

async fn sign_out(session: Session) -> Reply {
    Ok(end_user_session(&session).await.map_err(broken)?.unwrap().to_string())
}

/// Two hosts that share sessions and caches; nothing else.
fn hosts() -> (Server, Server, Arc<User>) {
    let (sessions, caches, keys) = (Records::default(), MemoryStore::new(), keys());
    let alice = Arc::new(User::new("alice", Duration::from_millis(200)));
    let host = || {
        let store = Arc::new(EncryptedStore::new(Arc::new(caches.clone()), keys.clone()));
        let routes = Router::new()
            .route("/sign-in", get(sign_in))
            .route("/sign-out", get(sign_out))
            .route("/token", get(token))
            .with_state(Host { store, alice: Arc::clone(&alice) });
        Server::start(routes, sessions.clone())
    };
    (host(), host(), alice)
}

#[test]
fn requests_of_two_hosts_are_one_refresh() {
    let (one, two, alice) = hosts();
    let browser = Browser::new(&one.url);
    assert_eq!(browser.get("/sign-in").0, 200);
    let elsewhere = browser.at(&two.url);
    std::thread::scope(|scope| {
        for browser in [&browser, &elsewhere].repeat(5) {
            scope.spawn(|| assert_eq!(browser.get("/token"), (200, "alice@example.com has AT-1".to_owned())));
        }
    });
    assert_eq!(alice.provider.rotation.requests(), 1);
}

#[test]
fn the_session_id_changes_at_the_sign_in_and_is_of_no_use_after_the_sign_out() {
    let (one, two, _) = hosts();
    let browser = Browser::new(&one.url);
    browser.set_cookie("id", "AAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!(browser.get("/token").0, 401);
    assert_eq!(browser.get("/sign-in").0, 200);
    assert_ne!(browser.cookie("id").unwrap(), "AAAAAAAAAAAAAAAAAAAAAA");
    let thief = browser.at(&two.url);
    assert_eq!(browser.get("/sign-out"), (200, "alice".to_owned()));
    assert_eq!((browser.cookie("id"), thief.get("/token").0), (None, 401));
}
