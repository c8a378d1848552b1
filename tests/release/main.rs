//! Tests the packages of a release: built twice, unpacked, installed and run.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy allows them in test functions only")]

mod dist;
mod installed;
mod sources;
#[path = "../support/mod.rs"]
mod support;
