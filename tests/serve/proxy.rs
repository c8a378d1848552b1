//! Tests who may use the proxy, what it passes on, and when it requests another token.

use std::os::unix::fs::MetadataExt as _;

use rustix::process::Signal;
use serde_json::json;

use crate::api::{Api, respond};
use crate::endpoint::{Answer, Endpoint, cached_token, request, request_on_socket, signed_in};
use crate::harness::support::root::is_root_or_runs_again;
use crate::harness::{Home, REFRESH_TOKEN, answer_of, output_of};

fn ok(_: usize, _: &crate::api::Received, connection: &mut std::net::TcpStream) {
    respond(connection, "200 OK", "", "fine");
}

/// Starts a server that answers the first request with this, and the others with 200.
fn refusing_first(status: &'static str, challenge: &'static str) -> Api {
    Api::start(move |number, _, connection| match number {
        0 => respond(connection, status, &format!("WWW-Authenticate: {challenge}\r\n"), "refused"),
        _ => respond(connection, "200 OK", "", "fine"),
    })
}

fn start(home: &Home, api: &Api, flags: &[&str]) -> Endpoint {
    Endpoint::proxy(home, &[&["--for", &api.url()], flags].concat())
}

/// Sends a request with the secret in its path.
fn send(proxy: &Endpoint, method: &str, path: &str, headers: &[&str]) -> Answer {
    let secret = proxy.url().split('/').nth(3).expect("a secret");
    let host = format!("Host: {}", proxy.address());
    let headers: Vec<String> = [&[&*host], headers].concat().into_iter().map(str::to_owned).collect();
    request(&proxy.address(), &format!("{method} /{secret}{path}"), &headers)
}

#[test]
fn the_server_gets_the_token_and_only_end_to_end_headers() {
    let (_provider, home) = signed_in();
    let api = Api::start(ok);
    let proxy = start(&home, &api, &[]);

    let headers =
        ["Authorization: Bearer foreign", "Cookie: a=b", "X-Hop: 1", "TE: trailers", "Referer: http://x/secret"];
    let answer = send(&proxy, "GET", "/v1/things?a=%2F", &[&headers[..], &["Connection: x-hop"]].concat());

    assert_eq!((answer.status, answer.body.as_str()), (200, "fine"));
    let received = &api.received()[0];
    assert_eq!(received.line, "GET /v1/things?a=%2F HTTP/1.1");
    assert_eq!(received.token(), cached_token(&home));
    let mut rest = received.headers.clone();
    rest.retain(|(name, _)| name != "authorization");
    rest.sort();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(rest, [pair("cookie", "a=b"), pair("host", api.address()), pair("via", "1.1 tokcache")]);
    assert!(!format!("{answer:?}").contains(&cached_token(&home)));
}

#[test]
fn only_a_program_that_knows_the_secret_gets_through() {
    let (_provider, home) = signed_in();
    let api = Api::start(ok);
    let proxy = start(&home, &api, &[]);
    let secret = proxy.url().split('/').nth(3).expect("a secret");
    let (host, path) = (format!("Host: {}", proxy.address()), format!("GET /{secret}/a"));
    let bearer = format!("Authorization: Bearer {secret}");
    let absolute = format!("GET http://{}/a", api.address());
    let upgrade = [&*host, "Connection: Upgrade", "Upgrade: websocket"];

    for (line, headers, status) in [
        ("GET /a", &[&*host][..], 403),
        ("GET /a", &[&host, "Authorization: Bearer x"], 403),
        (&path, &[&host, "Origin: http://evil.example"], 403),
        (&path, &[&host, "Sec-Fetch-Site: cross-site"], 403),
        (&path, &["Host: evil.example"], 403),
        (&path, &[], 403),
        (&absolute, &[&host, &bearer], 400),
        ("CONNECT api.example.com:443", &[&host, &bearer], 400),
        (&path, &upgrade, 501),
    ] {
        let headers: Vec<String> = headers.iter().map(|header| (*header).to_owned()).collect();
        let answer = request(&proxy.address(), line, &headers);
        assert_eq!(answer.status, status, "{line} {headers:?}: {answer:?}");
    }
    assert!(api.received().is_empty());
    for (line, headers) in [(&*path, vec![host.clone()]), ("GET /a", vec![host, bearer])] {
        assert_eq!(request(&proxy.address(), line, &headers).status, 200, "{line}");
    }
}

#[test]
fn without_a_secret_the_kernel_says_who_asks() {
    let (_provider, home) = signed_in();
    let api = Api::start(ok);
    let proxy = start(&home, &api, &["--no-secret"]);
    assert_eq!(proxy.url(), format!("http://{}/", proxy.address()));
    let ask = |words: &[&str]| {
        let mut command = home.command(words[0]);
        command.args(&words[1..]).args(["curl", "--silent", "--show-error", proxy.url()]);
        String::from_utf8(output_of(&mut command).stdout).expect("text")
    };
    assert_eq!(ask(&["env"]), "fine");
    if is_root_or_runs_again() {
        assert!(ask(&["setpriv", "--reuid", "65534", "--clear-groups"]).contains("another user"));
    }
    let origin = request(&proxy.address(), "GET /", &[format!("Host: {}", proxy.address()), "Origin: x".to_owned()]);
    assert_eq!(origin.status, 403);
}

#[test]
fn a_token_that_the_server_refuses_is_replaced_once() {
    let (provider, home) = signed_in();
    let api = refusing_first("401 Unauthorized", "Bearer error=\"invalid_token\"");
    let proxy = start(&home, &api, &[]);

    let answer = output_of(home.command("curl").args(["--silent", "--data", "the body", &format!("{}a", proxy.url())]));

    assert_eq!(answer_of(&answer), "fine");
    let received = api.received();
    assert_eq!(received.len(), 2);
    assert_ne!(received[0].token(), received[1].token());
    assert_eq!(received[1].token(), cached_token(&home));
    assert!(received.iter().all(|request| request.body == b"the body" && request.line == "POST /a HTTP/1.1"));
    provider.assert_no_sign_in_was_lost();
}

#[test]
fn a_server_that_refuses_every_token_does_not_make_the_proxy_refresh_for_ever() {
    let (provider, home) = signed_in();
    let api =
        Api::start(|_, _, connection| respond(connection, "401 Unauthorized", "WWW-Authenticate: Bearer\r\n", "no"));
    let proxy = start(&home, &api, &[]);
    let before = provider.token_requests(REFRESH_TOKEN);
    for _ in 0..5 {
        let answer = send(&proxy, "GET", "/", &[]);
        assert_eq!((answer.status, answer.body.as_str()), (401, "no"));
        assert!(answer.head.contains("www-authenticate: bearer"), "{answer:?}");
    }
    assert_eq!(provider.token_requests(REFRESH_TOKEN), before + 1);
    assert_eq!(api.received().len(), 6);
}

#[test]
fn a_server_that_refuses_every_second_token_does_not_either() {
    let (provider, home) = signed_in();
    let api = Api::start(|number, _, connection| match number % 2 {
        0 => respond(connection, "401 Unauthorized", "WWW-Authenticate: Bearer\r\n", "no"),
        _ => respond(connection, "200 OK", "", "fine"),
    });
    let proxy = start(&home, &api, &[]);
    let before = provider.token_requests(REFRESH_TOKEN);
    for _ in 0..6 {
        send(&proxy, "GET", "/", &[]);
    }
    assert_eq!(provider.token_requests(REFRESH_TOKEN), before + 1);
}

#[test]
fn a_profile_that_names_hosts_allows_no_other_server() {
    let (_provider, home) = signed_in();
    let api = Api::start(ok);
    home.answer(&["profile", "set", "default", "--host", "api.example.com"]);
    let output = home.tokcache(&["proxy", "--for", &api.url()]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(6) && said.contains("does not allow"), "{said}");
    assert_eq!(api.received().len(), 0);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "no other program is at work")]
fn another_resource_of_a_known_server_does_not_get_the_default_token() {
    let (_provider, home) = signed_in();
    let api = Api::start(ok);
    let profiles =
        home.cache.path().parent().and_then(std::path::Path::parent).expect("a home").join("config/profiles");
    let profile = std::fs::read_to_string(profiles.join("default.toml")).expect("a profile");
    let resource = format!("protected_resource = \"{}/mcp\"\n{profile}", api.url());
    std::fs::write(profiles.join("known.toml"), resource).expect("a profile");
    let output = home.tokcache(&["proxy", "--for", &format!("{}/other", api.url())]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(4) && said.contains("nobody has signed in for"), "{said}");
    assert_eq!(api.received().len(), 0);
}

#[test]
fn a_server_gets_a_further_scope_only_if_the_user_allows_it() {
    const CHALLENGE: &str = "Bearer error=\"insufficient_scope\", scope=\"api.read api.write\"";
    let provider = crate::harness::Provider::start();
    let home = Home::at(&provider);
    let login = home.login(&["--scope", "api.write"], |user_code| provider.approve(user_code));
    answer_of(&login);
    // The token of the sign-in has both scopes.
    home.cache.expire_access_tokens();
    let narrow = ["--scope", "api.read"];

    let api = refusing_first("403 Forbidden", CHALLENGE);
    let proxy = start(&home, &api, &[&narrow[..], &["--allow-scope", "api.write"]].concat());
    assert_eq!(send(&proxy, "GET", "/", &[]).status, 200);
    assert_eq!(send(&proxy, "GET", "/", &[]).status, 200);
    let received = api.received();
    assert_ne!(received[0].token(), received[1].token());
    assert_eq!(received[1].token(), received[2].token(), "the wider token is kept");

    home.cache.expire_access_tokens();
    let api = refusing_first("403 Forbidden", CHALLENGE);
    let proxy = start(&home, &api, &narrow);
    assert_eq!(send(&proxy, "GET", "/", &[]).status, 403);
    assert_eq!(api.received().len(), 1);
    proxy.signal(rustix::process::Signal::TERM);
    let said = String::from_utf8(proxy.end().stderr).expect("text");
    assert!(said.contains("--allow-scope api.write"), "{said}");
}

#[test]
fn a_redirect_is_passed_on_and_leads_back_to_the_proxy() {
    let (_provider, home) = signed_in();
    let api = Api::start(|_, request, connection| {
        let host = request.header("host").expect("a host");
        let target = if request.line.contains("away") { "evil.example" } else { host };
        respond(connection, "302 Found", &format!("Location: http://{target}/next?a=b\r\n"), "");
    });
    let proxy = start(&home, &api, &[]);
    let secret = proxy.url().split('/').nth(3).expect("a secret").to_lowercase();
    let own = send(&proxy, "GET", "/", &[]);
    assert!(own.head.contains(&format!("location: /{secret}/next?a=b\r\n")), "{own:?}");
    let away = send(&proxy, "GET", "/away", &[]);
    assert!(away.head.contains("location: http://evil.example/next?a=b\r\n"), "{away:?}");
    assert_eq!(api.received().len(), 2, "no redirect was followed");
}

#[test]
fn the_proxy_is_for_one_server_with_tls_and_a_token() {
    let (_provider, home) = signed_in();
    for target in ["http://api.example.com", "ftp://api.example.com", "", "https://user@api.example.com"] {
        home.error(2, &["proxy", "--for", target]);
    }
    home.answer(&["clear"]);
    home.error(4, &["proxy", "--for", "api.example.com"]);
}

#[test]
fn a_server_that_cannot_be_reached_is_a_502() {
    let (_provider, home) = signed_in();
    let proxy = Endpoint::proxy(&home, &["--for", "http://127.0.0.1:1"]);
    let answer = send(&proxy, "GET", "/", &[]);
    assert_eq!(answer.status, 502, "{answer:?}");
    assert!(answer.body.contains("127.0.0.1:1"), "{answer:?}");
    home.answer(&["clear"]);
    let answer = send(&proxy, "GET", "/", &[]);
    assert_eq!(answer.status, 502, "{answer:?}");
    assert!(answer.body.contains("try: tokcache login"), "{answer:?}");
}

#[test]
fn a_program_is_started_with_the_address() {
    let (_provider, home) = signed_in();
    let api = Api::start(ok);
    let target = format!("{}/v1", api.url());
    let flags = ["proxy", "--for", &target, "--env", "BASE_URL", "--", "sh", "-c", "curl -s $BASE_URL/x; exit 4"];
    let output = home.tokcache(&flags);
    assert_eq!((output.status.code(), output.stdout), (Some(4), b"fine".to_vec()));
    assert_eq!(api.received()[0].line, "GET /v1/x HTTP/1.1");
}

#[test]
fn the_signal_that_ends_the_program_is_in_the_exit_status() {
    let (_provider, home) = signed_in();
    let api = Api::start(ok);
    let target = api.url();
    let output = home.tokcache(&["proxy", "--for", &target, "--env", "BASE_URL", "--", "sh", "-c", "kill -KILL $$"]);
    assert_eq!(output.status.code(), Some(137), "{output:?}");
}

/// Without a secret: the mode of the socket and the kernel decide who may use it.
#[test]
fn a_socket_is_for_the_user_alone_and_ends_with_the_proxy() {
    let (_provider, home) = signed_in();
    let api = Api::start(ok);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("proxy.sock");
    let proxy = start(&home, &api, &["--socket", path.to_str().expect("text")]);
    let ask = |headers: &[&str]| {
        let headers: Vec<_> = headers.iter().map(|header| (*header).to_owned()).collect();
        request_on_socket(&path, "GET /a", &headers)
    };
    assert_eq!(std::fs::metadata(&path).expect("a socket").mode() & 0o777, 0o600);
    let answer = ask(&["Host: localhost"]);
    assert_eq!((answer.status, answer.body.as_str()), (200, "fine"));
    assert_eq!(api.received()[0].token(), cached_token(&home));
    assert_eq!(ask(&["Host: localhost", "Origin: https://evil.example"]).status, 403);
    assert_eq!(ask(&["Host: evil.example"]).status, 403);
    if is_root_or_runs_again() {
        // Another user that may connect is refused all the same.
        for path in [folder.path(), &path] {
            let command = home.command("chmod").args(["a+rwx"]).arg(path).status().expect("chmod");
            assert!(command.success());
        }
        let mut stranger = home.command("setpriv");
        stranger.args(["--reuid", "65534", "--clear-groups", "curl", "--silent", "--unix-socket"]);
        let said = output_of(stranger.arg(&path).arg("http://localhost/a"));
        assert!(String::from_utf8_lossy(&said.stdout).contains("another user"), "{said:?}");
    }
    assert_eq!(api.received().len(), 1);
    proxy.signal(Signal::TERM);
    proxy.end();
    assert!(!path.exists());
}

/// A provider that answers late: the proxy waits for the new refresh token.
#[test]
fn a_time_limit_and_a_signal_end_the_proxy_which_saves_a_refresh_first() {
    let (provider, home) = signed_in();
    let api = Api::start(ok);
    let proxy = start(&home, &api, &["--duration", "1s"]);
    assert_eq!(send(&proxy, "GET", "/", &[]).status, 200);
    let output = proxy.end();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("time limit"), "{output:?}");

    let proxy = start(&home, &api, &[]);
    home.cache.expire_access_tokens();
    provider.order_fault(json!({ "held": true, "carried_out": true }));
    let mut curl = home.command("curl").args(["--silent", proxy.url()]).spawn().expect("curl");
    provider.wait_until_it_holds_one();
    proxy.signal(Signal::TERM);
    provider.heal();
    assert_eq!(proxy.end().status.code(), Some(143));
    curl.wait().expect("a child");
    assert!(!cached_token(&home).is_empty());
    provider.assert_no_sign_in_was_lost();
}
