//! Counts the system calls of a run.

use std::process::Command;

use crate::support::strace::{name, traced};
use crate::support::text;

/// Runs `command`, which must exit with `status`, and returns its system calls.
pub(crate) fn calls_until(status: i32, command: &Command) -> Vec<String> {
    let (output, calls) = traced(&["-y", "-s", "200"], command);
    assert_eq!(output.status.code(), Some(status), "{}", text(&output.stderr));
    calls
}

/// Returns those of `calls` that have one of these names.
pub(crate) fn named<'c>(calls: &'c [String], names: &[&str]) -> Vec<&'c str> {
    calls.iter().map(String::as_str).filter(|call| names.contains(&name(call))).collect()
}

/// Returns the result of a call.
pub(crate) fn result(call: &str) -> i64 {
    let result = call.rsplit_once("= ").and_then(|(_, result)| result.split(' ').next());
    result.and_then(|result| result.parse().ok()).unwrap_or_else(|| panic!("no result: {call}"))
}
