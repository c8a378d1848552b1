//! Tests text of a server that would control the terminal, forge a line, or look like another text.

use std::process::Output;

use serde_json::{Value, json};

use crate::home::Home;
use crate::support::provider::{Provider, device_authorization, generous, id_token, tokens};

/// A clipboard write (OSC 52), a title, a cleared screen, a colour by the 8-bit CSI, an overwritten and a forged line,
/// right-to-left text, isolates, zero-width and tag characters.
const ATTACK: &str = "A\u{1b}]52;c;ZXZpbA==\u{7}\u{1b}]0;t\u{1b}\\\u{1b}[2J\u{9b}31m\u{8}\u{7f}\rerror:over\nerror:forged\
                      \u{202e}\u{2066}\u{200b}\u{200d}\u{feff}\u{2060}\u{e0041}\u{85}\u{2028}Z";

#[test]
fn the_page_and_the_code_of_a_sign_in_are_shown_not_obeyed() {
    let provider = Provider::start(|path, form| match path {
        "/tenant/device" => {
            let mut authorization = device_authorization();
            for name in ["user_code", "verification_uri", "verification_uri_complete", "message"] {
                authorization[name] = json!(ATTACK);
            }
            (200, authorization)
        }
        _ => generous(path, form),
    });
    let output = run(&Home::at(&provider), "login --qr --scope api:read");
    assert!(output.status.success());
    assert_harmless(&output);
    assert!(String::from_utf8_lossy(&output.stderr).contains("]52;c;"), "it is shown");
}

#[test]
fn the_names_of_a_user_and_of_scopes_are_shown_not_obeyed() {
    let provider = Provider::start(|path, form| match path {
        "/tenant/token" => {
            let mut tokens = tokens();
            tokens["scope"] = json!(format!("api:read {}", ATTACK.replace(char::is_whitespace, "")));
            tokens["id_token"] = json!(id_token(ATTACK));
            tokens["token_type"] = json!(ATTACK);
            tokens["foci"] = json!(ATTACK);
            (200, tokens)
        }
        _ => generous(path, form),
    });
    let home = Home::at(&provider);
    for command in [
        "login --scope api:read",
        "list",
        "list -o json",
        "explain",
        "explain -o json",
        "token -o json",
        "token --account nobody",
        "--error-format json token --account nobody",
        "profile show",
        "cache check",
        "clear",
    ] {
        let output = run(&home, command);
        assert_harmless(&output);
        let answer = String::from_utf8(output.stdout).unwrap();
        if command.ends_with("list -o json") {
            let listed: Value = serde_json::from_str(&answer).unwrap();
            assert_eq!(listed[0]["username"], ATTACK, "JSON says the same");
        }
    }
}

#[test]
fn errors_are_shown_not_obeyed() {
    let members = ["error", "error_description", "suberror", "claims", "correlation_id"];
    let body: Value = members.map(|name| (name.to_owned(), json!(ATTACK))).into_iter().collect();
    for status in [302, 400, 401, 500] {
        let body = body.clone();
        let provider = Provider::start(move |_, _| (status, body.clone()));
        let home = Home::at(&provider);
        for command in
            ["token --force-refresh --timeout 1s", "login --scope a --timeout 1s", "exec --min-valid 100000d -- true"]
        {
            assert_harmless(&run(&home, command));
            let output = run(&home, &format!("--error-format json {command}"));
            assert_harmless(&output);
            let said = String::from_utf8(output.stderr).unwrap();
            let error: Result<Value, _> = serde_json::from_str(said.lines().last().unwrap_or_default());
            assert!(error.is_ok_and(|error| error["code"].is_string()), "{command}: {:?}: {said}", output.status);
        }
    }
}

/// Shows that the search finds these characters.
#[test]
#[should_panic(expected = "is obeyed")]
fn an_attack_as_it_is_would_be_noticed() {
    let output = std::process::Command::new("printf").args(["%s", ATTACK]).output().unwrap();
    assert_harmless(&output);
}

#[track_caller]
fn assert_harmless(output: &Output) {
    for stream in [&output.stdout, &output.stderr] {
        let text = std::str::from_utf8(stream).unwrap();
        let is_harmful = |character: &char| {
            *character != '\n' && (character.is_control() || ATTACK.contains(*character) && !character.is_ascii())
        };
        assert_eq!(text.chars().find(is_harmful), None, "a character is obeyed: {text:?}");
        assert!(!text.lines().any(|line| line.starts_with("error:over") || line.starts_with("error:forged")), "{text}");
    }
}

fn run(home: &Home, command: &str) -> Output {
    home.tokcache(&["-vv"]).args(command.split(' ')).output().unwrap()
}
