//! Runs the program on Redis, PostgreSQL and SQLite, with real servers: one cache for each user, shared by many machines.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "clippy allows them in test functions only")]

mod copying;
mod encryption;
mod failures;
mod herd;
mod machine;
mod many;
mod passwords;
mod provider;
mod signing;
mod stores;
#[path = "../support/mod.rs"]
mod support;
