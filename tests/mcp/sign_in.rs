//! Sign-ins for protected resources of a real authorization server.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::server::{Server, expire, home_of, said, sign_in, source};

#[test]
fn the_url_alone_is_enough_and_the_cached_token_needs_no_network() {
    let server = Server::start(json!({}));
    let (home, url) = (home_of("alice"), server.url("one"));
    let said = sign_in(&home, &url, "");
    assert!(said.contains("Registered a client") && said.contains(&format!("Signed in for {url}")), "{said}");
    let token = home.answer(&format!("token --for {url}"));
    let (status, answer) = server.answer_to("one", &token);
    assert_eq!((status, answer["user"].as_str()), (200, Some("alice")), "{answer}");
    assert_eq!(answer["scope"], "tools.read");

    let elsewhere = home.failure(6, &format!("curl --for {url} -- -sS http://127.0.0.1:1/"));
    assert!(elsewhere.contains("does not allow 127.0.0.1:1"), "{elsewhere}");

    expire(&home);
    let fresh = home.answer(&format!("token --for {url}"));
    assert_ne!(fresh, token);
    assert_eq!(server.refreshes(), (1, 0));
    let resources: Vec<_> = server.requests("/token").iter().map(|it| it["resource"].clone()).collect();
    assert_eq!(resources, [url.as_str(), url.as_str()], "both requests name the resource");
    drop(server);
    assert_eq!(home.answer(&format!("token --for {url}")), fresh, "without any server");
    assert_eq!(
        home.answer(&format!("token --for {url} --offline -o header")),
        format!("Authorization: Bearer {fresh}")
    );
    assert!(home.answer(&format!("explain --for {url}")).contains("cache"));
}

#[test]
fn a_resource_without_a_sign_in_says_how_to_sign_in() {
    let home = home_of("alice");
    let url = "https://mcp.example.com/mcp";
    for command in ["token", "explain", "credential mcp-headers", "list"] {
        let said = home.failure(4, &format!("{command} --for {url}"));
        assert!(said.contains(&format!("nobody has signed in for {url}")), "{said}");
        assert!(said.contains(&format!("\n  try: tokcache login --for {url}\n")), "{said}");
    }
    let output = home.tokcache(&format!("clear --for {url}"));
    assert!(said(&output).contains("nobody was signed in"), "{output:?}");
}

/// The client and the person are the same, and the refresh token of one resource is refused for the other.
#[test]
fn two_resources_of_one_person_and_one_client_keep_their_tokens_apart() {
    for flags in ["", "--scope openid --scope tools.read"] {
        let server = Server::start(json!({}));
        let (home, one, two) = (home_of("alice"), server.url("one"), server.url("two"));
        sign_in(&home, &one, flags);
        let said = sign_in(&home, &two, flags);
        assert!(!said.contains("Registered a client"), "the registration is remembered by issuer: {said}");
        assert_eq!(server.registrations(), 1);
        for round in 0..2 {
            for (name, other, url) in [("one", "two", &one), ("two", "one", &two)] {
                let token = home.answer(&format!("token --for {url}"));
                assert_eq!(server.answer_to(name, &token).0, 200, "{flags} {round}");
                assert_eq!(server.answer_to(other, &token).0, 401, "a token is for its own resource");
            }
            expire(&home);
        }
        assert_eq!(server.refreshes(), (2, 0));
        let listed: Value = serde_json::from_str(&home.answer(&format!("list --for {one} -o json"))).unwrap();
        assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
        home.tokcache(&format!("clear --for {one}"));
        home.failure(4, &format!("token --for {one}"));
        home.answer(&format!("token --for {two}"));
    }
}

#[test]
fn a_step_up_asks_for_the_union_and_ends_if_it_gets_nothing_new() {
    let server = Server::start(json!({}));
    let (home, url) = (home_of("alice"), server.url("one"));
    sign_in(&home, &url, "");
    let challenge = r#"Bearer error="insufficient_scope", scope="tools.write""#;
    let login = |challenge: &str| {
        let mut command = home.program(&format!("login --for {url}"));
        command.args(["--challenge", challenge]).output().unwrap()
    };
    // `token` never waits for a person. It says what to type.
    let token = home.program(&format!("token --for {url}")).args(["--challenge", challenge]).output().unwrap();
    let advice = String::from_utf8_lossy(&token.stderr).into_owned();
    assert!(!token.status.success() && advice.contains("--scope tools.write"), "{advice}");
    assert!(advice.contains(&format!("--for {url}")) && !advice.contains("--profile"), "{advice}");
    said(&login(challenge));
    let (_, answer) = server.answer_to("one", &home.answer(&format!("token --for {url}")));
    assert_eq!(answer["scope"], "tools.read tools.write");
    let again = login(challenge);
    assert_eq!(again.status.code(), Some(6), "{again:?}");
    home.tokcache(&format!("clear --for {url}"));
    said(&login(challenge));
}

#[test]
fn a_client_that_the_server_has_forgotten_is_registered_again() {
    let server = Server::start(json!({}));
    let (home, url) = (home_of("alice"), server.url("one"));
    sign_in(&home, &url, "");
    server.control(json!({ "forget_clients": true }));
    let said = sign_in(&home, &url, "");
    assert!(said.contains("does not know the client any more"), "{said}");
    assert_eq!(server.registrations(), 2);
    assert_eq!(server.answer_to("one", &home.answer(&format!("token --for {url}"))).0, 200);
}

#[test]
fn a_client_that_a_person_has_registered_is_used_where_the_server_registers_none() {
    let server = Server::start(json!({ "registers": false }));
    let (home, url) = (home_of("alice"), server.url("one"));
    let said = home.failure(3, &format!("login --for {url}"));
    assert!(said.contains("registers no clients by itself"), "{said}");
    assert!(said.contains(&format!("try: tokcache login --for {url} --client-id ID")), "{said}");
    sign_in(&home, &url, "--client-id registered");
    let (_, answer) = server.answer_to("one", &home.answer(&format!("token --for {url}")));
    assert_eq!(answer["client"], "registered");
    // The next sign-in knows the client.
    sign_in(&home, &url, "");
}

/// On a machine without a browser, and with a server that has device codes.
#[test]
fn without_a_browser_a_person_signs_in_with_a_code() {
    let server = Server::start(json!({}));
    let (mut home, url) = (home_of("alice"), server.url("one"));
    home.set("BROWSER", "");
    let mut login = home.program(&format!("login --for {url}")).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(login.stderr.take().unwrap()).lines().map(Result::unwrap);
    let page = lines.find(|line| line.contains("user_code=")).unwrap();
    // The person opens the page on another device.
    let mut browser = home.command("node");
    browser.arg(source("../e2e/provider/open.mjs")).arg("alice").arg(home.path("page.html")).arg(page.trim());
    assert!(browser.status().unwrap().success());
    let said: Vec<_> = lines.collect();
    assert!(login.wait().unwrap().success(), "{said:?}");
    let (status, answer) = server.answer_to("one", &home.answer(&format!("token --for {url}")));
    assert_eq!((status, answer["user"].as_str()), (200, Some("alice")));
}

#[test]
fn the_variables_of_another_client_are_not_sent_to_the_server_of_a_resource() {
    let server = Server::start(json!({}));
    let (mut home, url) = (home_of("alice"), server.url("one"));
    home.set("TOKCACHE_CLIENT_SECRET", "canary-secret");
    home.set("TOKCACHE_CLIENT_ID", "another");
    home.set("TOKCACHE_AUTHORITY", "https://idp.example.com");
    home.set("TOKCACHE_FLOW", "client-credentials");
    // oidc-provider refuses a public client that sends a secret.
    sign_in(&home, &url, "");
    home.answer(&format!("token --for {url} --force-refresh"));
}

#[test]
fn a_token_with_login_signs_in_for_the_resource_first() {
    let server = Server::start(json!({}));
    let (home, url) = (home_of("alice"), server.url("one"));
    let token = home.answer(&format!("token --for {url} --login"));
    assert_eq!(server.answer_to("one", &token).0, 200);
}

#[test]
fn no_secret_is_in_the_profile_and_the_profile_says_what_it_is_for() {
    let server = Server::start(json!({}));
    let (home, url) = (home_of("alice"), server.url("one"));
    sign_in(&home, &url, "");
    let profile = home.answer(&format!("profile show --for {url}"));
    assert!(profile.contains(&format!("protected_resource = \"{url}\"")), "{profile}");
    assert!(profile.contains(&format!("issuer = \"{}\"", server.issuer)), "{profile}");
    let cache = fs::read_to_string(home.cache()).unwrap();
    let cache: Value = serde_json::from_str(&cache).unwrap();
    let secrets = cache["RefreshToken"].as_object().unwrap().values();
    assert!(secrets.into_iter().all(|token| !profile.contains(token["secret"].as_str().unwrap())));
}
