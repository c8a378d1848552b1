//! The stores: one contract for all of them, and the file store among processes, neighbours and accidents.
//!
//! Where a test needs other processes, they are this test binary again (`child.rs`).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "clippy allows them in test functions only"
)]

mod cache;
mod child;
mod contract;
mod files;
mod leases;
mod locks;
mod neighbours;
mod processes;
#[cfg(unix)]
mod skims;
#[path = "../support/mod.rs"]
mod support;
#[cfg(target_os = "linux")]
mod system_calls;
