//! Waiting for a child, but not for ever.

use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// Far more than any command of a test takes on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs a command to its end, without a terminal.
pub(crate) fn output_of(command: &mut Command) -> Output {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    end_of(child.unwrap_or_else(|error| panic!("{command:?}: {error}")))
}

/// What a child answered. One that hangs is killed, and the test fails.
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
