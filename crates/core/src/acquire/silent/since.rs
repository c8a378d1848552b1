//! The state of the cache when a refresh began.

use std::time::Duration;

use crate::secret::AccessToken;
use crate::store::Revision;
use crate::time::{Clock, Timestamp};

/// The state of the cache when a refresh began.
pub(in crate::acquire) struct Beginning {
    /// The revision of the cache, if the store can tell it without loading.
    pub(in crate::acquire) revision: Option<Revision>,
    pub(in crate::acquire) at: Timestamp,
    pub(in crate::acquire) elapsed: Duration,
    /// The similar access tokens that were cached.
    pub(in crate::acquire) seen: Vec<AccessToken>,
}

impl Beginning {
    pub(in crate::acquire) fn since(&self, clock: &dyn Clock) -> Since<'_> {
        Since { at: self.at, waited: clock.elapsed().saturating_sub(self.elapsed), seen: &self.seen }
    }
}

/// The time since a refresh began.
#[derive(Clone, Copy)]
pub(in crate::acquire) struct Since<'a> {
    pub(in crate::acquire) at: Timestamp,
    pub(in crate::acquire) waited: Duration,
    pub(in crate::acquire) seen: &'a [AccessToken],
}
