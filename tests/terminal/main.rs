//! Tests the text on a terminal: on terminals with and without colours, narrow ones, for a screen reader, and in tmux.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy allows them in test functions only")]

mod messages;
mod pictures;
mod sign_in;
#[path = "../support/mod.rs"]
mod support;
mod tables;
mod tmux;
