use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use crate::oauth::{Endpoints, JwkSet};
use crate::store::mutex::locked;

/// How long metadata are used before they are requested again.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// The minimum time between two requests for the keys, so that forged ID tokens cannot overload the provider.
const SHORTEST_KEY_LIFETIME: Duration = Duration::from_secs(30);

/// The endpoints and signing keys of a provider, cached for a long-lived client.
#[derive(Default)]
pub struct ProviderMetadata(Mutex<Known>);

#[derive(Default)]
struct Known {
    endpoints: Option<Dated<Endpoints>>,
    keys: Option<Dated<JwkSet>>,
}

struct Dated<Value> {
    value: Value,
    /// The time by [`Clock::elapsed`](crate::time::Clock::elapsed).
    since: Duration,
}

impl ProviderMetadata {
    /// Returns the endpoints that the provider named, whenever that was.
    pub fn discovered(&self) -> Option<Endpoints> {
        locked(&self.0).endpoints.as_ref().map(|known| known.value.clone())
    }

    pub(in crate::acquire) fn endpoints(&self, now: Duration) -> Option<Endpoints> {
        let known = locked(&self.0);
        known.endpoints.as_ref().filter(|known| known.age(now) < LIFETIME).map(|known| known.value.clone())
    }

    pub(super) fn keep_endpoints(&self, endpoints: Endpoints, now: Duration) {
        locked(&self.0).endpoints = Some(Dated { value: endpoints, since: now });
    }

    /// Returns the signing keys. If `is_key_missing` is set, returns only keys that are too new to be requested again.
    pub(in crate::acquire) fn keys(&self, now: Duration, is_key_missing: bool) -> Option<JwkSet> {
        let lifetime = if is_key_missing { SHORTEST_KEY_LIFETIME } else { LIFETIME };
        let known = locked(&self.0);
        known.keys.as_ref().filter(|known| known.age(now) < lifetime).map(|known| known.value.clone())
    }

    pub(in crate::acquire) fn keep_keys(&self, keys: JwkSet, now: Duration) {
        locked(&self.0).keys = Some(Dated { value: keys, since: now });
    }
}

impl<Value> Dated<Value> {
    fn age(&self, now: Duration) -> Duration {
        now.saturating_sub(self.since)
    }
}

impl fmt::Debug for ProviderMetadata {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = locked(&self.0);
        let (endpoints, has_keys) = (known.endpoints.as_ref().map(|known| &known.value), known.keys.is_some());
        formatter.debug_struct("ProviderMetadata").field("endpoints", &endpoints).field("has_keys", &has_keys).finish()
    }
}
