//! Attacks on a user by other sites and other people.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;

use serde_json::json;

use crate::harness::{Person, Site};

/// Another origin than the app's. But cookies know no ports, so for them it is the same site.
const SAME_SITE: &str = "http://127.0.0.1:1234/";

#[test]
fn a_page_of_another_site_signs_nobody_in_or_out() {
    let site = Site::start();
    let victim = Person::new();
    victim.open(&site.at("/"));
    victim.sign_in("alice");
    for evil in ["http://evil.example/", SAME_SITE] {
        for path in ["/sign-out", "/sign-in"] {
            let form = format!("<form method=post action={}><button>Win</button></form>", site.at(path));
            victim.serve(evil, &form);
            victim.open(evil);
            victim.click("Win");
            victim.sees("Request refused");
        }
    }
    // Such a page cannot show the app in a frame either, to have the user click there.
    victim.call("context.grantPermissions", json!([["local-network-access"]]));
    victim.serve(SAME_SITE, &format!("<iframe src={}></iframe>", site.at("/")));
    victim.open(SAME_SITE);
    let framed = victim.call("innerText", json!(["iframe >> internal:control=enter-frame >> body"]));
    assert!(framed.as_str().unwrap().contains("refused to connect"), "{framed}");
    victim.open(&site.at("/"));
    victim.sees("Hello, Name of alice");
}

/// The attacker begins a sign-in, and makes the victim's browser finish it.
#[test]
fn a_sign_in_is_finished_in_the_browser_that_began_it() {
    let site = Site::start();
    let (attacker, victim) = (Person::new(), Person::new());
    attacker.open(&site.at("/"));
    attacker.click("Sign in");
    attacker.call("waitForSelector", json!(["input[name=login]"]));
    let callback = {
        let catcher = TcpListener::bind("127.0.0.1:0").unwrap();
        site.balancer.choose(catcher.local_addr().unwrap());
        let caught = std::thread::spawn(move || first_path(&catcher));
        attacker.approve("carol");
        caught.join().unwrap()
    };
    assert!(callback.starts_with("/callback?") && callback.contains("code="), "{callback}");
    site.choose(0);
    assert_eq!(victim.open(&site.at(&callback)), 400);
    victim.sees("Start again");
    victim.open(&site.at("/"));
    victim.sees("Sign in once.");
    // It was the attacker's to finish, once.
    assert_eq!(attacker.open(&site.at(&callback)), 200);
    attacker.sees("Hello, Name of carol");
    assert_eq!(attacker.open(&site.at(&callback)), 400);
}

/// Answers one request with a page that looks like the app's. Returns the path that was asked for.
fn first_path(catcher: &TcpListener) -> String {
    loop {
        let (mut browser, _) = catcher.accept().unwrap();
        let mut line = String::new();
        BufReader::new(browser.try_clone().unwrap()).read_line(&mut line).unwrap();
        let page = "<a class=brand>caught</a>";
        write!(browser, "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\r\n{page}", page.len())
            .unwrap();
        if let Some(path) = line.strip_prefix("GET ").and_then(|line| line.split(' ').next()) {
            return path.to_owned();
        }
    }
}

#[test]
fn a_session_that_an_attacker_knows_stays_the_attackers() {
    let site = Site::start();
    let attacker = Person::new();
    attacker.open(&site.at("/"));
    attacker.sign_in("carol");
    let planted = session(&attacker);
    let made_up = json!("AAAAAAAAAAAAAAAAAAAAAA");
    for planted in [planted["value"].clone(), made_up] {
        let victim = Person::new();
        let cookie = json!({"name": "session", "value": planted, "url": site.origin});
        victim.call("context.addCookies", json!([[cookie]]));
        victim.open(&site.at("/"));
        // Signed in as carol, the victim sees no button for it.
        let form = "document.body.innerHTML = '<form method=post action=/sign-in><button>Sign in</button></form>'; 1";
        victim.evaluate(form);
        victim.sign_in("alice");
        victim.sees("Hello, Name of alice");
        assert_ne!(session(&victim)["value"], planted);
    }
    attacker.open(&site.at("/"));
    assert!(!attacker.text().contains("alice"), "{}", attacker.text());
    attacker.sees("Sign in once.");
}

/// Returns the cookie of the session, which no script can read and which other sites' forms do not send.
fn session(person: &Person) -> serde_json::Value {
    let cookies = person.cookies();
    let session = cookies.as_array().unwrap().iter().find(|cookie| cookie["name"] == "session").unwrap().clone();
    assert_eq!((&session["httpOnly"], &session["sameSite"]), (&json!(true), &json!("Lax")));
    assert_eq!(person.evaluate("document.cookie"), "");
    session
}

#[test]
fn a_sign_in_returns_to_this_app_only() {
    let site = Site::start();
    let person = Person::new();
    person.open(&site.at("/"));
    person.sign_in("alice");
    let evil = ["//evil.example/", "https://evil.example/", "/\\evil.example", "\t//evil.example", "/\t/evil.example"];
    let local = [("/api?x=1", "/api?x=1"), ("javascript:alert(1)", "/")];
    for (wish, wanted) in evil.map(|evil| (evil, "/")).into_iter().chain(local) {
        // The provider still knows the person, and asks for nothing.
        person.call("context.clearCookies", json!([{"domain": "127.0.0.1"}]));
        person.open(&site.at("/"));
        person.evaluate(&format!("document.querySelector('[name=return_to]').value = {}", json!(wish)));
        person.click("Sign in");
        person.sees(if wanted == "/" { "Hello, Name of alice" } else { "The API has answered" });
        assert_eq!(person.url(), site.at(wanted), "{wish:?}");
    }
    assert_eq!(person.open(&site.at("//evil.example/")), 404);
    assert_eq!(person.url(), site.at("//evil.example/"));
}

#[test]
fn the_back_button_shows_nothing_after_the_sign_out() {
    let site = Site::start();
    let alice = Person::new();
    alice.open(&site.at("/"));
    alice.sign_in("alice");
    alice.call_api(&site.origin);
    alice.click("Back");
    alice.sees("Hello, Name of alice");
    alice.sign_out();
    let pages = alice.evaluate("history.length").as_u64().unwrap();
    assert!(pages > 3, "{pages}");
    for _ in 0..pages {
        // The browser may ask whether to send a form again, which is an error here.
        let _ = alice.try_call("goBack", json!([]));
        let text = alice.text();
        assert!(!text.contains("alice"), "{}: {text}", alice.url());
    }
    assert_eq!(alice.open(&site.at("/api")), 403);
}
