//! The app over real sockets, with the sandbox provider. Each test has servers of its own.
#![expect(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod harness;

use tokcache_testing::Fault;

use crate::harness::{Browser, Provider, Server, api_that_answers_once, damage, store};

#[test]
fn a_user_signs_in_calls_the_api_from_the_cache_and_signs_out() {
    let provider = Provider::start(3600);
    let server = Server::start(&provider, &store(), None);
    let mut browser = Browser::of(&server);
    assert!(browser.get("/").body.contains("Sign in once."));
    let api = browser.sign_in("bob", "/api");
    assert!(api.body.contains("bob@sandbox.example") && api.body.contains("the cache"), "{}", api.body);
    assert_eq!(api.header("cache-control"), "no-store");

    let signed_in = browser.clone();
    let signed_out = browser.post("/sign-out", "");
    assert!(signed_out.leaves_for().contains("/end_session?id_token_hint="));
    assert!(!signed_out.body.contains("eyJ"), "the ID token is in no page");
    for mut browser in [browser, signed_in] {
        let page = browser.get("/api");
        assert_eq!(page.status, 403, "also with the cookie from before");
        assert!(!page.body.contains("bob"), "{}", page.body);
    }
}

#[test]
fn two_users_at_once_see_only_their_own_answers_on_either_of_two_servers() {
    let (provider, store) = (Provider::start(3600), store());
    let first = Server::start(&provider, &store, None);
    let second = Server::start(&provider, &store, None);
    let (mut alice, mut bob) = (Browser::of(&first), Browser::of(&second));
    alice.sign_in("alice", "/");
    bob.sign_in("bob", "/");
    for server in [&second, &first] {
        alice.go_to(server);
        bob.go_to(server);
        let (hers, his) = (alice.get("/api").body, bob.get("/api").body);
        assert!(hers.contains("alice@sandbox.example") && !hers.contains("bob@"), "{hers}");
        assert!(his.contains("bob@sandbox.example") && !his.contains("alice@"), "{his}");
    }
}

#[test]
fn tokens_in_a_session_end_with_that_session_only() {
    let provider = Provider::start(1);
    let server = Server::start_with_tokens_in_sessions(&provider);
    let (mut laptop, mut phone) = (Browser::of(&server), Browser::of(&server));
    assert_eq!(laptop.get("/api").status, 403);
    laptop.sign_in("alice", "/");
    phone.sign_in("alice", "/");
    provider.0.set_lifetime(3600);
    wait_a_token();
    assert!(laptop.get("/api").body.contains("by a refresh just now"));
    assert!(laptop.get("/api").body.contains("the cache"));
    let copy = laptop.clone();
    assert!(laptop.post("/sign-out", "").leaves_for().contains("/end_session?id_token_hint="));
    for mut browser in [laptop, copy] {
        assert_eq!(browser.get("/api").status, 403);
    }
    assert!(phone.get("/api").body.contains("by a refresh just now"));
}

#[test]
fn an_expired_token_is_refreshed_and_a_revoked_sign_in_asks_for_the_user() {
    let provider = Provider::start(1);
    let server = Server::start(&provider, &store(), None);
    let mut browser = Browser::of(&server);
    browser.sign_in("alice", "/");
    provider.0.set_lifetime(3600);
    wait_a_token();
    assert!(browser.get("/api").body.contains("by a refresh just now"));
    assert!(browser.get("/api").body.contains("the cache"));
    provider.0.revoke_everything();
    let page = browser.get("/api");
    assert_eq!(page.status, 403);
    assert!(page.body.contains("Sign in again") && page.body.contains("action=\"/sign-in\""), "{}", page.body);
    assert!(browser.sign_in("alice", "/api").body.contains("alice@sandbox.example"));
}

#[test]
fn an_outage_of_the_store_is_no_sign_out() {
    let (provider, store) = (Provider::start(3600), store());
    let server = Server::start(&provider, &store, None);
    let mut browser = Browser::of(&server);
    browser.sign_in("alice", "/");
    let cookies = browser.cookies.clone();
    store.inject(Fault::Down);
    for page in [browser.get("/"), browser.get("/api"), browser.post("/sign-out", ""), browser.post("/sign-in", "")] {
        assert_eq!((page.status, page.header("retry-after")), (503, "5"), "{}", page.body);
    }
    assert_eq!(browser.cookies, cookies);
    store.mend();
    assert!(browser.get("/api").body.contains("alice@sandbox.example"));
}

#[test]
fn a_damaged_cache_is_the_concern_of_its_user_who_can_begin_anew() {
    let (provider, store) = (Provider::start(3600), store());
    let server = Server::start(&provider, &store, None);
    let (mut alice, mut bob) = (Browser::of(&server), Browser::of(&server));
    alice.sign_in("alice", "/");
    bob.sign_in("bob", "/");
    damage(&store, "alice");
    for _ in 0..2 {
        let page = alice.get("/api");
        assert_eq!(page.status, 500);
        assert!(
            page.body.contains("the cache of alice") && page.body.contains("action=\"/sign-out\""),
            "{}",
            page.body
        );
        assert!(bob.get("/api").body.contains("bob@sandbox.example"));
    }
    assert!(alice.get("/").body.contains("Hello, Alice"));
    assert_eq!(alice.post("/sign-out", "").status, 303);
    assert!(alice.sign_in("alice", "/api").body.contains("alice@sandbox.example"));
}

#[test]
fn a_form_of_another_site_does_nothing() {
    let provider = Provider::start(3600);
    let server = Server::start(&provider, &store(), None);
    let mut browser = Browser::of(&server);
    browser.sign_in("alice", "/");
    let own = server.origin.clone();
    let attacks: [&[(&str, &str)]; 4] = [
        &[],
        &[("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")],
        &[("origin", "null")],
        &[("origin", &own), ("sec-fetch-site", "same-site")],
    ];
    for headers in attacks {
        for path in ["/sign-out", "/sign-in"] {
            assert_eq!(browser.send(path, Some(""), headers).status, 403, "{path} {headers:?}");
        }
    }
    assert_eq!(browser.get("/sign-out").status, 405);
    assert!(browser.get("/").body.contains("Hello, Alice"));
}

#[test]
fn a_session_from_before_the_sign_in_stays_anonymous() {
    let provider = Provider::start(3600);
    let server = Server::start(&provider, &store(), None);
    let mut victim = Browser::of(&server);
    // An attacker knows this session of the victim's browser.
    victim.sign_in("carol", "/");
    let mut attacker = victim.clone();
    victim.sign_in("alice", "/");
    assert_ne!(victim.cookies["session"], attacker.cookies["session"]);
    assert!(victim.get("/").body.contains("Hello, Alice"));
    assert!(!attacker.get("/").body.contains("Hello"), "the identifier from before is of no use");

    victim.cookies.insert("session".to_owned(), "AAAAAAAAAAAAAAAAAAAAAA".to_owned());
    victim.sign_in("alice", "/");
    assert_ne!(victim.cookies["session"], "AAAAAAAAAAAAAAAAAAAAAA", "a planted identifier is not taken");
}

#[test]
fn a_sign_in_is_finished_once_and_in_the_browser_that_began_it() {
    let provider = Provider::start(3600);
    let server = Server::start(&provider, &store(), None);
    let mut browser = Browser::of(&server);
    let callback = browser.authorize("alice", "/");
    let mut other = Browser::of(&server);
    assert_eq!(other.get(&callback).status, 400, "login CSRF");
    assert!(!other.get("/").body.contains("Hello"));

    let before = browser.clone();
    assert_eq!(browser.get(&callback).status, 303);
    for mut browser in [browser, before] {
        let again = browser.get(&callback);
        assert_eq!(again.status, 400);
        assert!(again.body.contains("Start again"), "{}", again.body);
    }
}

#[test]
fn several_tabs_can_sign_in_at_once() {
    let provider = Provider::start(3600);
    let server = Server::start(&provider, &store(), None);
    let mut browser = Browser::of(&server);
    let (first, second) = (browser.authorize("alice", "/"), browser.authorize("alice", "/api"));
    assert_eq!(browser.get(&second).header("location"), "/api");
    assert_eq!(browser.get(&first).header("location"), "/");
    assert!(browser.get("/").body.contains("Hello, Alice"));
}

#[test]
fn a_sign_in_returns_to_this_app_only() {
    let provider = Provider::start(3600);
    let server = Server::start(&provider, &store(), None);
    for evil in ["//evil.example", "https://evil.example", "/%5Cevil.example", "%09//evil.example", "/%09/evil.example"]
    {
        let mut browser = Browser::of(&server);
        let callback = browser.authorize("alice", evil);
        assert_eq!(browser.get(&callback).header("location"), "/", "{evil}");
    }
}

#[test]
fn a_refusal_of_the_provider_is_shown_as_text() {
    let provider = Provider::start(3600);
    let server = Server::start(&provider, &store(), None);
    let mut browser = Browser::of(&server);
    let callback = browser.authorize("", "/");
    let evil = callback.replace("error=access%5Fdenied", "error=access_denied&error_description=%3Cscript%3Ealert(1)");
    let page = browser.get(&evil);
    assert_eq!(page.status, 400);
    assert!(!page.body.contains("<script"), "{}", page.body);
    assert!(page.body.contains("You are not signed in"), "{}", page.body);
}

#[test]
fn a_valid_token_serves_while_the_provider_is_down() {
    let provider = Provider::start(3600);
    let server = Server::start_with(&provider, &store(), None, &api_that_answers_once());
    let mut browser = Browser::of(&server);
    browser.sign_in("alice", "/");
    provider.0.stop();
    let page = browser.get("/api");
    assert!(page.body.contains("the cache") && page.body.contains("thank you"), "{}", page.body);
}

#[test]
fn https_makes_the_cookies_secure_and_bound_to_the_host() {
    let provider = Provider::start(3600);
    let server = Server::start(&provider, &store(), Some("https://app.example"));
    let mut browser = Browser::of(&server);
    let headers = [("host", "app.example"), ("origin", "https://app.example")];
    let page = browser.send("/sign-in", Some("return_to=/"), &headers);
    let cookie = page.header("set-cookie");
    assert!(cookie.starts_with("__Host-sign-in-"), "{cookie}");
    for attribute in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(cookie.split("; ").any(|part| part == attribute), "{attribute} in {cookie}");
    }
    let answer = page.leaves_for().to_owned();
    assert!(answer.contains("redirect_uri=https%3A%2F%2Fapp.example%2Fcallback"), "{answer}");
    let home = browser.send("/", None, &headers[..1]);
    assert!(!home.header("strict-transport-security").is_empty());
    assert!(home.header("content-security-policy").starts_with("default-src 'none'"));
}

#[test]
fn another_name_of_the_host_is_led_to_the_public_one() {
    let provider = Provider::start(3600);
    let server = Server::start(&provider, &store(), None);
    let page = Browser::of(&server).send("/api?x=1", None, &[("host", "evil.example")]);
    assert_eq!((page.status, page.header("location")), (307, format!("{}/api?x=1", server.origin).as_str()));
}

/// Waits until the sandbox's tokens of one second have expired.
#[expect(clippy::disallowed_methods, reason = "the time of a real provider")]
fn wait_a_token() {
    std::thread::sleep(std::time::Duration::from_millis(1100));
}
