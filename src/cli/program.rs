//! Runs another program.

use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::process::{Command, ExitCode};

use tokcache_file::platform;

use super::{Exit, Failure};
use crate::output::command_line;

/// The exit codes of POSIX shells for a command that does not exist, and for one that is not executable.
const NOT_FOUND: u8 = 127;
const NOT_EXECUTABLE: u8 = 126;

/// Executes the program in place of this process.
pub(super) fn start(command: Command) -> Result<ExitCode, Failure> {
    let program = command.get_program().to_owned();
    platform::exec(command).map_err(|error| cannot_run(&program, &error))
}

/// The error for a program that cannot be started.
pub(super) fn cannot_run(program: &OsStr, error: &io::Error) -> Failure {
    let program = program.to_string_lossy();
    let status = if error.kind() == ErrorKind::NotFound { NOT_FOUND } else { NOT_EXECUTABLE };
    Failure::new(Exit::Unexpected, format!("cannot run {program}: {error}"))
        .with_status(status)
        .try_shell(command_line(["command", "-V", &program]))
}
