//! Kills the refreshing process: the next process takes over, and all processes report a dead refresh token as such.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Child, Output};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::harness::{Home, Provider, REFRESH_TOKEN, SCOPE, answer_of, end_of, kill, signal, wait_until};

const TOKEN: &[&str] = &["token", "--scope", SCOPE];

/// The most that a dead holder's lock may cost, on a machine of any speed: the process itself measures the time.
const SOON: &[&str] = &["token", "--scope", SCOPE, "--lock-timeout", "2s"];

/// The number of other processes.
const OTHERS: usize = 20;

#[test]
fn killed_before_the_request_another_takes_over() {
    let (provider, home) = expired();
    home.forget_profile();
    provider.order_fault(json!({ "endpoint": "discovery", "held": true }));
    let winner = home.start(TOKEN);
    provider.wait_until_it_holds_one();
    assert_eq!(provider.token_requests(REFRESH_TOKEN), 0, "it holds the lease, and has not asked yet");
    kill(winner);

    home.answer(SOON);

    provider.assert_no_sign_in_was_lost();
}

#[test]
fn killed_during_the_request_one_who_waits_takes_over() {
    let (provider, home, winner) = refreshing(Held::Before);
    let mut waiting = home.start(TOKEN);
    let mut errors = BufReader::new(waiting.stderr.take().expect("its errors are piped"));
    let mut said = String::new();
    errors.read_line(&mut said).expect("text");
    assert_eq!(said, format!("waiting for tokcache (process {}) to finish its refresh\n", winner.id()));
    kill(winner);

    assert_eq!(answer_of(&end_of(waiting)), home.answer(SOON));

    errors.read_to_string(&mut said).expect("text");
    assert_eq!(provider.token_requests(REFRESH_TOKEN), 2, "{said}");
    provider.assert_no_sign_in_was_lost();
}

#[test]
fn killed_while_the_answer_is_under_way_all_say_so_and_one_asks_the_server() {
    let (provider, home, winner) = refreshing(Held::After);
    kill(winner);

    let crowd: Vec<_> = (0..OTHERS).map(|_| home.start(&[TOKEN, &["--error-format", "json"]].concat())).collect();
    let errors: Vec<_> = crowd.into_iter().map(|child| error_of(&end_of(child))).collect();

    let message = errors[0]["message"].as_str().expect("a message");
    assert!(
        message.contains("refused the refresh token") && message.contains("died before it could save"),
        "{message}"
    );
    for error in &errors {
        assert_eq!((&error["code"], &error["error"]), (&json!("interaction_required"), &json!("invalid_grant")));
        assert_eq!(error["message"], message, "all say the same");
    }
    assert_eq!(provider.token_requests(REFRESH_TOKEN), 2, "the one that died, and one of {OTHERS}");
    home.sign_in(&provider);
    home.token(&["--force-refresh"]);
}

#[test]
fn interrupted_while_the_answer_is_under_way_it_ends_when_that_is_saved() {
    for end in [Signal::HUP, Signal::INT, Signal::TERM] {
        let (provider, home, interrupted) = refreshing(Held::After);
        signal(&interrupted, end);
        provider.heal();

        let output = end_of(interrupted);

        assert_eq!((output.status.signal(), output.stdout), (Some(end.as_raw()), Vec::new()));
        home.answer(SOON);
        assert_eq!(provider.token_requests(REFRESH_TOKEN), 1, "the others have what it brought");
        provider.assert_no_sign_in_was_lost();
    }
}

#[test]
fn interrupted_twice_it_ends_at_once() {
    let (provider, _home, interrupted) = refreshing(Held::Before);
    signal(&interrupted, Signal::INT);
    signal(&interrupted, Signal::TERM);

    assert!(end_of(interrupted).status.signal().is_some());

    provider.assert_no_sign_in_was_lost();
}

#[test]
fn killed_with_the_answer_in_hand_nothing_is_lost() {
    let (provider, home) = expired();
    let lock = home.cache.path().with_extension("json.lockfile");
    hold(&lock);
    let winner = home.start(TOKEN);
    // The file is empty for a moment before it holds the token.
    let is_written = |file: &PathBuf| std::fs::metadata(file).is_ok_and(|file| file.len() > 0);
    wait_until("the answer is kept", || home.rescue_files().iter().any(is_written));
    kill(winner);
    std::fs::remove_file(&lock).expect("our lock");

    home.answer(SOON);

    assert!(!home.holds_rescued_token());
    assert_eq!(provider.token_requests(REFRESH_TOKEN), 2);
    provider.assert_no_sign_in_was_lost();
}

#[test]
fn what_cannot_be_saved_is_printed_and_found_by_the_next_run() {
    let (provider, home, unlucky) = refreshing(Held::After);
    let lock = home.cache.path().with_extension("json.lockfile");
    std::fs::create_dir(&lock).expect("a folder in the lock's place");
    provider.heal();

    let output = end_of(unlucky);

    assert!(!answer_of(&output).is_empty(), "the token is printed");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("COULD NOT BE SAVED") && errors.contains("/run/tokcache-rescue-"), "{errors}");
    std::fs::remove_dir(&lock).expect("our folder");
    home.answer(SOON);
    assert!(!home.holds_rescued_token());
    provider.assert_no_sign_in_was_lost();
}

/// The point at which the provider delays a refresh.
#[derive(Eq, PartialEq)]
enum Held {
    /// Before anything happens.
    Before,
    /// After the refresh token was redeemed, before the answer arrives.
    After,
}

/// Starts a refresh that the provider delays.
fn refreshing(held: Held) -> (Provider, Home, Child) {
    let (provider, home) = expired();
    let carried_out = held == Held::After;
    provider.order_fault(json!({ "grant_type": REFRESH_TOKEN, "held": true, "carried_out": carried_out }));
    let process = home.start(TOKEN);
    provider.wait_until_it_holds_one();
    (provider, home, process)
}

/// Returns a sign-in with an expired access token.
fn expired() -> (Provider, Home) {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);
    home.cache.expire_access_tokens();
    (provider, home)
}

/// Takes the lock as MSAL Python does, in the name of this living process.
#[allow(clippy::disallowed_methods, reason = "a lock as another program writes it")]
fn hold(lock: &std::path::Path) {
    std::fs::write(lock, format!("{} python", std::process::id())).expect("a lock file");
}

#[track_caller]
fn error_of(output: &Output) -> Value {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{errors}");
    serde_json::from_str(errors.lines().last().expect("an error")).unwrap_or_else(|_| panic!("not JSON: {errors}"))
}
