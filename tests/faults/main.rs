//! Tests the binary with accidents: kills and system errors at every point, unusual places, and damaged files.
//!
//! Each test has a quick form, which reports what it leaves out, and a long one: `TOKCACHE_TESTS=long`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "clippy allows them in test functions only"
)]

mod answers;
mod bounds;
mod calls;
mod commands;
mod conversions;
mod damage;
mod flows;
mod home;
mod kill;
mod owners;
mod places;
mod profiles;
mod provider;
mod refresh;
mod repeated;
mod signals;
mod signing_out;
mod strace;
#[path = "../support/mod.rs"]
mod support;
mod variables;
