//! `tokcache proxy` for a server with TLS.

use std::sync::atomic::{AtomicBool, Ordering};

use tokcache_testing::servers::Certificates;

use crate::endpoint::{Endpoint, cached_token, signed_in};
use crate::harness::support::server::{Answer, Server};
use crate::harness::{Home, answer_of, output_of};

fn ask(home: &Home, proxy: &Endpoint) -> String {
    let mut curl = home.command("curl");
    curl.args(["--silent", "--show-error", "--noproxy", "*", "--write-out", " %{http_code}"]).arg(proxy.url());
    answer_of(&output_of(&mut curl))
}

#[test]
fn a_server_whose_certificate_is_trusted_gets_the_token_and_a_new_one_if_it_refuses_that() {
    let (provider, home) = signed_in();
    let certificates = Certificates::generate();
    let has_refused = AtomicBool::new(false);
    let server = Server::start_tls(&certificates, move |request| match request.authorization() {
        Some(_) if has_refused.swap(true, Ordering::Relaxed) => Answer::ok("text/plain", "fine"),
        _ => Answer::challenge("Bearer error=\"invalid_token\""),
    });
    let authorities =
        [provider.ca_file(), certificates.file("ca.pem")].map(|file| std::fs::read_to_string(file).unwrap());
    let authorities = home.write("authorities.pem", &authorities.join("\n"));
    let refused = cached_token(&home);
    let url = format!("https://localhost:{}", server.port);
    let proxy = Endpoint::proxy(&home, &["--for", &url, "--ca-file", &authorities]);

    assert_eq!(ask(&home, &proxy), "fine 200");

    let sent: Vec<_> = server.seen().iter().map(|request| request.authorization().map(str::to_owned)).collect();
    assert_eq!(sent, [refused, cached_token(&home)].map(|token| Some(format!("Bearer {token}"))));
    provider.assert_no_sign_in_was_lost();
}

#[test]
fn a_server_whose_certificate_is_not_trusted_gets_nothing() {
    let (_provider, home) = signed_in();
    let server = Server::start_tls(&Certificates::generate(), |_| Answer::ok("text/plain", "fine"));
    let proxy = Endpoint::proxy(&home, &["--for", &format!("https://localhost:{}", server.port)]);
    let answer = ask(&home, &proxy);
    assert!(answer.ends_with(" 502") && answer.contains("certificate"), "{answer}");
    assert!(server.seen().is_empty());
}
