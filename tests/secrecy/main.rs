//! Checks that secrets stay secret: searches all output, and the memory of the process, for canaries. Also checks that
//! a server's text does not reach a terminal unescaped.
//!
//! Needs `strace`, and root or user namespaces. As root, programs run as the user `nobody`.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod flows;
mod folder;
mod foreign;
mod home;
mod memory;
mod process;
mod said;
#[path = "../support/mod.rs"]
mod support;
mod terminal;
