//! Events and counters for servers that use [tokcache](tokcache_core): cache hits, refreshes, waits for leases, conflicts,
//! and failures of the store and the provider.
//!
//! [`TracingObserver`] is an [`Observer`](tokcache_core::acquire::Observer) that counts the calls of a client, and
//! [`ObservedStore`] wraps a store and counts what the client asks of it. Both emit events of the `tracing` crate with the
//! target `tokcache`. No event holds a token, a secret or the name of a partition; the reason of a failure may name an
//! account.
//!
//! ```
//! use std::sync::Arc;
//!
//! use pollster::FutureExt as _;
//! use tokcache_core::store::{MemoryStore, Partition, Store as _};
//! use tokcache_tracing::{Counter, Counters, ObservedStore, TracingObserver};
//!
//! let counters = Counters::default();
//! let store = ObservedStore::new(MemoryStore::new(), counters.clone());
//! // let mut client = ConfidentialClient::new(registration, credential, Arc::new(store), http, clock);
//! // client.observer = Arc::new(TracingObserver::new(counters.clone()));
//! # let _ = Arc::new(TracingObserver::new(counters.clone()));
//!
//! store.load(&Partition::named("uid.utid")).block_on()?;
//! assert_eq!(counters.get(Counter::StoreMisses), 1);
//! // Serve this to Prometheus.
//! assert!(counters.to_string().contains("\ntokcache_store_misses_total 1\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod counters;
mod observer;
mod store;

pub use counters::{Counter, Counters};
pub use observer::TracingObserver;
pub use store::ObservedStore;
