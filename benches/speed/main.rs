//! Compares the time of tokcache with that of other programs and of a process that does nothing: ratios, all from one
//! run.
//!
//! `benches/run` runs it and installs the other programs. It only asserts that each contender prints the right output.
//! `tests/cost` counts what must not get worse.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "for developers")]

#[path = "../../tests/encryption/harness/bus.rs"]
#[expect(dead_code, reason = "shared with the tests of encrypted caches")]
mod bus;
mod cache;
mod contender;
mod facts;
mod growth;
#[path = "../../tests/e2e/harness/mod.rs"]
#[expect(dead_code, unused_imports, reason = "shared with the end-to-end tests")]
mod harness;
mod herd;
mod keys;
mod peers;
mod refresh;
mod shared;
mod warm;

use std::path::{Path, PathBuf};

use harness::Provider;

/// The parts that can be selected by name.
const PARTS: [&str; 5] = ["facts", "warm", "growth", "refresh", "herd"];

/// A build of tokcache, with its name in the tables.
type Program = (&'static str, PathBuf);

fn main() {
    // `cargo bench` passes --bench. A test run of the benchmarks only checks that they work.
    let effort = if is_typed("--bench") { 1.0 } else { 0.0 };
    let folder = tempfile::tempdir().unwrap();
    let programs = install(folder.path());
    // It needs redis-server, and belongs to `benches/run stores`.
    if is_typed("shared") {
        return shared::show(&programs, effort);
    }
    let chosen: Vec<_> = PARTS.into_iter().filter(|part| is_typed(part)).collect();
    let is_wanted = |part| chosen.is_empty() || chosen.contains(&part);
    if is_wanted("facts") {
        facts::show(&programs, is_typed("--build"));
    }
    if is_wanted("warm") {
        warm::show(&programs, effort);
    }
    if is_wanted("growth") {
        growth::show(&programs, effort);
    }
    if !is_wanted("refresh") && !is_wanted("herd") {
        return;
    }
    if !Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/e2e/node_modules").exists() {
        return println!("(No refresh: the provider of the end-to-end tests is not here.)");
    }
    let provider = Provider::start();
    if is_wanted("refresh") {
        refresh::show(&programs, &provider, effort);
    }
    if is_wanted("herd") {
        herd::show(&programs, &provider, effort);
    }
}

fn is_typed(flag: &str) -> bool {
    std::env::args().any(|argument| argument == flag)
}

/// Returns the number of rounds, which is 1 in a test run.
fn rounds(effort: f64, most: u32) -> usize {
    ((f64::from(most) * effort) as usize).max(1)
}

/// Returns the default build and, if `cargo static` has built it, the static one. Both are copied, as an installation
/// would do: a file written by a linker is in smaller pieces of the page cache, and starts more slowly.
fn install(folder: &Path) -> Vec<Program> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let all = [
        ("tokcache", PathBuf::from(env!("CARGO_BIN_EXE_tokcache"))),
        ("tokcache, static", root.join("target/x86_64-unknown-linux-musl/release/tokcache")),
    ];
    let install = |(name, built): (&'static str, PathBuf)| {
        let program = folder.join(name.replace(", ", "-"));
        std::fs::copy(built, &program).ok().map(|_| (name, program))
    };
    all.into_iter().filter_map(install).collect()
}
