use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The counters of one server. A clone is the same counters.
///
/// As text they are in the exposition format of Prometheus.
#[derive(Clone, Default)]
pub struct Counters(Arc<[AtomicU64; Counter::ALL.len()]>);

/// One of [`Counters`].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Counter {
    /// Calls that returned a cached token.
    CacheHits,
    /// Calls that returned a token for a refresh token.
    Refreshes,
    /// Calls that returned a token of the client itself, or on behalf of a caller.
    Exchanges,
    /// Calls that returned a cached token because the refresh failed.
    FailedRefreshes,
    /// Calls that failed because a person has to sign in.
    InteractionRequired,
    /// Calls that failed because the provider could not be reached.
    ProviderUnavailable,
    /// Calls that failed because the store failed.
    StoreFailures,
    /// Calls that failed for another reason.
    OtherFailures,
    /// Requests to the provider that were sent again.
    Retries,
    /// Calls that waited for a process that held the lease.
    LeaseWaits,
    /// The time that these calls have waited, in milliseconds.
    LeaseWaitMilliseconds,
    /// Tokens that were returned and could not be saved.
    UnsavedTokens,
    /// Documents that the store had.
    StoreHits,
    /// Documents that the store did not have.
    StoreMisses,
    /// Documents that were saved.
    StoreSaves,
    /// Saves that lost a race and were done again.
    StoreConflicts,
    /// Operations of the store that failed.
    StoreErrors,
}

impl Counter {
    /// All counters.
    pub const ALL: [Counter; 17] = [
        Counter::CacheHits,
        Counter::Refreshes,
        Counter::Exchanges,
        Counter::FailedRefreshes,
        Counter::InteractionRequired,
        Counter::ProviderUnavailable,
        Counter::StoreFailures,
        Counter::OtherFailures,
        Counter::Retries,
        Counter::LeaseWaits,
        Counter::LeaseWaitMilliseconds,
        Counter::UnsavedTokens,
        Counter::StoreHits,
        Counter::StoreMisses,
        Counter::StoreSaves,
        Counter::StoreConflicts,
        Counter::StoreErrors,
    ];

    /// Returns the name that Prometheus knows the counter by.
    pub fn name(self) -> &'static str {
        match self {
            Counter::CacheHits => "tokcache_cache_hits_total",
            Counter::Refreshes => "tokcache_refreshes_total",
            Counter::Exchanges => "tokcache_exchanges_total",
            Counter::FailedRefreshes => "tokcache_failed_refreshes_total",
            Counter::InteractionRequired => "tokcache_interaction_required_total",
            Counter::ProviderUnavailable => "tokcache_provider_unavailable_total",
            Counter::StoreFailures => "tokcache_store_failures_total",
            Counter::OtherFailures => "tokcache_other_failures_total",
            Counter::Retries => "tokcache_retries_total",
            Counter::LeaseWaits => "tokcache_lease_waits_total",
            Counter::LeaseWaitMilliseconds => "tokcache_lease_wait_milliseconds_total",
            Counter::UnsavedTokens => "tokcache_unsaved_tokens_total",
            Counter::StoreHits => "tokcache_store_hits_total",
            Counter::StoreMisses => "tokcache_store_misses_total",
            Counter::StoreSaves => "tokcache_store_saves_total",
            Counter::StoreConflicts => "tokcache_store_conflicts_total",
            Counter::StoreErrors => "tokcache_store_errors_total",
        }
    }
}

impl Counters {
    /// Returns the value of a counter.
    pub fn get(&self, counter: Counter) -> u64 {
        self.0[counter as usize].load(Ordering::Relaxed)
    }

    pub(crate) fn count(&self, counter: Counter) {
        self.add(counter, 1);
    }

    pub(crate) fn add(&self, counter: Counter, number: u64) {
        self.0[counter as usize].fetch_add(number, Ordering::Relaxed);
    }
}

impl fmt::Display for Counters {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for counter in Counter::ALL {
            let name = counter.name();
            writeln!(formatter, "# TYPE {name} counter\n{name} {}", self.get(counter))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_counter_is_listed_at_its_place() {
        for (place, counter) in Counter::ALL.into_iter().enumerate() {
            assert_eq!(counter as usize, place, "{counter:?}");
        }
    }
}
