//! Checks that no secret, and no part of one, appears unasked.

use serde_json::json;

use crate::harness::{Home, Provider, SCOPE};

/// The length of a part that must not appear.
const PART: usize = 10;

#[test]
fn list_and_explain_tell_no_secret() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);
    let secrets = home.cache.secrets();

    for arguments in [&["list"][..], &["list", "-o", "json"], &["explain", "--scope", SCOPE], &["cache", "check"]] {
        let arguments = [arguments, &["-vv"]].concat();
        let output = home.tokcache(&arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert_tells_none(&secrets, &output.stdout);
        assert_tells_none(&secrets, &output.stderr);
    }
}

#[test]
fn the_most_talkative_sign_in_tells_no_secret() {
    let provider = Provider::start();
    let home = Home::at(&provider);

    let login = home.login(&["-vv"], |user_code| provider.approve(user_code));

    assert!(login.status.success());
    assert_tells_none(&home.cache.secrets(), &login.stderr);
    assert_tells_none(&home.cache.secrets(), &login.stdout);
    assert_holds_nothing_like_a_secret(&login.stderr);
}

#[test]
fn the_most_talkative_refresh_tells_no_secret() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);
    let mut secrets = home.cache.secrets();

    let refresh = home.tokcache(&["token", "--scope", SCOPE, "--force-refresh", "-vv"]);

    assert!(refresh.status.success());
    secrets.extend(home.cache.secrets());
    assert_tells_none(&secrets, &refresh.stderr);
}

#[test]
fn errors_tell_no_secret_even_when_the_server_repeats_it() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);
    let secrets = home.cache.secrets();
    let refresh_token = home.cache.refresh_token();
    for status in [400, 500] {
        let body = json!({ "error": "invalid_grant", "error_description": format!("{refresh_token} is no good") });
        provider.order_fault(json!({ "answer": { "status": status, "body": body } }));
    }
    provider.order_fault(json!({ "times": null, "answer": { "status": 200, "body": refresh_token } }));

    for format in ["text", "json", "json"] {
        let arguments = ["token", "--scope", SCOPE, "--force-refresh", "-vv", "--error-format", format];
        let output = home.tokcache(&arguments);
        assert!(!output.status.success());
        assert_tells_none(&secrets, &output.stderr);
    }
}

#[track_caller]
fn assert_tells_none(secrets: &[String], output: &[u8]) {
    assert!(secrets.len() >= 3, "there are secrets to tell");
    let output = String::from_utf8_lossy(output);
    for secret in secrets {
        // All ID tokens begin alike; the part behind the header differs.
        let telling = secret.split_once('.').map_or(secret.as_str(), |(_header, rest)| rest);
        assert!(!output.contains(&telling[..PART]) && !output.contains(&secret[secret.len() - PART..]), "{output}");
    }
}

/// The device code is in no file, but it looks like the other secrets of this provider: 43 characters of base64url.
#[track_caller]
fn assert_holds_nothing_like_a_secret(output: &[u8]) {
    let output = String::from_utf8_lossy(output);
    let mut words = output.split(|it: char| !it.is_ascii_alphanumeric() && it != '-' && it != '_');
    assert!(words.all(|word| word.len() < 40), "{output}");
}
