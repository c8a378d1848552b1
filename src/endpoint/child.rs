//! The program that an endpoint is for.

use std::process::{ExitCode, ExitStatus};

/// Returns the exit status of a program as a shell returns it: 128 and the number of the signal that has ended it.
pub(crate) fn exit_status(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal: Option<i32> = None;
    let code = status.code().or(signal.map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}
