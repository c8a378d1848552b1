//! Tests `exec` on a system that cannot replace a process.

use crate::provider::Provider;
use crate::support::answer_of;
use crate::wine::Home;

#[test]
fn exec_hands_the_token_over_and_returns_the_exit_code_of_its_command() {
    let provider = Provider::start(3600);
    let home = Home::signed_in(&provider);
    let shown = home.tokcache(&["exec", "--", "cmd", "/c", "echo %ACCESS_TOKEN%"]);
    assert_eq!(answer_of(&shown), "AT-1");
    let failed = home.tokcache(&["exec", "--", "cmd", "/c", "exit 37"]);
    assert_eq!(failed.status.code(), Some(37));
}

#[test]
fn exec_without_a_token_starts_nothing() {
    let provider = Provider::start(3600);
    let home = Home::signed_in(&provider);
    assert!(home.tokcache(&["clear"]).status.success());
    home.failure(4, "exec -- cmd /c echo started");
}

#[test]
fn a_token_file_is_there_while_the_command_runs_and_gone_afterwards() {
    let provider = Provider::start(3600);
    let home = Home::signed_in(&provider);
    let shown = home.tokcache(&["exec", "--token-file=token", "--", "cmd", "/c", "type %ACCESS_TOKEN_FILE%"]);
    assert_eq!(answer_of(&shown), "AT-1");
    assert!(!home.path("token").exists());
    let failed = home.tokcache(&["exec", "--token-file", "--env", "FILE", "--", "cmd", "/c", "exit 37"]);
    assert_eq!(failed.status.code(), Some(37));
}
