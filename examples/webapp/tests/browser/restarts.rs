//! Several servers, and the restart of a server and of Redis in the middle.

use std::time::Duration;

use serde_json::json;
use tokcache_core::time::{Clock as _, SystemClock};
use tokcache_testing::servers::wait_until;

use crate::harness::{Person, REFRESH_TOKEN, Site, redis};

#[test]
fn two_servers_behind_one_redis_are_one_app() {
    let redis = redis();
    let site = Site::start_with(2, &redis.url(), json!({"access_token_seconds": 1}));
    let (laptop, phone) = (Person::new(), Person::new());
    // Each sign-in is begun at one server and finished at the other.
    for (person, first, second) in [(&laptop, 0, 1), (&phone, 1, 0)] {
        site.choose(first);
        person.open(&site.at("/"));
        person.click("Sign in");
        person.call("waitForSelector", json!(["input[name=login]"]));
        site.choose(second);
        person.approve("alice");
        person.sees("Hello, Name of alice");
    }

    // Both servers need a new token at the same moment, and one asks for it.
    site.outlive_the_tokens();
    site.provider.order_fault(json!({"grant_type": REFRESH_TOKEN, "delay_ms": 1500}));
    let pages: Vec<String> = std::thread::scope(|scope| {
        site.choose(0);
        let first = scope.spawn(|| laptop.call_api(&site.origin));
        wait_until("the first server asks", || site.provider.token_requests(REFRESH_TOKEN) == 1);
        site.choose_for_new(1);
        let second = scope.spawn(|| phone.call_api(&site.origin));
        [first, second].into_iter().map(|page| page.join().unwrap()).collect()
    });
    assert!(pages.iter().all(|page| page.contains("alice@example.com")), "{pages:?}");
    assert_eq!(site.provider.token_requests(REFRESH_TOKEN), 1);
    for server in [0, 1] {
        site.choose(server);
        assert!(laptop.call_api(&site.origin).contains("the cache"));
    }

    // A sign-out at one server is one at the other, and of the tokens of all her browsers.
    laptop.open(&site.at("/"));
    laptop.sign_out();
    site.choose(0);
    assert_eq!(laptop.open(&site.at("/api")), 403);
    laptop.sees("Sign in first");
    assert_eq!(phone.open(&site.at("/api")), 403);
    phone.sees("Sign in again");
}

#[test]
fn a_restart_of_the_server_in_the_middle_is_not_noticed() {
    let mut site = Site::start();
    let alice = Person::new();
    alice.open(&site.at("/"));
    alice.click("Sign in");
    alice.call("waitForSelector", json!(["input[name=login]"]));
    site.servers[0].restart();
    alice.approve("alice");
    alice.sees("Hello, Name of alice");
    site.servers[0].crash();
    let page = alice.call_api(&site.origin);
    assert!(page.contains("alice@example.com") && page.contains("the cache"), "{page}");
    alice.open(&site.at("/"));
    site.servers[0].restart();
    alice.sign_out();
    assert_eq!(site.provider.live_refresh_tokens(), 0);
}

/// The server is ended while it waits for a refresh. It answers first.
#[test]
fn a_server_that_is_ended_during_a_refresh_answers_first() {
    let mut site = Site::start_on_sqlite(json!({"access_token_seconds": 1}));
    let alice = Person::new();
    alice.open(&site.at("/"));
    alice.sign_in("alice");
    site.outlive_the_tokens();
    site.provider.order_fault(json!({"grant_type": REFRESH_TOKEN, "delay_ms": 1000}));
    let (origin, provider) = (site.origin.clone(), &site.provider);
    let servers = &mut site.servers;
    let page = std::thread::scope(|scope| {
        let page = scope.spawn(|| alice.call_api(&origin));
        wait_until("the server asks", || provider.token_requests(REFRESH_TOKEN) == 1);
        servers[0].restart();
        page.join().unwrap()
    });
    assert!(page.contains("by a refresh just now"), "{page}");
    assert!(alice.call_api(&site.origin).contains("the cache"));
    site.provider.assert_no_sign_in_was_lost();
}

#[test]
fn a_restart_of_redis_in_the_middle_signs_nobody_out() {
    let mut redis = redis();
    let site = Site::start_with(1, &redis.url(), json!({}));
    let alice = Person::new();
    alice.open(&site.at("/"));
    alice.click("Sign in");
    alice.call("waitForSelector", json!(["input[name=login]"]));
    redis.process().kill();
    redis.start_again();
    alice.approve("alice");
    alice.sees("Hello, Name of alice");
    let cookies = alice.cookies();

    redis.process().kill();
    for path in ["/", "/api"] {
        assert_eq!(alice.open(&site.at(path)), 503, "{path}");
        alice.sees("The store does not answer");
        assert!(alice.text().contains("You are still signed in."), "{}", alice.text());
    }
    assert_eq!(alice.cookies(), cookies, "no cookie is removed");
    redis.start_again();
    // The app connects again after a second.
    wait_until("the app has its store again", || {
        SystemClock::new().sleep(Duration::from_millis(200));
        alice.open(&site.at("/api")) == 200
    });
    assert!(alice.text().contains("the cache"), "{}", alice.text());

    // Without its data, everybody is signed out, and can sign in.
    redis.cli(&["FLUSHALL"]);
    redis.process().kill();
    redis.start_again();
    wait_until("the app has its store again", || {
        SystemClock::new().sleep(Duration::from_millis(200));
        alice.open(&site.at("/api")) == 403
    });
    alice.sees("Sign in first");
    alice.click("Sign in");
    alice.sees("The API has answered");
}
