//! The signals of this process, and of the programs that it has started.

use std::io;
use std::process::Child;
use std::sync::OnceLock;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, getpgrp, kill_process};
use rustix::termios::tcgetpgrp;

/// Whether this process ignores the signal. Only Linux is asked; elsewhere it is assumed not to.
pub fn ignores_signal(number: i32) -> bool {
    (1..=64).contains(&number) && ignored_signals().is_some_and(|ignored| ignored & 1 << (number - 1) != 0)
}

/// Returns the signals that this process ignored at first, as a mask. Rust itself has made it ignore SIGPIPE. Background jobs of a shell ignore Ctrl-C, and
/// programs under `nohup` ignore the end of the terminal; they must continue to do so (proc_pid_status(5), `SigIgn`).
/// `None` on other systems than Linux.
pub(super) fn ignored_signals() -> Option<u64> {
    static AT_FIRST: OnceLock<Option<u64>> = OnceLock::new();
    *AT_FIRST.get_or_init(|| {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
        u64::from_str_radix(mask.trim(), 16).ok()
    })
}

/// Whether this process is in the foreground of its terminal, which sends Ctrl-C to all processes there.
pub fn is_in_foreground() -> bool {
    let terminal = std::fs::File::open("/dev/tty");
    terminal.is_ok_and(|terminal| tcgetpgrp(terminal).is_ok_and(|group| group == getpgrp()))
}

/// Sends a signal to a program that has not been waited for.
///
/// # Errors
/// The number is no signal, or the program runs as another user.
pub fn send_signal(child: &Child, number: i32) -> io::Result<()> {
    let signal = Signal::from_named_raw(number).ok_or(Errno::INVAL)?;
    Ok(kill_process(Pid::from_child(child), signal)?)
}

/// Returns the effective user id of this process.
pub fn own_user() -> Option<u32> {
    Some(rustix::process::geteuid().as_raw())
}
