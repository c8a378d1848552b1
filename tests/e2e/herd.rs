//! Runs many processes at once on an expired token: one refreshes, all get the token, and nobody is signed out.

use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::{Home, Provider, REFRESH_TOKEN, SCOPE, answer_of, end_of, is_long};

const HERD: usize = 200;
/// The time that the token endpoint takes.
const REFRESH: Duration = Duration::from_secs(1);

#[test]
fn two_hundred_processes_on_an_expired_token_make_one_refresh() {
    a_herd_makes_one_refresh(&Provider::start(), Duration::ZERO, 1);
}

/// The endpoint is so slow that all processes have to wait for it.
#[test]
fn two_hundred_processes_make_one_refresh_at_a_slow_token_endpoint() {
    a_herd_makes_one_refresh(&slow_provider(), REFRESH, if is_long() { 20 } else { 2 });
}

#[test]
fn two_hundred_processes_on_a_sealed_cache_make_one_refresh_too() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let output = home.login(&["--encrypt", "key-file:key"], |user_code| provider.approve(user_code));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let is_sealed = || std::fs::read(home.cache.path()).expect("a cache").starts_with(b"tokcache-sealed 1 ");
    assert!(is_sealed(), "from the first byte");
    home.answer(&["cache", "decrypt"]);
    home.cache.expire_access_tokens();
    home.answer(&["cache", "encrypt", "--encrypt", "key-file:key"]);

    let (tokens, _) = release_together(&home, &["token", "--scope", SCOPE]);

    assert_eq!(provider.token_requests(REFRESH_TOKEN), 1);
    assert!(tokens.iter().all(|token| *token == tokens[0]), "all print the same token");
    assert!(is_sealed());
    assert_eq!(home.cache.beside(), Vec::<String>::new(), "no lock and no litter is left");
}

#[test]
fn forced_refreshes_at_once_are_few() {
    let provider = slow_provider();
    let home = Home::at(&provider);
    home.sign_in(&provider);
    let old = home.token(&[]);

    let (tokens, _) = release_together(&home, &["token", "--scope", SCOPE, "--force-refresh"]);

    assert!(tokens.iter().all(|token| *token != old), "all are newer than the command");
    provider.assert_no_sign_in_was_lost();
    // A process that starts only after the first refresh was sent is right to send its own.
    assert!(provider.token_requests(REFRESH_TOKEN) < HERD / 2, "{} refreshes", provider.token_requests(REFRESH_TOKEN));
}

#[test]
fn whoever_has_waited_long_enough_says_for_whom_and_gives_up() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);
    home.cache.expire_access_tokens();
    provider.order_fault(json!({ "grant_type": REFRESH_TOKEN, "held": true }));
    let refreshing = home.start(&["token", "--scope", SCOPE]);
    provider.wait_until_it_holds_one();

    let error = home.error(7, &["token", "--scope", SCOPE, "--lock-timeout", "3s"]);

    let holder = format!("process {}", refreshing.id());
    assert!(error["message"].as_str().expect("a message").contains(&holder), "{error}");
    provider.heal();
    answer_of(&end_of(refreshing));
    provider.assert_no_sign_in_was_lost();
}

/// As many processes as a machine can start before the first of them gives up.
const CROWD: usize = 60;

#[test]
fn a_crowd_asks_an_overloaded_server_a_handful_of_times_and_is_told_when_to_come_back() {
    let busy = json!({ "status": 429, "headers": { "retry-after": "3600" } });
    let busy = json!({ "grant_type": REFRESH_TOKEN, "times": null, "answer": busy });
    let provider = Provider::start();

    let (errors, home) = a_crowd_meets(&provider, &busy, &[]);

    assert!(errors.iter().all(|error| error.contains("; the server wants to be asked again in 3")), "{errors:?}");
    assert!(!home.token(&["--force-refresh"]).is_empty(), "the sign-in is alive, and who insists is not put off");
    assert_eq!(home.cache.beside(), Vec::<String>::new(), "no note is left");
}

#[test]
fn a_crowd_asks_a_server_that_does_not_answer_a_handful_of_times() {
    let never = json!({ "grant_type": REFRESH_TOKEN, "times": null, "held": true });
    let (errors, _home) = a_crowd_meets(&Provider::start(), &never, &["--timeout", "4s"]);
    assert!(errors.iter().all(|error| error.contains("did not answer within 4 s")), "{errors:?}");
}

/// Returns the output of many processes during an outage. Each must exit with status 5, and few may send a request.
fn a_crowd_meets(provider: &Provider, fault: &serde_json::Value, flags: &[&str]) -> (Vec<String>, Home) {
    let home = Home::at(provider);
    home.sign_in(provider);
    home.cache.expire_access_tokens();
    provider.order_fault(fault.clone());

    let ends = start_together(&home, &[&["token", "--scope", SCOPE], flags].concat(), CROWD).0;

    let said = ends.iter().map(|end| String::from_utf8_lossy(&end.stderr).into_owned()).collect::<Vec<_>>();
    assert!(ends.iter().all(|end| end.status.code() == Some(5)), "{said:?}");
    let asked = provider.token_requests(REFRESH_TOKEN);
    assert!((1..10).contains(&asked), "{asked} requests");
    provider.heal();
    (said, home)
}

fn a_herd_makes_one_refresh(provider: &Provider, refresh: Duration, rounds: usize) {
    let home = Home::at(provider);
    home.sign_in(provider);

    for round in 1..=rounds {
        let (_, warm) = release_together(&home, &["token", "--scope", SCOPE]);
        home.cache.expire_access_tokens();

        let (tokens, took) = release_together(&home, &["token", "--scope", SCOPE]);

        println!("round {round} of {rounds}: {warm:.2?} with a cached token, {took:.2?} with a refresh of {refresh:?}");
        assert_eq!(provider.token_requests(REFRESH_TOKEN), round, "refresh requests until round {round}");
        assert!(tokens.iter().all(|token| *token == tokens[0]), "all print the same token");
    }
    assert!(!home.token(&["--force-refresh"]).is_empty(), "the sign-in is alive");
    provider.assert_no_sign_in_was_lost();
    assert_eq!(home.cache.beside(), Vec::<String>::new(), "no lock and no litter is left");
}

/// Starts a slow provider that rotates refresh tokens and revokes the sign-in on reuse.
fn slow_provider() -> Provider {
    let provider = Provider::start();
    let delay = u64::try_from(REFRESH.as_millis()).expect("a short time");
    provider.order_fault(json!({ "grant_type": REFRESH_TOKEN, "times": null, "delay_ms": delay }));
    provider
}

/// Starts all processes behind a closed gate, opens the gate, and returns the output of each and the total time.
fn release_together(home: &Home, arguments: &[&str]) -> (Vec<String>, Duration) {
    let (ends, took) = start_together(home, arguments, HERD);
    (ends.iter().map(answer_of).collect(), took)
}

/// Like `release_together`, for `count` processes. Returns how each ended.
fn start_together(home: &Home, arguments: &[&str], count: usize) -> (Vec<Output>, Duration) {
    let (gate, opener) = std::io::pipe().expect("a pipe");
    let herd: Vec<_> = (0..count)
        .map(|_| {
            let mut waiting: Command = home.command("sh");
            waiting.args(["-c", "read -r _; exec \"$0\" \"$@\" </dev/null", env!("CARGO_BIN_EXE_tokcache")]);
            waiting.args(arguments).stdin(gate.try_clone().expect("a pipe"));
            waiting.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a shell")
        })
        .collect();
    let start = Instant::now();
    drop(opener);
    (herd.into_iter().map(end_of).collect(), start.elapsed())
}
