//! Tests the encrypted cache with the real binary, a real gnome-keyring, the kernel's keyring, key files and
//! passphrases. Kills it at every step, and searches for plain text.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "clippy allows them in test functions only"
)]

mod harness;
mod hygiene;
mod kernel;
mod keyring;
mod kills;
mod memory;
mod passphrases;
mod prompt;
#[path = "../support/mod.rs"]
mod support;
