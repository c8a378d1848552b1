//! The binary among accidents: killed anywhere, failed by the system anywhere, in odd places, on damaged files.
//!
//! Each test has a quick form, which says what it leaves out, and a long one: `TOKCACHE_TESTS=long`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "clippy allows them in test functions only"
)]

mod calls;
mod damage;
mod home;
mod kill;
mod places;
mod provider;
mod strace;

use std::path::Path;

/// Whether the long forms are asked for.
pub(crate) fn is_long() -> bool {
    std::env::var("TOKCACHE_TESTS").is_ok_and(|form| form == "long")
}

/// Writes a file as a program does that knows nothing of tokcache.
#[expect(clippy::disallowed_methods, reason = "a foreign writer")]
pub(crate) fn put(path: &Path, bytes: impl AsRef<[u8]>) {
    std::fs::write(path, bytes).unwrap();
}

/// The names in a folder, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
