//! Tests every line of `docs/scripting.md` with the real shells and programs: with a token, and without one.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy allows them in test functions only")]

mod api;
mod ci;
mod page;
mod places;
mod services;
mod site;
#[path = "../support/mod.rs"]
mod support;
mod warnings;
