//! The real pip and uv, which run `keyring`, and npm, which reads a variable.

use crate::server::{Answer, Request, Server};
use crate::support::{answer_of, text};
use crate::{TOKEN, basic, home, python, tool};

/// Answers as a package index that demands a password.
fn index(request: &Request) -> Answer {
    if request.authorization() != Some(&basic("me", TOKEN)) {
        return Answer::challenge("Basic realm=\"index\"");
    }
    match request.path() {
        "/simple/private/" => Answer::ok("text/html", "<html><body></body></html>"),
        _ => Answer::missing(),
    }
}

/// Asserts that the index has shown the password, and nothing to another one.
fn assert_asked(server: &Server) {
    // The clients try the user name alone first.
    let mut sent = server.credentials();
    sent.retain(|sent| *sent != basic("me", ""));
    assert_eq!(sent, [basic("me", TOKEN)]);
    let is_answered = |request: &Request| request.path() == "/simple/private/" && request.authorization().is_some();
    assert!(server.seen().iter().any(is_answered));
}

#[test]
fn pip_and_uv_get_the_token_as_password() {
    let home = home();
    let (own, other) = (Server::start(index), Server::start(index));
    for client in ["pip", "uv"] {
        home.answer(&format!("configure {client} --host {} --write", own.host()));
    }
    for server in [&own, &other] {
        let url = format!("http://me@{}/simple/", server.host());
        let asked = ["--index-url", &url, "private"];
        let pip = ["-m", "pip", "download", "--no-input", "--disable-pip-version-check", "--no-cache-dir"];
        let output = python(&home).args(pip).args(asked).output().unwrap();
        assert!(text(&output.stderr).contains("private"), "{output:?}");
        let uv = ["pip", "install", "--no-cache", "--target", "packages"];
        let output = home.command(tool("uv")).args(uv).args(asked).output().unwrap();
        assert!(text(&output.stderr).contains("private"), "{output:?}");
    }
    assert_asked(&own);
    assert!(!other.credentials().iter().any(|sent| sent.contains(&basic("me", TOKEN))), "{:?}", other.credentials());
}

#[test]
fn keyring_prints_nothing_for_another_host() {
    let home = home();
    home.answer("profile set default --helper-host a.example.com");
    let run = |words: &str| home.tokcache(&format!("credential keyring {words}"));
    assert_eq!(answer_of(&run("get https://a.example.com/simple me")), TOKEN);
    assert_eq!(answer_of(&run("get a.example.com me")), TOKEN);
    assert_eq!(answer_of(&run("get --mode creds https://a.example.com")), "oauth2\nAT-bob");
    let output = run("get https://b.example.com me");
    assert_eq!((output.status.code(), output.stdout, output.stderr), (Some(1), Vec::new(), Vec::new()));
    let output = run("set https://a.example.com me");
    assert!(!output.status.success() && text(&output.stderr).contains("try: tokcache login"));
}

#[test]
fn npm_gets_the_token_through_exec() {
    let home = home();
    let server = Server::start(|request| match request.authorization() {
        Some("Bearer AT-bob") => {
            Answer::json(&serde_json::json!({ "name": "private", "dist-tags": { "latest": "1.2.3" },
            "versions": { "1.2.3": { "name": "private", "version": "1.2.3" } } }))
        }
        _ => Answer::challenge("Bearer"),
    });
    let lines = format!("registry=http://{0}/\n//{0}/:_authToken=${{ACCESS_TOKEN}}\nfetch-retries=0\n", server.host());
    home.write(".npmrc", lines);
    assert_eq!(home.answer("exec -- npm view private version"), "1.2.3");
}
