use std::time::Duration;

use tokcache_core::acquire::{AcquireError, ErrorKind, Observer, RotatedToken, Source};
use tokcache_core::oauth::{Endpoints, RequestError};
use tokcache_core::store::{Holder, StoreError};
use tokcache_core::types::ScopeSet;
use tracing::{debug, error, info, warn};

use crate::{Counter, Counters};

/// Counts what a client does, and emits an event for everything that is not a cache hit.
///
/// The reason of a failure is the text of the error, which holds no secret.
#[derive(Clone, Default)]
pub struct TracingObserver {
    counters: Counters,
}

impl TracingObserver {
    /// Returns an observer with these counters.
    pub fn new(counters: Counters) -> Self {
        TracingObserver { counters }
    }
}

impl Observer for TracingObserver {
    fn token_acquired(&self, source: Source) {
        let counter = match source {
            Source::Cache => Counter::CacheHits,
            Source::Refresh => Counter::Refreshes,
            Source::ClientCredentials | Source::ManagedIdentity | Source::OnBehalfOf | Source::TokenExchange => {
                Counter::Exchanges
            }
            // A sign-in is counted by the app, which knows of those that nobody finished.
            Source::Login => return,
        };
        self.counters.count(counter);
        match source {
            Source::Cache => debug!(target: "tokcache", "cache hit"),
            _ => info!(target: "tokcache", source = ?source, "new access token"),
        }
    }

    fn acquisition_failed(&self, failure: &AcquireError) {
        let counter = match failure.kind() {
            ErrorKind::InteractionRequired => Counter::InteractionRequired,
            ErrorKind::Unavailable => Counter::ProviderUnavailable,
            ErrorKind::Store => Counter::StoreFailures,
            _ => Counter::OtherFailures,
        };
        self.counters.count(counter);
        match counter {
            Counter::InteractionRequired => info!(target: "tokcache", reason = %failure, "sign-in required"),
            Counter::StoreFailures => error!(target: "tokcache", reason = %failure, "no token: store failure"),
            _ => warn!(target: "tokcache", reason = %failure, "no token"),
        }
    }

    fn scopes_refused(&self, scopes: &ScopeSet) {
        info!(target: "tokcache", %scopes, "the provider refused scopes; asking without them");
    }

    fn waiting_for(&self, holder: &Holder) {
        debug!(target: "tokcache", %holder, "waiting for a lease");
    }

    fn lease_wait_ended(&self, waited: Duration) {
        let milliseconds = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
        self.counters.count(Counter::LeaseWaits);
        self.counters.add(Counter::LeaseWaitMilliseconds, milliseconds);
        debug!(target: "tokcache", milliseconds, "waited for a lease");
    }

    fn refresh_failed_using_cached(&self, failure: &AcquireError) {
        self.counters.count(Counter::FailedRefreshes);
        warn!(target: "tokcache", reason = %failure, "refresh failed; the cached token is still valid");
    }

    fn not_saved(&self, failure: &StoreError, successor: &RotatedToken) {
        self.counters.count(Counter::UnsavedTokens);
        let is_sign_in_lost = *successor == RotatedToken::Lost;
        error!(target: "tokcache", reason = %failure, is_sign_in_lost, "a new token could not be saved");
    }

    fn saved_again(&self) {
        warn!(target: "tokcache", "another program had overwritten new tokens; they are saved again");
    }

    fn retrying(&self, failure: &RequestError, pause: Duration) {
        self.counters.count(Counter::Retries);
        let milliseconds = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
        warn!(target: "tokcache", reason = %failure, milliseconds, "retrying a request to the provider");
    }

    fn endpoints_moved(&self, _endpoints: &Endpoints) {
        warn!(target: "tokcache", "the provider has moved its endpoints");
    }

    fn clock_differs(&self, ahead: i64) {
        warn!(target: "tokcache", seconds = ahead, "this host's clock differs from the provider's");
    }
}
