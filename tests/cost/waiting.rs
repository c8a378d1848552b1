//! One that finds the token expired while another process refreshes it.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use tokcache::time::{Clock as _, SystemClock};

use crate::provider::Provider;
use crate::support::home::Home;
use crate::support::{answer_of, names};
use crate::valgrind::executed;

const TOKEN: [&str; 3] = ["token", "--scope", "notes"];
/// Less than the command has for the provider: a failure here ends before that.
const PATIENCE: Duration = Duration::from_secs(20);

/// The addresses of its instructions.
pub(crate) fn executed_waiting(program: &str) -> BTreeSet<u64> {
    let (arrived, arrivals) = channel();
    let (answer, answers) = channel();
    let provider = Provider::answering_after(move || {
        let _ = arrived.send(());
        let _ = answers.recv_timeout(PATIENCE);
    });
    let home = Home::at(&provider);
    let [mut refreshing, mut waiting] = [(); 2].map(|()| home.command(program));
    thread::scope(|scope| {
        let refreshing = scope.spawn(move || refreshing.args(TOKEN).output().unwrap());
        arrivals.recv_timeout(PATIENCE).expect("a refresh");
        let waiting = scope.spawn(move || executed(waiting.args(TOKEN), "AT-1"));
        while !is_waited_for(&home) && !waiting.is_finished() {
            SystemClock::new().sleep(Duration::from_millis(5));
        }
        answer.send(()).unwrap();
        assert_eq!(answer_of(&refreshing.join().unwrap()), "AT-1");
        let executed = waiting.join().unwrap();
        assert_eq!(provider.turn(), 1, "it took what the other got");
        executed
    })
}

/// Whether a process blocks on the `flock` of the refresh lease: proc_locks(5).
fn is_waited_for(home: &Home) -> bool {
    let Some(lease) = names(&home.state()).into_iter().find(|name| name.contains(".refresh-")) else { return false };
    let file = format!(":{} ", fs::metadata(home.state().join(lease)).unwrap().ino());
    let locks = fs::read_to_string("/proc/locks").unwrap();
    locks.lines().any(|line| line.contains("-> FLOCK") && line.contains(&file))
}
