//! Waits for child processes with a time limit.

use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// Longer than any command of a test takes on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs a command to its end, without a terminal.
pub(crate) fn output_of(command: &mut Command) -> Output {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    end_of(child.unwrap_or_else(|error| panic!("{command:?}: {error}")))
}

/// Returns the output of a child. Kills a child that hangs, and fails the test.
pub(crate) fn end_of(child: Child) -> Output {
    let pid = Pid::from_child(&child);
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(child.wait_with_output()));
    match receiver.recv_timeout(PATIENCE) {
        Ok(output) => output.expect("a child can be waited for"),
        Err(_) => {
            kill_process(pid, Signal::KILL).ok();
            panic!("a child was still running after {} s", PATIENCE.as_secs());
        }
    }
}

/// Waits for an action of another process.
#[track_caller]
#[expect(clippy::disallowed_methods, reason = "another process is waited for")]
pub(crate) fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Sends a signal to a child.
pub(crate) fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).expect("the child is there");
}

/// Kills a child like a crash.
pub(crate) fn kill(mut child: Child) {
    signal(&child, Signal::KILL);
    child.wait().expect("a child can be waited for");
}
