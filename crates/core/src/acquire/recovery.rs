//! A new refresh token that is not saved yet, or could not be: kept under the lease until it is.

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::ClientApplication;
use super::observer::{Observer, RotatedToken};
use crate::cache::TokenCache;
use crate::secret::RefreshToken;
use crate::store::{Lease, Partition, Recovery, Store, StoreError};

/// What is kept, as JSON.
#[derive(Deserialize, Serialize)]
struct Rescued<'a> {
    #[serde(borrow)]
    spent: Cow<'a, str>,
    #[serde(borrow)]
    refresh_token: Cow<'a, str>,
}

/// Keeps the successor of a spent refresh token outside the cache.
pub(super) fn keep_rotated(lease: &dyn Lease, spent: &RefreshToken, successor: &RefreshToken) -> RotatedToken {
    let rescued = Rescued { spent: spent.expose().into(), refresh_token: successor.expose().into() };
    // Room for an escape of each character, so that it never grows and leaves a copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(64 + 6 * (rescued.spent.len() + rescued.refresh_token.len())));
    match serde_json::to_writer(&mut *bytes, &rescued) {
        Ok(()) => {
            lease.recovery().and_then(|recovery| recovery.keep(&bytes)).map_or(RotatedToken::Lost, RotatedToken::Kept)
        }
        Err(_) => RotatedToken::Lost,
    }
}

impl ClientApplication<'_> {
    /// Puts what earlier holders of the lease have rescued into the cache, and then forgets it. Only where the token
    /// that it succeeds is cached still: an account that was signed out stays so, and a newer token is not replaced.
    /// What cannot be opened is told, and stays.
    pub(super) async fn recover(&self, lease: &dyn Lease) -> Result<(), StoreError> {
        let Some(recovery) = lease.recovery() else { return Ok(()) };
        recovery.unreadable().iter().for_each(|file| self.observer.cannot_decrypt_recovery(file));
        let kept = recovery.kept();
        let rescued: Vec<_> = kept.iter().filter_map(|kept| rotation(&kept.bytes)).collect();
        if !rescued.is_empty() {
            let (now, issuer) = (self.clock.now(), self.registration.issuer());
            let mut restore = |cache: &mut TokenCache| {
                // What the newest succeeds may itself have been rescued: as many rounds as there are links in a chain.
                for (spent, successor) in rescued.iter().cycle().take(rescued.len() * rescued.len()) {
                    cache.replace_refresh_token(&issuer, spent, successor, now);
                }
            };
            self.update_cache_under(lease, None, &mut restore).await?;
        }
        kept.iter().for_each(|kept| recovery.forget(kept));
        Ok(())
    }
}

/// Waits, at most `patience`, until nobody refreshes with the store any more, and keeps everybody from it until what is
/// returned is dropped: for what must not happen while a new refresh token is under way, as a change of the store's key.
///
/// # Errors
/// [`StoreError::Busy`] when `patience` is over.
pub async fn hold_refreshes(
    store: &dyn Store,
    partition: &Partition,
    patience: Duration,
    observer: &dyn Observer,
) -> Result<Option<Box<dyn Lease>>, StoreError> {
    let lease = store.lease_all(partition, patience).await?;
    let unreadable = lease.as_ref().and_then(|lease| lease.recovery()).map(Recovery::unreadable);
    unreadable.iter().flatten().for_each(|file| observer.cannot_decrypt_recovery(file));
    Ok(lease)
}

/// Forgets what was kept under the lease: it is saved.
pub(super) fn forget_all(lease: &dyn Lease) {
    if let Some(recovery) = lease.recovery() {
        recovery.forget_all();
    }
}

/// A refresh token that was spent and its successor, as they were kept.
fn rotation(bytes: &[u8]) -> Option<(RefreshToken, RefreshToken)> {
    let Rescued { spent, refresh_token } = serde_json::from_slice(bytes).ok()?;
    (!refresh_token.is_empty()).then(|| (RefreshToken::new(spent), RefreshToken::new(refresh_token)))
}
