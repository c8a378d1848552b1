//! The state of the cache when a refresh began.

use std::time::Duration;

use crate::secret::AccessToken;
use crate::store::Revision;
use crate::time::{Clock, Timestamp};

/// The state of the cache when a refresh began.
pub(super) struct Beginning {
    /// The revision of the cache, if the store can tell it without loading.
    pub(super) revision: Option<Revision>,
    pub(super) at: Timestamp,
    pub(super) elapsed: Duration,
    /// The similar access tokens that were cached.
    pub(super) seen: Vec<AccessToken>,
}

impl Beginning {
    pub(super) fn since(&self, clock: &dyn Clock) -> Since<'_> {
        Since { at: self.at, waited: clock.elapsed().saturating_sub(self.elapsed), seen: &self.seen }
    }
}

/// The time since a refresh began.
#[derive(Clone, Copy)]
pub(super) struct Since<'a> {
    pub(super) at: Timestamp,
    pub(super) waited: Duration,
    pub(super) seen: &'a [AccessToken],
}
