//! Counts the costs of a run instead of timing them. A change that makes the program do more than necessary fails here,
//! on any machine and under any load. `docs/startup.md` explains each count.
//!
//! The counts are those of the static program (`cargo static`), which does not depend on the machine's C library and
//! loader. The tests build it in release mode, so `cargo test` alone leaves this tier out.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "clippy allows them in test functions only")]

mod calls;
mod counts;
#[path = "../faults/home.rs"]
#[expect(dead_code, reason = "shared with another tier")]
mod expired;
#[path = "../faults/provider.rs"]
#[expect(dead_code, reason = "shared with another tier")]
mod provider;
mod refresh;
#[path = "../support/mod.rs"]
mod support;
mod valgrind;
mod warm;
mod warm_home;
