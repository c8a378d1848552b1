//! The contract of the endpoint, and who is refused.

use std::os::unix::fs::PermissionsExt as _;
use std::thread;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::endpoint::{Endpoint, FOR_SCOPE, cached_token, request, request_on_socket, signed_in, token_path};
use crate::harness::support::root::is_root_or_runs_again;
use crate::harness::{Home, Provider, REFRESH_TOKEN, SCOPE, output_of};

const HERD: usize = 50;

#[test]
fn a_program_gets_the_token_of_the_cache_in_the_form_of_app_service() {
    let (_provider, home) = signed_in();
    let endpoint = Endpoint::serve(&home, &[]);

    let answer = endpoint.token(SCOPE);

    assert_eq!(answer.access_token(), cached_token(&home));
    let token = answer.json();
    assert_eq!((&token["token_type"], &token["resource"]), (&json!("Bearer"), &json!(SCOPE)));
    assert_eq!(token["client_id"], "e2e-app");
    let printed: Value = serde_json::from_str(&home.answer(&["token", "--scope", SCOPE, "-o", "json"])).expect("JSON");
    assert_eq!(token["expires_on"], printed["expires_on"].to_string());
    assert!(!answer.body.contains(&home.cache.refresh_token()));
    assert!(answer.head.contains("cache-control: no-store"), "{answer:?}");
    assert_eq!(home.token(&[]), answer.access_token());
}

#[test]
fn a_request_that_is_not_a_program_s_own_gets_no_token() {
    let (_provider, home) = signed_in();
    let endpoint = Endpoint::serve(&home, &[]);
    let token = cached_token(&home);
    let [host, secret] = endpoint.headers().try_into().expect("two headers");
    let get = format!("GET {}", token_path(SCOPE));
    let absolute = format!("GET http://{}{}", endpoint.address(), token_path(SCOPE));
    let wrong = format!("{secret}x");

    for (line, headers, status) in [
        (&*get, vec![&*host], 401),
        (&get, vec![&host, &wrong], 401),
        (&get, vec![&host, "X-IDENTITY-HEADER: "], 401),
        (&get, vec![&host, &secret, "Origin: http://evil.example"], 403),
        (&get, vec![&host, &secret, "Origin: null"], 403),
        (&get, vec![&host, &secret, "Sec-Fetch-Site: same-origin"], 403),
        (&get, vec!["Host: evil.example", &secret], 403),
        (&get, vec!["Host: 127.0.0.1", &secret], 403),
        (&get, vec![&secret], 403),
        (&get, vec![&host, &host, &secret], 403),
        (&absolute, vec!["Host: evil.example", &secret], 403),
        ("GET /other", vec![&host, &secret], 404),
        ("GET /msi/token?api-version=2018-02-01&resource=api.read", vec![&host, &secret], 400),
        ("GET /msi/token?api-version=2019-08-01", vec![&host, &secret], 400),
        ("GET /msi/token?api-version=2019-08-01&resource=api.write", vec![&host, &secret], 403),
        ("GET /msi/token?api-version=2019-08-01&resource=api.read&resource=api.read", vec![&host, &secret], 400),
        ("POST /msi/token?api-version=2019-08-01&resource=api.read", vec![&host, &secret], 405),
    ] {
        let headers: Vec<String> = headers.into_iter().map(str::to_owned).collect();
        let answer = request(&endpoint.address(), line, &headers);
        assert_eq!(answer.status, status, "{line} {headers:?}: {answer:?}");
        assert_eq!(answer.json()["statusCode"], status, "{answer:?}");
        assert!(!answer.body.contains(&token) && !answer.body.contains("access_token"), "{answer:?}");
    }
    assert_eq!(endpoint.token(SCOPE).access_token(), token);
}

#[test]
fn another_user_is_refused_even_with_the_secret() {
    if !is_root_or_runs_again() {
        return;
    }
    let (_provider, home) = signed_in();
    let endpoint = Endpoint::serve(&home, &[]);
    let url = format!("http://{}{}", endpoint.address(), token_path(SCOPE));
    let ask = |words: &[&str]| {
        let mut command = home.command(words[0]);
        command.args(&words[1..]).args(["curl", "--silent", "--show-error", "--header"]);
        String::from_utf8(output_of(command.args([&endpoint.headers()[1], &url])).stdout).expect("text")
    };

    let stranger = ask(&["setpriv", "--reuid", "65534", "--clear-groups"]);
    let own = ask(&["env"]);

    assert!(stranger.contains("another user") && !stranger.contains("access_token"), "{stranger}");
    assert!(own.contains(&cached_token(&home)), "{own}");
}

#[test]
fn only_what_is_listed_is_served() {
    let (provider, home) = signed_in();
    let endpoint = Endpoint::serve(&home, &["--scope", SCOPE, "--scope", "openid"]);
    let asked = provider.requests();
    let refused = endpoint.token("profile");
    assert_eq!(refused.status, 403);
    let message = refused.json()["message"].to_string();
    assert!(message.contains("--resource profile"), "{message}");
    assert_eq!(provider.requests(), asked);
    assert_eq!(endpoint.token(SCOPE).access_token(), cached_token(&home));
}

#[test]
fn fifty_requests_at_once_on_an_expired_token_refresh_it_once() {
    let (provider, home) = signed_in();
    let endpoint = Endpoint::serve(&home, &FOR_SCOPE);
    let old = endpoint.token(SCOPE).access_token();
    home.cache.expire_access_tokens();
    let before = provider.token_requests(REFRESH_TOKEN);

    let tokens: Vec<String> = thread::scope(|scope| {
        let herd: Vec<_> = (0..HERD).map(|_| scope.spawn(|| endpoint.token(SCOPE).access_token())).collect();
        herd.into_iter().map(|thread| thread.join().expect("an answer")).collect()
    });

    assert!(tokens.iter().all(|token| *token == tokens[0] && *token != old));
    assert_eq!(provider.token_requests(REFRESH_TOKEN), before + 1);
    provider.assert_no_sign_in_was_lost();
}

#[test]
fn a_provider_that_is_down_is_a_503_until_it_is_back() {
    let (provider, home) = signed_in();
    let endpoint = Endpoint::serve(&home, &["--timeout", "2s"]);
    home.cache.expire_access_tokens();
    provider.order_fault(
        json!({ "times": null, "answer": { "status": 503, "headers": { "retry-after": "7" }, "body": "" } }),
    );

    let answer = endpoint.token(SCOPE);

    assert_eq!(answer.status, 503, "{answer:?}");
    assert!(answer.head.contains("\r\nretry-after: 7"), "{answer:?}");
    assert!(answer.json()["message"].to_string().contains("503"), "{answer:?}");
    provider.assert_no_sign_in_was_lost();
}

#[test]
fn after_a_sign_out_nothing_is_served_and_the_command_to_sign_in_is_named() {
    let (_provider, home) = signed_in();
    let endpoint = Endpoint::serve(&home, &[]);
    assert_eq!(endpoint.token(SCOPE).status, 200);
    home.answer(&["clear"]);

    let answer = endpoint.token(SCOPE);

    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(answer.json()["message"].to_string().contains("try: tokcache login"), "{answer:?}");
    endpoint.signal(Signal::TERM);
    let said = String::from_utf8(endpoint.end().stderr).expect("text");
    assert!(said.contains("error: ") && said.contains("\n  try: tokcache login"), "{said}");
}

#[test]
fn without_a_sign_in_there_is_no_endpoint() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let error = home.error(4, &["serve", "--scope", SCOPE]);
    assert!(error["command"].as_str().is_some_and(|command| command.starts_with("tokcache login")), "{error}");
    let error = home.error(2, &["serve"]);
    assert!(error["message"].as_str().is_some_and(|message| message.contains("no scope")), "{error}");
}

#[test]
fn a_unix_socket_is_for_this_user_and_is_deleted_at_the_end() {
    let (_provider, home) = signed_in();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("socket");
    let endpoint = Endpoint::serve(&home, &["--socket", path.to_str().expect("text")]);
    let secret = format!("X-IDENTITY-HEADER: {}", endpoint.variable("IDENTITY_HEADER"));
    let ask = |host: &str, secret: &str| {
        let line = format!("GET {}", token_path(SCOPE));
        request_on_socket(&path, &line, &[format!("Host: {host}"), secret.to_owned()])
    };

    assert_eq!(std::fs::metadata(&path).expect("a socket").permissions().mode() & 0o777, 0o600);
    assert_eq!(ask("localhost", &secret).access_token(), cached_token(&home));
    assert_eq!(ask("localhost", "X-IDENTITY-HEADER: x").status, 401);
    assert_eq!(ask("evil.example", &secret).status, 403);
    let second = home.error(3, &["serve", "--socket", path.to_str().expect("text")]);
    assert!(second["message"].as_str().is_some_and(|message| message.contains("another process")), "{second}");
    endpoint.signal(Signal::INT);
    assert_eq!(endpoint.end().status.code(), Some(130));
    assert!(!path.exists());
}
