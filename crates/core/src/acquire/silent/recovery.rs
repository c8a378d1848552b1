//! Keeps a new refresh token under the lease until it is saved.

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::acquire::ClientApplication;
use crate::acquire::observer::{Observer, RotatedToken};
use crate::cache::TokenCache;
use crate::secret::RefreshToken;
use crate::store::{Lease, Partition, Recovery, Store, StoreError};

/// The recovery data, as JSON.
#[derive(Deserialize, Serialize)]
struct Rescued<'a> {
    #[serde(borrow)]
    spent: Cow<'a, str>,
    #[serde(borrow)]
    refresh_token: Cow<'a, str>,
}

/// Keeps the successor of a redeemed refresh token outside the cache.
pub(super) fn keep_rotated(lease: &dyn Lease, spent: &RefreshToken, successor: &RefreshToken) -> RotatedToken {
    let rescued = Rescued { spent: spent.expose().into(), refresh_token: successor.expose().into() };
    // Room for an escape of each character, so that the buffer never grows and leaves a copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(64 + 6 * (rescued.spent.len() + rescued.refresh_token.len())));
    match serde_json::to_writer(&mut *bytes, &rescued) {
        Ok(()) => {
            lease.recovery().and_then(|recovery| recovery.keep(&bytes)).map_or(RotatedToken::Lost, RotatedToken::Kept)
        }
        Err(_) => RotatedToken::Lost,
    }
}

impl ClientApplication<'_> {
    /// Puts the refresh tokens of earlier lease holders into the cache, and deletes the recovery data. A token is
    /// restored only if its predecessor is still cached: a signed-out account stays signed out, and a newer token is
    /// not replaced. Data that cannot be decrypted are reported and kept.
    pub(in crate::acquire) async fn recover(&self, lease: &dyn Lease) -> Result<(), StoreError> {
        let Some(recovery) = lease.recovery() else { return Ok(()) };
        recovery.unreadable().iter().for_each(|file| self.observer.cannot_decrypt_recovery(file));
        let kept = recovery.kept();
        let rescued: Vec<_> = kept.iter().filter_map(|kept| rotation(&kept.bytes)).collect();
        if !rescued.is_empty() {
            let (now, issuer) = (self.clock.now(), self.registration.issuer());
            let mut restore = |cache: &mut TokenCache| {
                // The predecessor of the newest token may itself be among the recovery data, so there is a round for
                // each link of the chain.
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

/// Waits, at most `patience`, until no process refreshes with the store, and blocks refreshes until the result is
/// dropped. For operations that must not overlap with a refresh, such as a change of the store's key.
///
/// # Errors
/// [`StoreError::Busy`] after `patience`.
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

/// Deletes the recovery data of the lease, after the token was saved.
pub(in crate::acquire) fn forget_all(lease: &dyn Lease) {
    if let Some(recovery) = lease.recovery() {
        recovery.forget_all();
    }
}

/// Returns a redeemed refresh token and its successor from recovery data.
fn rotation(bytes: &[u8]) -> Option<(RefreshToken, RefreshToken)> {
    let Rescued { spent, refresh_token } = serde_json::from_slice(bytes).ok()?;
    (!refresh_token.is_empty()).then(|| (RefreshToken::new(spent), RefreshToken::new(refresh_token)))
}
