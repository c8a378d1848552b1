//! Secrets stay where they belong: canaries are looked for in all that is said, and in the memory of the process.
//! And what a server says does not reach a terminal as it is.
//!
//! Needs `strace`, and to be root or to have user namespaces. As root, everything is run as the user `nobody`.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod foreign;
mod home;
mod memory;
mod process;
mod said;
#[path = "../support/mod.rs"]
mod support;
mod terminal;
