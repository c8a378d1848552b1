//! Test support for authors of [tokcache](tokcache_core) stores.
//!
//! [`contract::check`] tests a store against the contract of [`Store`](tokcache_core::store::Store):
//!
//! ```
//! use tokcache_core::store::MemoryStore;
//! use tokcache_testing::contract::{self, Kind};
//!
//! contract::check(Kind::default(), || MemoryStore::new());
//! ```
//!
//! [`RemoteStore`] simulates a remote store with latency, lost answers, outages and expiring leases. [`provider`]
//! simulates a provider that rotates refresh tokens. [`SteppedClock`] advances only when a test steps it, and
//! [`TokioClock`] blocks no worker. The feature
//! `servers` adds real servers.
#![allow(
    clippy::panic,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test ends that way"
)]

mod clock;
pub mod contract;
pub mod provider;
mod remote;
#[cfg(all(feature = "servers", unix))]
pub mod servers;

pub use clock::{SteppedClock, TokioClock};
pub use remote::{Counts, Fault, RemoteStore};
