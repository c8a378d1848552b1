//! Tests what scripts use: `exec`, `curl` and the outputs of `token`, with the real curl, real shells, signals and a
//! terminal.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod api;
#[allow(dead_code, reason = "another tier has more cases")]
mod curl;
mod curl_challenges;
mod curl_hosts;
mod curl_tls;
mod exec;
mod outputs;
mod signals;
#[path = "../support/mod.rs"]
mod support;
mod token_file;

use std::time::{Duration, Instant};

/// Waits until the condition holds.
#[track_caller]
pub(crate) fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(30), "{what}");
        #[expect(clippy::disallowed_methods, reason = "waits for another process")]
        std::thread::sleep(Duration::from_millis(10));
    }
}
