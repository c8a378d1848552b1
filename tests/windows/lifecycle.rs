//! Tests a sign-in from beginning to end.

use std::process::Child;

use crate::provider::Provider;
use crate::support::text;
use crate::wine::Home;

#[test]
fn alice_signs_in_gets_a_cached_token_then_a_refreshed_one_and_signs_out() {
    let provider = Provider::start(3600);
    let home = Home::signed_in(&provider);
    assert_eq!(home.answer("token"), "AT-1");
    assert_eq!(provider.refreshes(), 0, "the token was cached");
    assert!(home.answer("list").contains("bob@example.com"));
    assert_eq!(home.answer("token --force-refresh"), "AT-2");
    assert_eq!(home.answer("token"), "AT-2");
    assert_eq!(provider.refreshes(), 1);
    assert!(home.tokcache(&["clear"]).status.success());
    assert_eq!(provider.revoked(), 1);
    home.failure(4, "token");
    provider.assert_nothing_was_spent_twice();
}

#[test]
fn eight_processes_refresh_once() {
    let provider = Provider::start(1);
    let home = Home::signed_in(&provider);
    provider.set_lifetime(3600);
    provider.delay(std::time::Duration::from_secs(1));
    let start = |_| -> Child {
        let mut program = home.program(&["token", "--min-valid", "1m"]);
        program.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
    };
    let processes: Vec<_> = (0..8).map(start).collect();
    for process in processes {
        let output = process.wait_with_output().unwrap();
        assert_eq!(text(&output.stdout).trim_end(), "AT-2", "{}", text(&output.stderr));
    }
    assert_eq!(provider.refreshes(), 1);
    provider.assert_nothing_was_spent_twice();
}
