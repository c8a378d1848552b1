//! Faults of the proxy, the certificates, the provider and the clock that `doctor` finds.

use std::time::Duration;

use serde_json::Value;

use crate::doctor::{examined, found, healthy};
use crate::support::provider::{Provider, generous};

const ELSEWHERE: &str = "--authority https://id.example.com --client-id app --timeout 5s";

#[test]
fn a_provider_that_cannot_be_reached_is_found_and_offline_leaves_it_out() {
    let home = healthy();
    let (status, findings) = examined(&home, "");
    let command = found(&findings, "provider", "problem", "cannot reach 127.0.0.1:1");
    assert_eq!((status, command.as_str()), (5, "curl -v http://127.0.0.1:1/tenant"));
    found(&findings, "sign-in", "ok", "an access token is valid");
    let (status, findings) = examined(&home, "--offline");
    assert_eq!(status, 0, "{findings:#?}");
    assert!(findings.iter().all(|finding| finding["check"] != "provider" && finding["check"] != "clock"));
}

/// Returns the exit status and the findings at a server that answers every request like this.
pub(crate) fn at_provider(status: u16, body: &'static str) -> (i32, Vec<Value>) {
    let home = healthy();
    let server = tiny_http::Server::http("127.0.0.1:0").unwrap();
    home.use_provider(&format!("http://{}", server.server_addr()));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for request in server.incoming_requests() {
                let _ = request.respond(tiny_http::Response::from_string(body).with_status_code(status));
            }
        });
        let examination = examined(&home, "");
        server.unblock();
        examination
    })
}

#[test]
fn a_server_that_is_no_provider_is_found() {
    // The profile has saved one of two endpoints that its flow needs.
    let (status, findings) = at_provider(404, "");
    found(&findings, "provider", "problem", "");
    assert_eq!(status, 3, "{findings:#?}");
}

#[test]
fn an_endpoint_that_the_flow_needs_and_the_provider_lacks_is_found() {
    let home = healthy();
    let provider = Provider::start_without(&["authorization_endpoint"], generous);
    home.use_provider(&provider.address());
    assert_eq!(examined(&home, "").0, 0);
    let (status, findings) = examined(&home, "--flow browser");
    let command = found(&findings, "provider", "problem", "authorization_endpoint");
    assert!(status == 3 && command.contains("login") && command.contains("--authorization-endpoint URL"), "{command}");
}

#[test]
fn a_clock_that_differs_from_the_provider_s_is_found() {
    let home = healthy();
    for (by, is_fault) in [(30, false), (600, true)] {
        let provider = Provider::start_behind(Duration::from_secs(by), generous);
        let other = healthy();
        other.use_provider(&provider.address());
        let (status, findings) = examined(&other, "");
        match is_fault {
            true => {
                let command = found(&findings, "clock", "warning", "10 min ahead of the provider's");
                assert_eq!((status, command.as_str()), (3, "timedatectl set-ntp true"));
            }
            false => {
                found(&findings, "clock", "ok", "agrees");
                assert_eq!(status, 0, "{findings:#?}");
            }
        }
    }
    drop(home);
}

#[test]
fn a_proxy_that_cannot_be_used_or_reached_is_found_without_its_password() {
    let mut home = healthy();
    home.set("https_proxy", "gopher://me:canary@x y");
    let (status, findings) = examined(&home, ELSEWHERE);
    let command = found(&findings, "proxy", "problem", "is not the URL of a proxy");
    assert!(status == 3 && command.starts_with("unset https_proxy"), "{command}");
    assert!(findings.iter().all(|finding| finding["check"] != "provider"), "no request can be sent: {findings:#?}");

    home.set("https_proxy", "http://me:canary@127.0.0.1:1");
    let (status, findings) = examined(&home, ELSEWHERE);
    found(&findings, "proxy", "ok", "127.0.0.1:1");
    found(&findings, "provider", "problem", "through the proxy 127.0.0.1:1");
    assert_eq!(status, 5, "{findings:#?}");
}

#[test]
fn certificates_that_cannot_be_used_are_found_without_a_request() {
    let mut home = healthy();
    let offline = format!("{ELSEWHERE} --offline");
    let (status, findings) = examined(&home, &format!("{offline} --ca-file {}", home.path("none.pem").display()));
    let command = found(&findings, "certificates", "problem", "cannot read the CA file");
    assert!(status == 3 && command.contains("--ca-file PATH"), "{command}");

    home.write("empty.pem", "");
    home.set("TOKCACHE_CA_FILE", home.path("empty.pem"));
    let (status, findings) = examined(&home, &offline);
    let command = found(&findings, "certificates", "problem", "holds no certificate");
    assert_eq!((status, command.as_str()), (3, "unset TOKCACHE_CA_FILE"));

    home.set("TOKCACHE_CA_FILE", "");
    home.set("SSL_CERT_FILE", home.path("none.pem"));
    let (status, findings) = examined(&home, &offline);
    found(&findings, "certificates", "problem", "no trusted certificates");
    assert_eq!(status, 3);

    home.set("SSL_CERT_FILE", "");
    let (_, findings) = examined(&home, &offline);
    found(&findings, "certificates", "ok", "");
    let http: Vec<&Value> = findings.iter().filter(|finding| finding["check"] == "certificates").collect();
    assert_eq!(http.len(), 1);
}
