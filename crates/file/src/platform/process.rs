//! Executes a command in place of this process.

use std::io;
use std::process::{Command, ExitCode};

/// Replaces this process by `command`, which then has the caller's terminal, signals and exit status.
///
/// # Errors
/// The command cannot be started. Otherwise this function does not return.
#[cfg(unix)]
pub fn exec(mut command: Command) -> io::Result<ExitCode> {
    use std::os::unix::process::CommandExt;

    super::memory::show_to_successor();
    Err(command.exec())
}

/// Runs `command` and returns its exit status. This system cannot replace a process.
///
/// # Errors
/// The command cannot be started.
#[cfg(not(unix))]
pub fn exec(mut command: Command) -> io::Result<ExitCode> {
    let status = command.status()?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}
