//! The Windows build, run under Wine: what differs on Windows (locks, renames, paths, the Credential Manager, processes)
//! is the system's, and only a run shows it.
//!
//! `tests/run windows` installs Wine, builds the program for Windows and starts this. `cargo test` alone leaves it out.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "clippy allows them in test functions only")]

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
