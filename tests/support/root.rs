//! Tests that act as several users.

use std::os::unix::fs::MetadataExt as _;
use std::process::Command;

/// Whether this process may act as any user.
pub(crate) fn is_root() -> bool {
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

/// Whether this process is root. Otherwise the test that asks runs once more as root, by sudo, and must pass there.
#[track_caller]
pub(crate) fn is_root_or_runs_again() -> bool {
    if is_root() {
        return true;
    }
    let thread = std::thread::current();
    let Some(name) = thread.name().filter(|name| *name != "main") else {
        panic!("this needs root, or RUST_TEST_THREADS of 2 or more")
    };
    let mut again = Command::new("sudo");
    // sudo would set another PATH, and forbids core dumps.
    again.args(["--non-interactive", "--preserve-env", "env", &format!("PATH={}", std::env::var("PATH").unwrap())]);
    again.args(["sh", "-c", "ulimit -c unlimited; exec \"$@\"", "sh"]);
    again.arg(std::env::current_exe().unwrap()).args(["--exact", name, "--include-ignored", "--nocapture"]);
    let output = again.output().unwrap_or_else(|error| panic!("this needs root or sudo: {error}"));
    let said = String::from_utf8_lossy(&output.stdout);
    let passed = output.status.success() && said.contains("1 passed");
    assert!(passed, "as root: {said}{}", String::from_utf8_lossy(&output.stderr));
    false
}
