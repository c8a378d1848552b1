//! Tests a process that hangs: the wait for it is limited, and its number is reported.

use rustix::process::Signal;
use serde_json::json;

use crate::harness::{Home, Provider, REFRESH_TOKEN, SCOPE, answer_of, end_of, signal};

#[test]
fn a_wait_for_a_server_that_hangs_ends_and_names_the_holder() {
    a_wait_ends_and_names_the_holder(false);
}

#[test]
fn a_wait_for_a_process_that_is_stopped_ends_and_names_the_holder() {
    a_wait_ends_and_names_the_holder(true);
}

fn a_wait_ends_and_names_the_holder(stopped: bool) {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);
    home.cache.expire_access_tokens();
    provider.order_fault(json!({ "grant_type": REFRESH_TOKEN, "held": true }));
    let holder = home.start(&["token", "--scope", SCOPE]);
    provider.wait_until_it_holds_one();
    if stopped {
        signal(&holder, Signal::STOP);
    }
    let named = format!("tokcache (process {})", holder.id());

    let output = home.tokcache(&["token", "--scope", SCOPE, "--lock-timeout", "3s"]);

    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(7), 0), "{errors}");
    assert!(errors.contains(&format!("waiting for {named} to finish its refresh")), "{errors}");
    assert!(errors.contains(&format!(", which {named} holds")), "{errors}");
    if stopped {
        signal(&holder, Signal::CONT);
    }
    provider.heal();
    assert_eq!(answer_of(&end_of(holder)), home.token(&[]));
    provider.assert_no_sign_in_was_lost();
}
