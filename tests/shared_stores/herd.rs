//! Many processes at once.

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokcache_testing::servers::wait_until;

use crate::machine::machine;
use crate::provider::Provider;
use crate::stores;
use crate::support::answer_of;
use crate::support::home::Home;

const HERD: usize = 30;

/// Signs Alice in, and waits until her token has expired.
#[expect(clippy::disallowed_methods, reason = "a token expires by the system's clock")]
fn with_an_expired_token(store: &str) -> (Provider, Home) {
    let provider = Provider::start();
    let home = machine(store, &provider);
    provider.expect("alice", 1);
    assert!(home.tokcache("login --scope notes.read").status.success());
    std::thread::sleep(Duration::from_millis(1100));
    (provider, home)
}

#[test]
fn thirty_processes_on_an_expired_token_make_one_refresh() {
    for store in stores::all() {
        let (provider, home) = with_an_expired_token(&store.url);
        provider.refresh_takes(Duration::from_millis(500));

        let start = || {
            let mut token = home.program("token --scope notes.read");
            token.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let processes: Vec<_> = (0..HERD).map(|_| start()).collect();
        for process in processes {
            assert_eq!(answer_of(&process.wait_with_output().unwrap()), "canary-AT-alice-2", "{}", store.url);
        }

        assert_eq!(provider.refreshes(), 1, "{}", store.url);
        provider.assert_no_sign_in_was_lost();
    }
}

/// The number of a process would say nothing on another machine.
#[test]
fn explain_says_that_the_holder_of_a_lock_is_unknown_while_another_process_refreshes() {
    for store in stores::all() {
        let (provider, home) = with_an_expired_token(&store.url);
        // Both commands below must end before.
        provider.refresh_takes(Duration::from_secs(4));
        let mut refreshing = home.program("token --scope notes.read");
        let refreshing = refreshing.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        wait_until("the provider is asked", || provider.is_asked());

        let line = "explain --scope notes.read";
        let text = home.answer(line);
        assert!(text.contains("\n  lock         unknown: a shared store does not tell who holds a lock\n"), "{text}");
        let explanation: Value = serde_json::from_str(&home.answer(&format!("{line} -o json"))).unwrap();
        assert_eq!(
            (&explanation["decision"], &explanation["locks"]),
            (&"refresh".into(), &Value::Null),
            "{explanation}"
        );

        // `explain` has taken no lease.
        assert_eq!(answer_of(&refreshing.wait_with_output().unwrap()), "canary-AT-alice-2", "{}", store.url);
        assert_eq!(provider.refreshes(), 1, "{}", store.url);
    }
}
