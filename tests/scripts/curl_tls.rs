//! `tokcache curl` over TLS.

use std::process::Output;

use tokcache_testing::servers::Certificates;

use crate::api::Api;
use crate::support::home::Home;
use crate::support::server::{Answer, Server};
use crate::support::{answer_of, failure_of, text};

fn curl(home: &Home, arguments: &[&str]) -> Output {
    home.program("curl").args(arguments).output().unwrap()
}

#[test]
fn only_a_trusted_server_gets_the_token_and_no_redirect_leads_from_https_to_http() {
    let (home, plain) = (Home::signed_in(), Api::start());
    let (certificates, redirected) = (Certificates::generate(), plain.url("/"));
    let api = Server::start_tls(&certificates, move |request| match request.path() {
        "/http" => {
            let headers = vec![("Location".to_owned(), redirected.clone())];
            Answer { status: 302, headers, body: Vec::new() }
        }
        _ => Answer::ok("text/plain", request.authorization().unwrap_or_default()),
    });
    let url = |path: &str| format!("https://localhost:{}{path}", api.port);
    let authority = certificates.file("ca.pem");
    let authority = authority.to_str().unwrap();
    let seen = || api.seen().len();

    assert_eq!(answer_of(&curl(&home, &["-sS", "--cacert", authority, &url("/")])), "Bearer AT-bob");
    let untrusted = curl(&home, &["-sS", &url("/")]);
    assert_eq!((untrusted.status.code(), seen()), (Some(60), 1), "{}", text(&untrusted.stderr));
    assert_eq!(answer_of(&curl(&home, &["-sSk", &url("/")])), "Bearer AT-bob", "on this machine");
    let elsewhere = curl(&home, &["-sSk", &url("/").replace("localhost", "localhost.example.com")]);
    assert!(failure_of(2, &elsewhere).contains("--insecure could send the token to anybody"));

    let redirected = curl(&home, &["-sSL", "--cacert", authority, &url("/http")]);
    assert_eq!(redirected.status.code(), Some(1), "{}", text(&redirected.stderr));
    assert_eq!((seen(), plain.seen().len()), (3, 0));
}
