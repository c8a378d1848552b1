//! A new refresh token that is not saved yet, or could not be: kept under the lease until it is.

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::observer::{Observer, Successor};
use super::{PublicClient, cached};
use crate::secret::RefreshToken;
use crate::store::{CacheStore, RefreshLease, StoreError};

/// What is kept, as JSON.
#[derive(Deserialize, Serialize)]
struct Rescued<'a> {
    #[serde(borrow)]
    spent: Cow<'a, str>,
    #[serde(borrow)]
    refresh_token: Cow<'a, str>,
}

/// Keeps the successor of a spent refresh token outside the cache.
pub(super) fn rescue(lease: &dyn RefreshLease, spent: &RefreshToken, successor: &RefreshToken) -> Successor {
    let rescued = Rescued { spent: spent.expose().into(), refresh_token: successor.expose().into() };
    // Room for an escape of each character, so that it never grows and leaves a copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(64 + 6 * (rescued.spent.len() + rescued.refresh_token.len())));
    match serde_json::to_writer(&mut *bytes, &rescued) {
        Ok(()) => lease.rescue(&bytes).map_or(Successor::Lost, Successor::Kept),
        Err(_) => Successor::Lost,
    }
}

impl PublicClient<'_> {
    /// Puts what earlier holders of the lease have rescued into the cache, and then forgets it. Only where the token
    /// that it succeeds is cached still: an account that was signed out stays so, and a newer token is not replaced.
    /// What cannot be opened is told, and stays.
    pub(super) fn restore_rescued(&self, lease: &dyn RefreshLease) -> Result<(), StoreError> {
        lease.unopened().iter().for_each(|file| self.observer.cannot_open_rescued(file));
        let kept = lease.rescued();
        let rescued: Vec<_> = kept.iter().filter_map(|kept| rotation(&kept.bytes)).collect();
        if !rescued.is_empty() {
            let (now, issuer) = (self.clock.now(), self.registration.issuer());
            cached::update(self.store, &mut |cache| {
                // What the newest succeeds may itself have been rescued: as many rounds as there are links in a chain.
                for (spent, successor) in rescued.iter().cycle().take(rescued.len() * rescued.len()) {
                    cache.replace_refresh_token(&issuer, spent, successor, now);
                }
            })?;
        }
        kept.iter().for_each(|kept| lease.forget(kept));
        Ok(())
    }
}

/// Waits, at most `patience`, until nobody refreshes with the store any more, and keeps everybody from it until what is
/// returned is dropped: for what must not happen while a new refresh token is under way, as a change of the store's key.
///
/// # Errors
/// [`StoreError::Busy`] when `patience` is over.
pub fn hold_refreshes(
    store: &dyn CacheStore,
    patience: Duration,
    observer: &dyn Observer,
) -> Result<Box<dyn RefreshLease>, StoreError> {
    let lease = store.lease_all(patience)?;
    lease.unopened().iter().for_each(|file| observer.cannot_open_rescued(file));
    Ok(lease)
}

/// A refresh token that was spent and its successor, as they were kept.
fn rotation(bytes: &[u8]) -> Option<(RefreshToken, RefreshToken)> {
    let Rescued { spent, refresh_token } = serde_json::from_slice(bytes).ok()?;
    (!refresh_token.is_empty()).then(|| (RefreshToken::new(spent), RefreshToken::new(refresh_token)))
}
