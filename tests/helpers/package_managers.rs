//! The real pip and uv, which run `keyring`, and npm, which reads a variable.

use std::path::Path;

use crate::server::{Answer, Request, Server};
use crate::support::home::Home;
use crate::support::{answer_of, text};
use crate::{TOKEN, basic, home, python, tool};

/// Returns a wheel with one module.
fn wheel(home: &Home) -> Vec<u8> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/helpers/wheel.py");
    answer_of(&python(home).arg(program).output().unwrap());
    std::fs::read(home.path("wheel.zip")).unwrap()
}

/// Answers as a package index that demands a password.
fn index(request: &Request, wheel: &[u8]) -> Answer {
    if request.authorization() != Some(&basic("me", TOKEN)) {
        return Answer::challenge("Basic realm=\"index\"");
    }
    match request.path() {
        "/simple/private/" => {
            let name = "private-1.0-py3-none-any.whl";
            Answer::ok("text/html", format!("<html><body><a href=\"/files/{name}\">{name}</a></body></html>"))
        }
        "/files/private-1.0-py3-none-any.whl" => Answer::ok("application/zip", wheel),
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
    let wheel = wheel(&home);
    let start = || {
        let wheel = wheel.clone();
        Server::start(move |request| index(request, &wheel))
    };
    let (own, other) = (start(), start());
    for client in ["pip", "uv"] {
        home.answer(&format!("configure {client} --host {} --write", own.host()));
    }
    for server in [&own, &other] {
        let url = format!("http://me@{}/simple/", server.host());
        let asked = ["--index-url", &url, "private"];
        let pip = [
            "-m",
            "pip",
            "install",
            "--no-input",
            "--disable-pip-version-check",
            "--no-cache-dir",
            "--target",
            "of-pip",
        ];
        let mut pip = {
            let mut command = python(&home);
            command.args(pip).args(asked);
            command
        };
        let mut uv = home.command(tool("uv"));
        uv.args(["pip", "install", "--no-cache", "--target", "of-uv"]).args(asked);
        for (client, folder) in [(&mut pip, "of-pip"), (&mut uv, "of-uv")] {
            let output = client.output().unwrap();
            let is_own = server.port == own.port;
            assert_eq!(output.status.success(), is_own, "{output:?}");
            assert_eq!(home.path(folder).join("private.py").exists(), is_own, "{output:?}");
            let _ = std::fs::remove_dir_all(home.path(folder));
        }
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
    home.write(".npmrc", format!("registry=http://{}/\nfetch-retries=0\n", server.host()));
    let said = text(&home.tokcache(&format!("configure npm --host {} --write", server.host())).stderr);
    assert!(said.contains("tokcache exec --profile default --env NPM_TOKEN_DEFAULT -- npm install"), "{said}");
    assert_eq!(home.answer("exec --profile default --env NPM_TOKEN_DEFAULT -- npm view private version"), "1.2.3");
    home.answer(&format!("unconfigure npm --host {} --write", server.host()));
    assert!(
        !home.tokcache("exec --profile default --env NPM_TOKEN_DEFAULT -- npm view private version").status.success()
    );
}
