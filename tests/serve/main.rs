//! `tokcache serve`, `proxy` and `exec --as` with a real authorization server, the Azure SDKs and the MCP SDK.
//!
//! `tests/run serve` installs the requirements and runs the tests.

#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, clippy::panic, reason = "a case that cannot go on has failed")]

mod api;
mod endpoint;
#[allow(dead_code, unused_imports, reason = "this tier does not use all of it")]
#[path = "../e2e/harness/mod.rs"]
mod harness;

mod container;
mod contract;
mod life;
mod mcp;
mod proxy;
mod proxy_tls;
mod sdk;
mod upstream;
