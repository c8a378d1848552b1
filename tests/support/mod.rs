//! Shared by the tiers: a home with the binary, a provider on loopback, system calls, a terminal.
#![allow(dead_code, reason = "no tier uses all of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

pub(crate) mod clock;
#[cfg(unix)]
pub(crate) mod home;
pub(crate) mod provider;
#[cfg(target_os = "linux")]
pub(crate) mod root;
#[cfg(target_os = "linux")]
pub(crate) mod server;
#[cfg(unix)]
pub(crate) mod strace;
#[cfg(target_os = "linux")]
pub(crate) mod terminal;

use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Takes away the variables that cargo sets for this test. With them, a build by the program would compile the C code of
/// `ring` again, and so would the next build without them.
pub(crate) fn without_cargo(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars() {
        if name == "OUT_DIR" || name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name);
        }
    }
    command
}

/// Whether `TOKCACHE_TESTS=long` asks for the long forms of the tests.
pub(crate) fn is_long() -> bool {
    std::env::var("TOKCACHE_TESTS").is_ok_and(|form| form == "long")
}

/// The number of cases that mostly wait to check at a time. With more, their time limits would be too short.
const AT_ONCE: usize = 8;

/// Checks cases that mostly wait, several at a time.
pub(crate) fn each<T: Sync>(cases: &[T], check: impl Fn(&T) + Sync) {
    each_of(AT_ONCE, cases, check);
}

/// Checks the cases, `at_once` at a time.
pub(crate) fn each_of<T: Sync>(at_once: usize, cases: &[T], check: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    check(case);
                }
            });
        }
    });
}

/// Writes a file as a program that does not know tokcache.
#[expect(clippy::disallowed_methods, reason = "a foreign writer")]
pub(crate) fn put(path: &Path, bytes: impl AsRef<[u8]>) {
    std::fs::write(path, bytes).unwrap();
}

/// Writes a program that takes the place of another one.
#[cfg(unix)]
pub(crate) fn put_program(path: &Path, script: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    put(path, script);
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Returns the names in a folder, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Returns the output of a successful run, without the line end.
#[track_caller]
pub(crate) fn answer_of(output: &Output) -> String {
    assert!(output.status.success(), "{}: {}", output.status, text(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap().trim_end().to_owned()
}

/// Returns the message of a run that failed with `status`: the cause, and a suggested command.
#[track_caller]
pub(crate) fn failure_of(status: i32, output: &Output) -> String {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{said}");
    assert!(output.stdout.is_empty(), "a failure leaves standard output empty");
    assert!(said.contains("error: ") && said.contains("\n  try: "), "{said}");
    said
}

/// Returns `command`, started by another program with these words.
pub(crate) fn wrapped(words: &[&str], command: &Command) -> Command {
    let mut wrapped = Command::new(words[0]);
    wrapped.args(&words[1..]).arg(command.get_program()).args(command.get_args()).env_clear();
    wrapped.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        wrapped.current_dir(folder);
    }
    wrapped
}

/// Returns `command` on a kernel that says it is that of the Windows Subsystem for Linux.
#[cfg(target_os = "linux")]
pub(crate) fn in_wsl(command: &Command) -> Command {
    let release = "mount --bind \"$0\" /proc/sys/kernel/osrelease && exec \"$@\"";
    let kernel = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/wsl-osrelease");
    let namespace = tokcache_testing::servers::unshare_options(&["--mount"]);
    wrapped(&[&["unshare"], &namespace[..], &["sh", "-c", release, kernel]].concat(), command)
}
