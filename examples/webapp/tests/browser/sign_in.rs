//! Sign-in, API calls with a cached token, sign-out.

use serde_json::json;
use tempfile::TempDir;
use tokcache_testing::servers::{PostgresServer, RedisOptions, RedisServer};

use crate::harness::{Person, REFRESH_TOKEN, Server, Site};

/// Alice signs in, calls the API by the cache and by a refresh, and signs out.
fn signs_in_and_out(store: &str) {
    let site = Site::start_with(1, store, json!({"access_token_seconds": 1}));
    let alice = Person::new();
    assert_eq!(alice.open(&site.at("/")), 200);
    alice.sees("Sign in once.");
    alice.sign_in("alice");
    alice.sees("Hello, Name of alice");

    site.outlive_the_tokens();
    let refreshed = alice.call_api(&site.origin);
    assert!(refreshed.contains("alice@example.com") && refreshed.contains("by a refresh just now"), "{refreshed}");
    alice.click("Call it again");
    alice.sees("The API has answered");
    assert!(alice.text().contains("the cache"), "{}", alice.text());
    assert_eq!(site.provider.token_requests(REFRESH_TOKEN), 1);
    site.provider.assert_no_sign_in_was_lost();

    alice.sign_out();
    assert_eq!(alice.url(), site.at("/"));
    assert_eq!(site.provider.live_refresh_tokens(), 0);
    assert_eq!(alice.open(&site.at("/api")), 403);
    alice.sees("Sign in first");
    // The provider asks for her again: its session has ended, too.
    alice.sign_in("alice");
    alice.sees("The API has answered");
    assert!(!site.log().contains("eyJ"), "no token is in the log");
}

#[test]
fn with_the_tokens_in_the_session() {
    signs_in_and_out("session:");
}

#[test]
fn with_the_tokens_in_redis() {
    let redis = RedisServer::start(RedisOptions::default());
    signs_in_and_out(&redis.url());
    let values = redis.cli(&["--scan", "--pattern", "*"]);
    assert!(!values.is_empty() && !values.contains("eyJ"), "{values}");
}

#[test]
fn with_the_tokens_in_postgres() {
    let postgres = PostgresServer::start();
    let url = postgres.url();
    signs_in_and_out(&format!("{url}{}sslmode=disable", if url.contains('?') { '&' } else { '?' }));
}

#[test]
fn with_the_tokens_in_sqlite() {
    let folder = TempDir::new().unwrap();
    signs_in_and_out(&format!("sqlite:{}", folder.path().join("webapp.db").display()));
}

/// The command of the README, with the provider that it starts.
#[test]
fn without_any_setting() {
    let folder = TempDir::new().unwrap();
    let argument = format!("--folder={}", folder.path().display());
    let server = Server::start(vec![argument], folder.path().join("log"));
    let bob = Person::new();
    bob.open(&format!("{}/", server.origin()));
    bob.click("Sign in");
    bob.call("click", json!(["button[value=bob]"]));
    bob.sees("Hello, Bob");
    assert!(bob.text().contains("sqlite:"), "{}", bob.text());
    let page = bob.call_api(&server.origin());
    assert!(page.contains("bob@sandbox.example") && page.contains("the cache"), "{page}");
    bob.click("Sign out");
    bob.sees("Sign in once.");
}

#[test]
fn two_users_at_once_see_only_their_own_answers() {
    let site = Site::start();
    let people = ["alice", "bob"];
    std::thread::scope(|scope| {
        for (me, other) in [people, [people[1], people[0]]].map(|[me, other]| (me, other)) {
            let site = &site;
            scope.spawn(move || {
                let person = Person::new();
                person.open(&site.at("/"));
                person.sign_in(me);
                for _ in 0..5 {
                    let page = person.call_api(&site.origin);
                    assert!(page.contains(&format!("{me}@example.com")) && !page.contains(other), "{me}: {page}");
                    person.open(&site.at("/"));
                    assert!(!person.text().contains(other), "{me}: {}", person.text());
                }
            });
        }
    });
    let alice = Person::new();
    alice.open(&site.at("/api"));
    alice.sees("Sign in first");
}
