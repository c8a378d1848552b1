//! Sends signals that end a process during a refresh: the process ends once the new refresh token is saved.

use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::mpsc::channel;

use rustix::process::{Pid, Signal, kill_process};

use crate::provider::Provider;
use crate::support::home::Home;
use crate::support::{text, wrapped};

#[test]
fn a_signal_that_ends_a_refresh_ends_it_when_the_new_refresh_token_is_saved() {
    let ((arrive, arrived), (answer, may_answer)) = (channel(), channel());
    let may_answer = Mutex::new(may_answer);
    let provider = Provider::answering_after(move || {
        // At the end of the test, the receiver is gone.
        let _ = arrive.send(());
        let _ = may_answer.lock().unwrap().recv();
    });
    let home = Home::at(&provider);
    for signal in [
        Signal::ALARM,
        Signal::HUP,
        Signal::INT,
        Signal::PROF,
        Signal::QUIT,
        Signal::TERM,
        Signal::USR1,
        Signal::USR2,
        Signal::VTALARM,
        Signal::XCPU,
    ] {
        provider.reset();
        home.sign_in_again();
        // A script that starts the tests in the background makes them ignore some signals, and tokcache would inherit
        // that.
        let mut program = wrapped(&["env", "--default-signal"], &home.program("token"));
        let child = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        arrived.recv().unwrap();
        kill_process(Pid::from_child(&child), signal).unwrap();
        answer.send(()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.signal(), Some(signal.as_raw()), "{signal:?}: {output:?}");
        assert_eq!(home.answer("token"), "AT-1", "{signal:?}");
        assert!(!provider.is_revoked(), "{signal:?}: a spent refresh token was spent again");
    }
}

#[test]
fn a_limit_on_the_size_of_files_is_told_before_a_refresh_token_is_spent() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let mut limited = home.command("sh");
    limited.args(["-c", "ulimit -f 0; exec \"$0\" token", env!("CARGO_BIN_EXE_tokcache")]);
    let output = limited.output().unwrap();
    assert_eq!(output.status.code(), Some(7), "{output:?}");
    assert!(text(&output.stderr).contains("File too large"), "{}", text(&output.stderr));
    assert_eq!(provider.turn(), 0, "nothing was spent");
    assert_eq!(home.answer("token"), "AT-1");
}
