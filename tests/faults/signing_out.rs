//! Signs out during refreshes, and after refreshes whose result could not be saved.

use std::time::Duration;

use crate::places::token_that_cannot_be_saved;
use crate::provider::Provider;
use crate::support::home::Home;
use crate::support::{names, text};

const COMMANDS: [&str; 2] = ["clear", "clear --all --yes"];

#[test]
fn a_refresh_token_that_could_not_be_saved_is_revoked_when_its_user_signs_out() {
    for command in COMMANDS {
        let provider = Provider::start();
        let home = Home::at(&provider);
        token_that_cannot_be_saved(&home, &provider);
        assert_eq!(names(&home.elsewhere()).len(), 1);
        let said = text(&home.tokcache(command).stderr);
        assert!(said.contains("the server has revoked the refresh token"), "{command}: {said}");
        assert!(provider.is_signed_out("RT-1"), "{command}: the live refresh token was forgotten and not revoked");
        assert!(home.files_with("RT-").is_empty(), "{command}");
    }
}

#[test]
fn the_refresh_token_of_a_refresh_under_way_is_revoked_when_its_user_signs_out() {
    for command in COMMANDS {
        let (begun, has_begun) = std::sync::mpsc::channel();
        let (go_on, may_go_on) = std::sync::mpsc::channel::<()>();
        let provider = Provider::answering_after(move || {
            let _ = begun.send(());
            let _ = may_go_on.recv_timeout(Duration::from_secs(20));
        });
        let home = Home::at(&provider);
        std::thread::scope(|scope| {
            let refresh = scope.spawn(|| home.tokcache("token"));
            has_begun.recv().unwrap();
            let clear = scope.spawn(|| home.tokcache(command));
            // A waiting process shows no sign of it; this is long enough to have signed out otherwise.
            #[expect(clippy::disallowed_methods, reason = "a slow provider")]
            std::thread::sleep(Duration::from_millis(300));
            drop(go_on);
            assert!(refresh.join().unwrap().status.success());
            let said = text(&clear.join().unwrap().stderr);
            assert!(said.contains("the server has revoked the refresh token"), "{command}: {said}");
        });
        assert!(provider.is_signed_out("RT-1"), "{command}: the live refresh token was forgotten and not revoked");
        assert!(home.files_with("RT-").is_empty(), "{command}");
    }
}
