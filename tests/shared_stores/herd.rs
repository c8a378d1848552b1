//! Many processes at once.

use std::process::Stdio;
use std::time::Duration;

use crate::machine::machine;
use crate::provider::Provider;
use crate::stores;
use crate::support::answer_of;

const HERD: usize = 30;

#[test]
#[expect(clippy::disallowed_methods, reason = "a token expires by the system's clock")]
fn thirty_processes_on_an_expired_token_make_one_refresh() {
    for store in stores::all() {
        let provider = Provider::start();
        let home = machine(&store.url, &provider);
        provider.expect("alice", 1);
        assert!(home.tokcache("login --scope notes.read").status.success());
        std::thread::sleep(Duration::from_millis(1100));
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
