//! Tests the Windows build under Wine, because locks, renames, paths, the Credential Manager and processes differ
//! there.
//!
//! `tests/run windows` installs Wine, builds the program for Windows and runs these tests. `cargo test` alone leaves
//! them out.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "clippy allows them in test functions only")]

mod cmd;
mod credentials;
mod exec;
mod lifecycle;
mod locks;
mod paths;
mod provider;
mod saving;
#[path = "../support/mod.rs"]
mod support;
mod wine;
