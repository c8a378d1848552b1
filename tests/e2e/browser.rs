//! Tests `tokcache login --browser`: a real provider, and a program in the place of the browser.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use rustix::process::Signal;
use serde_json::json;

use crate::harness::{
    Home, LOGIN, Provider, REFRESH_TOKEN, SCOPE, end_of, in_wsl, output_of, put_program, signal, source, wait_until,
};

const AUTHORIZATION_CODE: &str = "authorization_code";

/// The variables by which a machine says that it has a screen or none.
const SCREENS: [&str; 4] = ["BROWSER", "DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION"];

/// Returns `tokcache` with a browser in which this person signs in. The last page is saved in `page`.
fn tokcache(home: &Home, person: &str, arguments: &[&str]) -> Command {
    let mut command = home.command(env!("CARGO_BIN_EXE_tokcache"));
    let (program, page) = (source("provider/open.mjs"), page_of(home));
    command.env("BROWSER", format!("node {} {person} {}", program.display(), page.display()));
    command.args(arguments);
    command
}

fn page_of(home: &Home) -> std::path::PathBuf {
    home.cache.path().with_file_name("page.html")
}

fn page(home: &Home) -> String {
    wait_until("the last page of the browser", || page_of(home).exists());
    std::fs::read_to_string(page_of(home)).expect("a page")
}

const LOGIN_BROWSER: [&str; 4] = ["login", "--browser", "--scope", SCOPE];

#[test]
fn a_person_signs_in_with_the_browser_and_the_profile_remembers_the_way() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let output = output_of(&mut tokcache(&home, LOGIN, &LOGIN_BROWSER));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("If no page opens, open this one:") && said.contains("Signed in as"), "{said}");
    assert!(page(&home).contains("You are signed in as <strong>alice@example.com</strong>"), "{}", page(&home));
    assert!(home.profile().contains("flow = \"browser\""), "{}", home.profile());
    home.token(&[]);
    home.token(&["--force-refresh"]);
    assert_eq!((provider.token_requests(AUTHORIZATION_CODE), provider.token_requests(REFRESH_TOKEN)), (1, 1));

    let output = output_of(&mut tokcache(&home, LOGIN, &["login"]));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(provider.token_requests(AUTHORIZATION_CODE), 2, "the profile says how");
}

#[test]
fn every_kind_of_loopback_address_is_a_redirect_uri() {
    let provider = Provider::start();
    for uri in ["http://localhost/back", "http://[::1]/back"] {
        if uri.contains("::") && TcpStream::connect("[::1]:9").is_err_and(|error| error.raw_os_error() == Some(99)) {
            continue;
        }
        let home = Home::at(&provider);
        let arguments = [&LOGIN_BROWSER[..], &["--redirect-uri", uri]].concat();
        let output = output_of(&mut tokcache(&home, LOGIN, &arguments));
        assert!(output.status.success(), "{uri}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(home.profile().contains(&format!("redirect_uri = \"{uri}\"")), "{}", home.profile());
    }
}

#[test]
fn a_request_is_pushed_if_the_provider_or_the_person_demands_it() {
    for (settings, flags) in [(json!({ "require_par": true }), &[][..]), (json!({}), &["--par"])] {
        let provider = Provider::start_with(settings);
        let home = Home::at(&provider);
        for arguments in [&[&LOGIN_BROWSER[..], flags].concat()[..], &["login"]] {
            let output = output_of(&mut tokcache(&home, LOGIN, arguments));
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{said}");
            assert!(said.contains("request_uri=urn") && !said.contains("state="), "{said}");
        }
        assert_eq!(provider.token_requests(AUTHORIZATION_CODE), 2);
    }
}

#[test]
fn the_browser_posts_a_form_if_it_is_asked_to() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let output =
        output_of(&mut tokcache(&home, LOGIN, &[&LOGIN_BROWSER[..], &["--response-mode", "form_post"]].concat()));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("response_mode=form_post"), "{said}");
    assert!(page(&home).contains("You are signed in as"), "{}", page(&home));
    assert!(home.profile().contains("response_mode = \"form_post\""), "{}", home.profile());
}

#[test]
fn a_person_who_refuses_is_said_so_in_the_terminal_and_in_the_browser() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let output = output_of(&mut tokcache(&home, "refuses", &LOGIN_BROWSER));
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(6), "{said}");
    assert!(said.contains("access_denied"), "{said}");
    assert!(page(&home).contains("<h1>Not signed in</h1>"), "{}", page(&home));
    assert!(!home.cache.path().exists(), "nothing is saved");
}

#[test]
fn a_spoiled_answer_signs_nobody_in_and_the_next_sign_in_succeeds() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let unavailable = [json!({ "status": 500 }), json!("lost"), json!("truncated")].map(|answer| (5, answer));
    // At the first contact, the address may be wrong.
    let wrong = [json!("garbage"), json!("html")].map(|answer| (3, answer));
    for (exit, answer) in unavailable.into_iter().chain(wrong) {
        provider.order_fault(json!({ "grant_type": AUTHORIZATION_CODE, "times": null, "answer": answer }));
        let arguments = [&LOGIN_BROWSER[..], &["--timeout", "2s"]].concat();
        let output = output_of(&mut tokcache(&home, LOGIN, &arguments));
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(exit), "{answer}: {said}");
        assert!(!home.cache.path().exists(), "{answer}");
        provider.heal();
    }
    let output = output_of(&mut tokcache(&home, LOGIN, &LOGIN_BROWSER));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A login that waits for a person, with the address that it has printed.
pub(crate) struct Waiting {
    login: Child,
    errors: BufReader<std::process::ChildStderr>,
    pub(crate) url: String,
}

impl Waiting {
    pub(crate) fn start(home: &Home, further: &[&str]) -> Waiting {
        let arguments = [&["login", "--no-browser", "--scope", SCOPE], further].concat();
        let mut login = home.start(&arguments);
        let mut errors = BufReader::new(login.stderr.take().expect("its errors are piped"));
        let mut line = String::new();
        while !line.trim().starts_with("http") {
            line.clear();
            assert_ne!(errors.read_line(&mut line).expect("text"), 0, "no address");
        }
        Waiting { login, errors, url: line.trim().to_owned() }
    }

    /// Sends a request to the redirect URI, and returns the status.
    fn request(&self, path: &str) -> String {
        let decoded = self.url.replace("%3A", ":").replace("%2F", "/");
        let uri = decoded.split("redirect_uri=http://").nth(1).expect("a redirect URI");
        let host = uri.split('/').next().expect("a host").to_owned();
        let mut stream = TcpStream::connect(&host).expect("the listener");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n").expect("a request");
        let mut response = String::new();
        stream.read_to_string(&mut response).expect("a response");
        response.split(' ').nth(1).expect("a status").to_owned()
    }

    /// Signs the person in.
    fn approve(&self, home: &Home) {
        let mut browser = home.command("node");
        browser.arg(source("provider/open.mjs")).args([LOGIN.as_ref(), page_of(home).as_os_str()]).arg(&self.url);
        let output = output_of(&mut browser);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let mut said = String::new();
        self.errors.read_to_string(&mut said).expect("text");
        (end_of(self.login).status.code(), said)
    }
}

#[test]
fn requests_of_others_are_refused_and_the_sign_in_goes_on() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let waiting = Waiting::start(&home, &[]);
    let state = waiting.url.split("state=").nth(1).and_then(|rest| rest.split('&').next()).expect("a state").to_owned();
    for (path, status) in [
        ("/favicon.ico".to_owned(), "404"),
        ("/callback?code=stolen&state=guessed".to_owned(), "400"),
        ("/callback?code=stolen".to_owned(), "400"),
        (format!("/callback?code=mixed-up&state={state}&iss=https%3A%2F%2Fevil.example.com"), "400"),
        (format!("/callback?code=twice&code=twice&state={state}"), "400"),
        ("/callback?error=access_denied&state=guessed".to_owned(), "400"),
    ] {
        assert_eq!(waiting.request(&path), status, "{path}");
    }
    assert_eq!(provider.token_requests(AUTHORIZATION_CODE), 0, "no code of another was sent anywhere");
    waiting.approve(&home);
    let (status, said) = waiting.end();
    assert_eq!(status, Some(0), "{said}");
    assert!(!said.contains("stolen") && !said.contains("mixed-up"), "{said}");
}

/// Starts a second login beside one that waits, lets the first one succeed, and returns what the second one says.
fn second_login(provider: &Provider, further: &[&str]) -> String {
    let home = Home::at(provider);
    let first = Waiting::start(&home, &[]);
    let mut second = tokcache(&home, LOGIN, &[&LOGIN_BROWSER[..], further].concat());
    let mut second = second.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().expect("tokcache");
    let mut errors = BufReader::new(second.stderr.take().expect("its errors are piped"));
    let mut said = String::new();
    while !said.contains("is signing in with this profile") {
        assert_ne!(errors.read_line(&mut said).expect("text"), 0, "{said}");
    }
    first.approve(&home);
    assert_eq!(first.end().0, Some(0));
    errors.read_to_string(&mut said).expect("text");
    assert!(end_of(second).status.success(), "{said}");
    said
}

#[test]
fn a_second_login_waits_for_the_first_and_opens_no_other_page() {
    let provider = Provider::start();
    let said = second_login(&provider, &[]);
    assert!(said.contains("Signed in by the other process."), "{said}");
    assert_eq!(provider.token_requests(AUTHORIZATION_CODE), 1);
}

#[test]
fn a_second_login_that_asks_for_something_else_opens_its_own_page() {
    let provider = Provider::start();
    let said = second_login(&provider, &["--claims", r#"{"id_token":{"auth_time":null}}"#]);
    assert!(said.contains("Signed in as"), "{said}");
    assert_eq!(provider.token_requests(AUTHORIZATION_CODE), 2);
}

#[test]
fn a_login_after_one_that_was_given_up_opens_its_own_page() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let first = Waiting::start(&home, &[]);
    signal(&first.login, Signal::INT);
    let (status, said) = first.end();
    assert_eq!(status, None, "the signal has ended it: {said}");
    let output = output_of(&mut tokcache(&home, LOGIN, &LOGIN_BROWSER));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_sign_in_that_nobody_finishes_ends_at_its_own_time() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let (status, said) = Waiting::start(&home, &["--sign-in-timeout", "1s"]).end();
    assert_eq!(status, Some(4), "{said}");
    assert!(said.contains("error: nobody approved the sign-in in time"), "{said}");
}

/// Returns `tokcache login --browser` on a machine that has neither a screen nor a browser.
fn without_screen(home: &Home) -> Command {
    let mut login = home.command(env!("CARGO_BIN_EXE_tokcache"));
    for name in SCREENS {
        login.env_remove(name);
    }
    login.args(LOGIN_BROWSER);
    login
}

#[track_caller]
fn assert_code_in_place_of_browser(login: &mut Command, why: &str) {
    let output = output_of(login.args(["--sign-in-timeout", "1s"]));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains(&format!("No browser opens here ({why}")), "{said}");
    assert!(said.contains("and enter the code:"), "{said}");
}

#[test]
fn over_ssh_a_code_takes_the_place_of_the_browser() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let mut login = without_screen(&home);
    login.env("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22");
    assert_code_in_place_of_browser(&mut login, "this is a session over SSH)");
}

#[test]
fn without_a_screen_a_code_takes_the_place_of_the_browser() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let mut login = without_screen(&home);
    assert_code_in_place_of_browser(&mut login, "there is no screen");
}

#[test]
fn the_first_browser_of_the_variable_that_opens_gets_the_page_in_its_place() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let (program, page_file) = (source("provider/open.mjs"), page_of(&home));
    let mut login = tokcache(&home, LOGIN, &LOGIN_BROWSER);
    login.env("BROWSER", format!("false:node {} {LOGIN} {} %s last", program.display(), page_file.display()));
    let output = output_of(&mut login);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(page(&home).contains("You are signed in as"), "{}", page(&home));
}

#[test]
fn a_port_that_is_taken_is_named_with_the_flag() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let arguments = [&LOGIN_BROWSER[..], &["--redirect-port", &port]].concat();
    let output = output_of(&mut tokcache(&home, LOGIN, &arguments));
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains(&format!("cannot listen at http://127.0.0.1:{port}/callback")), "{said}");
}

/// There is no Windows in the tests, so stand-ins take the place of the programs that start its browser: `wslview` of
/// wslu, or without it a program of Windows itself.
#[test]
fn in_wsl_the_browser_of_windows_opens_and_its_answer_comes_back() {
    let provider = Provider::start();
    for (opener, arguments) in [("wslview", "https://"), ("rundll32.exe", "url.dll,FileProtocolHandler https://")] {
        let home = Home::at(&provider);
        let programs = tempfile::tempdir().expect("a folder");
        let (program, called) = (programs.path().join(opener), programs.path().join("called"));
        let (open, page_file) = (source("provider/open.mjs"), page_of(&home));
        let (shown, open, page_file) = (called.display(), open.display(), page_file.display());
        let script = format!(
            "#!/bin/sh\necho \"$*\" >'{shown}'\nfor url; do :; done\nexec node '{open}' {LOGIN} '{page_file}' \"$url\"\n"
        );
        put_program(&program, &script);
        let path = std::env::var("PATH").expect("a PATH");
        let mut login = without_screen(&home);
        login.env("PATH", format!("{}:{path}", programs.path().display()));
        let output = output_of(&mut in_wsl(&login));
        assert!(output.status.success(), "{opener}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(page(&home).contains("You are signed in as"), "{opener}: {}", page(&home));
        let called = std::fs::read_to_string(called).expect("the arguments");
        assert!(called.starts_with(arguments) && called.contains("code_challenge="), "{opener}: {called}");
    }
}
