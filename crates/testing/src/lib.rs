//! What the author of a store for [tokcache](tokcache_core) tests it with.
//!
//! [`contract::check`] holds a store to the contract of [`Store`](tokcache_core::store::Store):
//!
//! ```
//! use tokcache_core::store::MemoryStore;
//! use tokcache_testing::contract::{self, Kind};
//!
//! contract::check(Kind::default(), || MemoryStore::new());
//! ```
//!
//! [`RemoteStore`] is a store that is slow, loses answers, goes away and lets leases end, when a test asks for that.
//! [`SteppedClock`] is time that passes only when a test says so. With the feature `servers`, there are real servers.
#![allow(
    clippy::panic,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test ends that way"
)]

mod clock;
pub mod contract;
mod remote;
#[cfg(all(feature = "servers", unix))]
pub mod servers;

pub use clock::SteppedClock;
pub use remote::{Counts, Fault, RemoteStore};
