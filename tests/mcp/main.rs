//! Tests `--for`: the conformance suite of the Model Context Protocol, protected resources of a real authorization server,
//! hostile ones, and the contracts of the programs that run a helper.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "these are tests")]

mod clients;
mod conformance;
mod herd;
mod hostile;
mod identity;
mod library;
mod server;
mod sign_in;
#[path = "../support/mod.rs"]
mod support;
