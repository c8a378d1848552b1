//! Tests the stores: the common contract, and the file store among other processes, other programs and accidents.
//!
//! Other processes are this test binary (`child.rs`).
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
