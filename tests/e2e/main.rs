//! End-to-end tests of the binary with a real authorization server, on one cache file with the real MSAL libraries.
//!
//! `tests/run e2e` installs the requirements and runs the tests; `tests/README.md` says how to add a case.

#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "a case that cannot go on has failed")]

mod crowd;
mod harness;

mod applications;
mod browser;
mod clock;
mod crashes;
mod entra;
mod exchanges;
mod faults;
mod herd;
mod isolation;
mod library;
mod managed_identity;
mod meanwhile;
mod msal;
mod neighbours;
mod networks;
mod profiles;
mod saving;
mod secrecy;
mod servers;
mod sign_in;
mod sign_out;
mod silent;
mod waiting;
