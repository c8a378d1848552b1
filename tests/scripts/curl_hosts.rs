//! The hosts that `tokcache curl` sends the token to.

use std::net::Ipv4Addr;
use std::process::Output;

use crate::api::Api;
use crate::support::home::Home;
use crate::support::{answer_of, failure_of};

fn curl(home: &Home, arguments: &[&str]) -> Output {
    home.program("curl").args(arguments).output().unwrap()
}

/// Redirects to another host, to another port of the same host, and to the same host.
#[test]
fn a_redirect_to_another_host_or_port_does_not_have_the_token() {
    let home = Home::signed_in();
    let target = || Api::answering(|_| (200, Vec::new(), "target".to_owned()));
    let (elsewhere, other_port) = (Api::at(Ipv4Addr::new(127, 0, 0, 2), |_| (200, vec![], "target".into())), target());
    let locations = [elsewhere.url("/"), other_port.url("/"), "/same".to_owned()];
    let api = Api::answering(move |seen| match seen.path.trim_start_matches('/').parse::<usize>() {
        Ok(number) => (302, vec![("Location", locations[number].clone())], "moved".to_owned()),
        Err(_) => (200, Vec::new(), "same".to_owned()),
    });
    for (path, expected) in [("/0", "target"), ("/1", "target"), ("/2", "same")] {
        for more in [&[][..], &["-D", "headers"]] {
            let url = api.url(path);
            assert_eq!(answer_of(&curl(&home, &[&["-sSL", &url], more].concat())), expected, "{path}");
        }
    }
    assert_eq!(elsewhere.tokens(), [""; 2]);
    assert_eq!(other_port.tokens(), [""; 2]);
    assert_eq!(api.tokens(), ["AT-bob"; 8]);
    // A redirect is followed only if the user says so.
    assert_eq!(answer_of(&curl(&home, &["-sS", &api.url("/0")])), "moved");
    assert_eq!(elsewhere.seen().len(), 2);
}

#[test]
fn plain_http_is_for_this_machine_only_and_goes_through_no_proxy() {
    let (mut home, api, proxy) = (Home::signed_in(), Api::start(), Api::start());
    for url in ["http://192.0.2.1/", "http://localhost.example.com/", "ftp://127.0.0.1/", "127.0.0.1", "https://u@h/"] {
        let output = curl(&home, &["-sS", url]);
        assert!(failure_of(2, &output).contains(&format!("the token is not sent to {url}")) || url.contains('@'));
    }
    home.set("http_proxy", proxy.url(""));
    home.set("all_proxy", proxy.url(""));
    assert_eq!(answer_of(&curl(&home, &["-sS", &api.url("/")])), "Bearer AT-bob");
    assert_eq!(answer_of(&curl(&home, &["-sS", "-x", &proxy.url(""), &api.url("/")])), "Bearer AT-bob");
    assert!(proxy.seen().is_empty());
}

#[test]
fn a_profile_that_names_hosts_allows_no_other() {
    let (home, api) = (Home::signed_in(), Api::start());
    let url = api.url("/");
    home.answer("profile set --host api.example.com --host *.example.org");
    let message = failure_of(6, &curl(&home, &["-sS", &url]));
    let remedy = format!(
        "try: tokcache profile set default --host api.example.com --host '*.example.org' --host {}",
        api.host()
    );
    assert!(message.contains(&remedy), "{message}");
    // Each URL counts.
    failure_of(6, &curl(&home, &["-sS", "https://api.example.com/", "--url", "https://api.example.com:1/"]));
    failure_of(6, &curl(&home, &["-sS", "http://localhost:80/"]));
    assert!(api.seen().is_empty());

    home.answer(&format!("profile set --host {}", api.host()));
    assert_eq!(answer_of(&curl(&home, &["-sS", &url])), "Bearer AT-bob");
    home.answer("profile set --no-host");
    assert!(!home.answer("profile show").contains("hosts"));
    assert_eq!(answer_of(&curl(&home, &["-sS", &url])), "Bearer AT-bob");
}
