//! What a run costs, counted and never timed: a change that makes the program do more than it has to fails here, on any
//! machine and however busy that is. `docs/startup.md` has the reason for each thing that is counted.
//!
//! The counts are those of the static program (`cargo static`), in which nothing is the machine's own: neither its C
//! library nor its loader. It is built here, in release mode, which is why `cargo test` alone leaves this tier out.
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
