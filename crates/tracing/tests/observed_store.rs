//! An observed store keeps the store contract.

use std::sync::Arc;
use std::time::Duration;

use tokcache_testing::contract::{self, Kind};
use tokcache_testing::{RemoteStore, SteppedClock};
use tokcache_tracing::{Counter, Counters, ObservedStore};

#[test]
fn an_observed_store_is_a_store() {
    let clock = Arc::new(SteppedClock::default());
    let counters = Counters::default();
    contract::check(Kind::default(), || {
        ObservedStore::new(RemoteStore::new(clock.clone(), Duration::from_millis(1)), counters.clone())
    });
    assert!(counters.get(Counter::StoreConflicts) > 0, "the contract has races");
}
