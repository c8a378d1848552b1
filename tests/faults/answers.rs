//! Gives each flow a wrong answer, a cut one or none: the cache stays as it is, the command says what happened in time,
//! and works again when the server does.

use std::fs;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::calls::{Subject, start};
use crate::commands::{CLEAR, LOGIN};
use crate::flows::{
    CLIENT_CREDENTIALS, FEDERATION, IDENTITY_ASSERTION, LOGIN_BROWSER, LOGIN_FOR, MANAGED_IDENTITY, PKCS12,
    TOKEN_EXCHANGE,
};
use crate::provider::Spoiled;
use crate::refresh::REFRESH;
use crate::support::{each, text};

const FLOWS: [(&str, Subject); 11] = [
    ("refresh", REFRESH),
    ("device", LOGIN),
    ("browser", LOGIN_BROWSER),
    ("resource", LOGIN_FOR),
    ("revocation", CLEAR),
    ("client credentials", CLIENT_CREDENTIALS),
    ("PKCS#12", PKCS12),
    ("federation", FEDERATION),
    ("token exchange", TOKEN_EXCHANGE),
    ("managed identity", MANAGED_IDENTITY),
    ("identity assertion", IDENTITY_ASSERTION),
];

const ANSWERS: [(u16, &str); 8] = [
    (500, ""),
    (503, "<html>busy</html>"),
    (404, ""),
    (200, ""),
    (200, "<html>Sign in to the guest network</html>"),
    (200, r#"{"access_token": "OT-1", "token_ty"#),
    (200, r#"{"access_token": 7, "token_type": "Bearer"}"#),
    (200, "[]"),
];

/// Longer than `--timeout` of every flow.
const SILENCE: Duration = Duration::from_millis(2500);
/// The time for a command with `--timeout 2s`, or with `--sign-in-timeout 5s`, on a busy machine.
const IN_TIME: Duration = Duration::from_secs(20);

/// Returns the allowed exit codes. An address that the provider does not have is wrong. An answer that makes no sense shows
/// the same where a person waits for it, and is an outage elsewhere (decision 22).
fn exits(flow: &str, spoiled: Spoiled) -> &'static [i32] {
    let is_watched = ["browser", "device", "managed identity", "resource"].contains(&flow);
    match spoiled.status {
        404 => &[3],
        200 if is_watched => &[3],
        // Nobody could sign in in time.
        _ if is_watched => &[4, 5],
        _ => &[5],
    }
}

#[test]
fn a_flow_outlives_every_wrong_answer() {
    let mut cases = Vec::new();
    for (name, flow) in &FLOWS {
        let is_login = ["device", "browser", "resource"].contains(name);
        let places: &[&'static str] = if is_login { &["", "/token"] } else { &[""] };
        for &place in places {
            let answers = ANSWERS.map(|(status, body)| Spoiled { place, status, body, pause: Duration::ZERO });
            let silence = Spoiled { place, status: 500, body: "", pause: SILENCE };
            // The service of a platform starts late: the library waits for it for a minute.
            let tried =
                answers.into_iter().chain([silence]).filter(|it| *name != "managed identity" || it.status == 200);
            cases.extend(tried.map(|spoiled| (*name, flow, spoiled)));
        }
    }
    let wrong = Mutex::new(Vec::new());
    each(&cases, |&(name, flow, spoiled)| {
        if let Err(complaint) = outlives(flow, name, spoiled) {
            wrong.lock().unwrap().push(format!("{name}, {spoiled:?}: {complaint}"));
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} went wrong:\n\n{}", wrong.len(), wrong.join("\n\n"));
}

fn outlives(flow: &Subject, name: &str, spoiled: Spoiled) -> Result<(), String> {
    let (provider, home) = start(flow);
    let line = (flow.line)(&home, &provider);
    let before = fs::read(home.cache()).ok();
    provider.spoil(Some(spoiled));
    let begun = Instant::now();
    let output = home.tokcache(&line);
    let (code, said, took) = (output.status.code(), text(&output.stderr), begun.elapsed());
    let complaint = |what: &str| Err(format!("{what}: {code:?} after {took:?}: {said}"));
    if name == "revocation" {
        // The tokens are deleted first. Success, if the server may have none to revoke.
        if code != Some(0) || said.contains("panicked") {
            return complaint("no sign-out");
        }
        return Ok(());
    }
    let is_told = said.lines().any(|line| line.starts_with("error: ")) && output.stdout.is_empty();
    if !code.is_some_and(|code| exits(name, spoiled).contains(&code)) || !is_told || took > IN_TIME {
        return complaint("not told as what it is");
    }
    if fs::read(home.cache()).ok() != before {
        return complaint("the cache has changed");
    }
    provider.spoil(None);
    let output = home.tokcache(&line);
    if !output.status.success() || provider.is_revoked() {
        return Err(format!("afterwards: {}", text(&output.stderr)));
    }
    Ok(())
}
