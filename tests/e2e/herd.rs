//! Many processes at once on an expired token: one refreshes, all are served, nobody is signed out.

use std::process::{Command, Stdio};

use serde_json::json;

use crate::harness::{Home, Provider, REFRESH_TOKEN, SCOPE, answer_of, end_of};

const HERD: usize = 50;

#[test]
fn fifty_processes_on_an_expired_token_make_one_refresh() {
    a_herd_makes_one_refresh(&Provider::start());
}

#[test]
fn fifty_processes_make_one_refresh_at_a_slow_token_endpoint() {
    let provider = Provider::start();
    provider.order_fault(json!({ "grant_type": REFRESH_TOKEN, "times": null, "delay_ms": 1000 }));
    a_herd_makes_one_refresh(&provider);
}

#[test]
fn fifty_processes_on_a_sealed_cache_make_one_refresh_too() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let output = home.login(&["--encrypt", "key-file:key"], |user_code| provider.approve(user_code));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let is_sealed = || std::fs::read(home.cache.path()).expect("a cache").starts_with(b"tokcache-sealed 1 ");
    assert!(is_sealed(), "from the first byte");
    home.answer(&["cache", "decrypt"]);
    home.cache.expire_access_tokens();
    home.answer(&["cache", "encrypt", "--encrypt", "key-file:key"]);

    assert_one_refresh(&provider, &home);
    assert!(is_sealed());
}

#[test]
fn fifty_forced_refreshes_at_once_are_one() {
    let provider = Provider::start();
    provider.order_fault(json!({ "grant_type": REFRESH_TOKEN, "times": null, "delay_ms": 1000 }));
    let home = Home::at(&provider);
    home.sign_in(&provider);
    let old = home.token(&[]);

    let tokens = release_together(&home, &["token", "--scope", SCOPE, "--force-refresh"]);

    assert!(tokens.iter().all(|token| *token != old), "all are newer than the command");
    provider.assert_no_sign_in_was_lost();
    // A process that the machine starts late, after the first refresh was sent, rightly asks for one of its own.
    assert!(provider.token_requests(REFRESH_TOKEN) < HERD / 2, "{} refreshes", provider.token_requests(REFRESH_TOKEN));
}

fn a_herd_makes_one_refresh(provider: &Provider) {
    let home = Home::at(provider);
    home.sign_in(provider);
    home.cache.expire_access_tokens();
    assert_one_refresh(provider, &home);
}

fn assert_one_refresh(provider: &Provider, home: &Home) {
    let tokens = release_together(home, &["token", "--scope", SCOPE]);

    assert_eq!(provider.token_requests(REFRESH_TOKEN), 1, "refresh requests");
    assert!(tokens.iter().all(|token| *token == tokens[0]), "all print the same token");
    assert!(!home.token(&["--force-refresh"]).is_empty(), "the sign-in is alive");
    provider.assert_no_sign_in_was_lost();
}

/// Starts the herd behind a closed gate, opens it, and returns what each of them printed.
fn release_together(home: &Home, arguments: &[&str]) -> Vec<String> {
    let (gate, opener) = std::io::pipe().expect("a pipe");
    let herd: Vec<_> = (0..HERD)
        .map(|_| {
            let mut waiting: Command = home.command("sh");
            waiting.args(["-c", "read -r _; exec \"$0\" \"$@\" </dev/null", env!("CARGO_BIN_EXE_tokcache")]);
            waiting.args(arguments).stdin(gate.try_clone().expect("a pipe"));
            waiting.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a shell")
        })
        .collect();
    drop(opener);
    herd.into_iter().map(|child| answer_of(&end_of(child))).collect()
}
