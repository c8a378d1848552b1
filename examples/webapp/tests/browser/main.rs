//! The app as its users see it: the server processes, real stores, the real oidc-provider, and Chromium.
//!
//! `tests/run browser` installs the requirements and runs the tests.
#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests")]

mod harness;

mod attacks;
mod look;
mod restarts;
mod sign_in;
