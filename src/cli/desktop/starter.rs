//! Starts a program of the desktop.

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::cli::environment;

/// How long to wait for the program. Some browsers run until the user closes them.
const SHORT_WAIT: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(20);

/// Starts a program with these arguments and this text on its standard input, without the variables that hold secrets and
/// those named `secret_variables`. Succeeds if the program ends well, or still runs after a short wait. The text is an
/// argument of a program or its input, never a part of a shell's line.
pub(super) fn start(
    program: &str,
    arguments: &[String],
    input: Option<&str>,
    secret_variables: &[String],
) -> Result<(), String> {
    let mut command = Command::new(program);
    // stdout carries the answer of this command, and nothing else.
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    // A browser may live for weeks.
    for name in environment::SECRETS.into_iter().chain(secret_variables.iter().map(String::as_str)) {
        command.env_remove(name);
    }
    let mut child = command.spawn().map_err(|error| format!("{program}: {error}"))?;
    // Dropped, so that the program sees the end of its input.
    if let (Some(input), Some(mut pipe)) = (input, child.stdin.take()) {
        pipe.write_all(input.as_bytes()).map_err(|error| format!("{program}: {error}"))?;
    }
    if is_started(&mut child) { Ok(()) } else { Err(format!("{program} failed")) }
}

fn is_started(child: &mut Child) -> bool {
    for _ in 0..SHORT_WAIT.as_millis() / PAUSE.as_millis() {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => thread::park_timeout(PAUSE),
            Err(_) => return false,
        }
    }
    true
}

/// Whether this is the Windows Subsystem for Linux, whose desktop is that of Windows.
pub(super) fn is_wsl() -> bool {
    let release = std::fs::read_to_string(Path::new("/proc/sys/kernel/osrelease")).unwrap_or_default();
    release.to_ascii_lowercase().contains("microsoft")
}
