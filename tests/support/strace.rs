//! Records system calls with `strace`.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use rustix::process::geteuid;

use super::wrapped;

/// Returns `command` under `strace` with these options, with the right to read the memory of the program. tokcache
/// denies that to all but root, and strace needs it for paths and written bytes.
pub(crate) fn strace(options: &[&str], command: &Command) -> Command {
    let as_root: &[&str] = match geteuid().is_root() {
        true => &[],
        // A session bus rejects a user that only claims to be root.
        false if command.get_envs().any(|(name, _)| name == "DBUS_SESSION_BUS_ADDRESS") => {
            &["unshare", "--user", "--map-current-user", "--keep-caps"]
        }
        false => &["unshare", "--user", "--map-root-user"],
    };
    let mut strace = wrapped(&[as_root, &["strace", "-f", "-qq"], options].concat(), command);
    strace.stdin(Stdio::null());
    strace
}

/// Runs `command` to its end, and returns its system calls in order, each as `close(3) = 0`.
pub(crate) fn traced(options: &[&str], command: &Command) -> (Output, Vec<String>) {
    let (output, calls) = traced_by_process(options, command);
    (output, calls.into_iter().map(|(_process, call)| call).collect())
}

/// Like [`traced`], with the process or thread of each call.
pub(crate) fn traced_by_process(options: &[&str], command: &Command) -> (Output, Vec<(String, String)>) {
    let log = tempfile::NamedTempFile::new().unwrap();
    let output = strace(&[options, &["-o", log.path().to_str().unwrap()]].concat(), command).output();
    let output = output.unwrap_or_else(|error| panic!("strace is needed, and to be root or to have unshare: {error}"));
    let log = std::fs::read_to_string(log).unwrap();
    let calls = log.lines().filter_map(|line| line.split_once(' '));
    (output, calls.map(|(process, call)| (process.to_owned(), call.trim().to_owned())).collect())
}

/// Returns the name of a call.
pub(crate) fn name(call: &str) -> &str {
    call.split_once('(').map_or(call, |(name, _)| name)
}

/// Whether a call concerns a file in this folder. With `-y`, the first such call comes after the loader's.
pub(crate) fn is_within(folder: &Path, call: &str) -> bool {
    name(call) != "execve" && call.contains(&format!("{}/", folder.display()))
}
