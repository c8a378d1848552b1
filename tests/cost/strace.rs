//! The system calls of a run, as `strace` sees them.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Runs `command` to its successful end and returns its system calls, each a line such as `close(3) = 0`.
pub(crate) fn calls(command: &Command, folder: &Path) -> Vec<String> {
    calls_until(0, command, folder)
}

/// The same for one that ends with `status`.
pub(crate) fn calls_until(status: i32, command: &Command, folder: &Path) -> Vec<String> {
    let log = folder.join("strace.log");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-y", "-s", "200", "-qq", "-o"]).arg(&log);
    strace.arg(command.get_program()).args(command.get_args()).env_clear();
    strace.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = strace.output().expect("this tier needs strace: tests/run cost installs it");
    assert_eq!(output.status.code(), Some(status), "{}", String::from_utf8_lossy(&output.stderr));
    let log = fs::read_to_string(log).unwrap();
    log.lines().filter_map(|line| line.split_once(' ')).map(|(_process, call)| call.trim().to_owned()).collect()
}

/// The name of a call.
pub(crate) fn name(call: &str) -> &str {
    call.split_once('(').map_or(call, |(name, _)| name)
}

/// Those of `calls` that have one of these names.
pub(crate) fn named<'c>(calls: &'c [String], names: &[&str]) -> Vec<&'c str> {
    calls.iter().map(String::as_str).filter(|call| names.contains(&name(call))).collect()
}

/// What a call returned.
pub(crate) fn result(call: &str) -> i64 {
    let result = call.rsplit_once("= ").and_then(|(_, result)| result.split(' ').next());
    result.and_then(|result| result.parse().ok()).unwrap_or_else(|| panic!("no result: {call}"))
}
