//! Handing the process over to a command.

use std::io;
use std::process::{Command, ExitCode};

/// Puts `command` in this process's place, so that its terminal, its signals and its exit status are the caller's own.
///
/// # Errors
/// The command cannot be started. If it can, this does not return.
#[cfg(unix)]
pub fn exec(mut command: Command) -> io::Result<ExitCode> {
    use std::os::unix::process::CommandExt;

    super::memory::show_to_successor();
    Err(command.exec())
}

/// Runs `command` and takes its exit status over: this system cannot put one program in another's place.
///
/// # Errors
/// The command cannot be started.
#[cfg(not(unix))]
pub fn exec(mut command: Command) -> io::Result<ExitCode> {
    let status = command.status()?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}
