//! The encrypted cache, as a user has it: the real binary with a real gnome-keyring, the kernel's keyring, key files
//! and passphrases; killed at every step, and watched for plain text.
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
