//! A new refresh token that is not saved yet, or could not be: kept under the lease until it is.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::observer::Successor;
use super::{PublicClient, cached};
use crate::secret::RefreshToken;
use crate::store::{RefreshLease, StoreError};

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
    pub(super) fn restore_rescued(&self, lease: &dyn RefreshLease) -> Result<(), StoreError> {
        let kept = lease.rescued();
        if kept.is_empty() {
            return Ok(());
        }
        let rescued: Vec<_> = kept.iter().filter_map(|bytes| rotation(bytes)).collect();
        if !rescued.is_empty() {
            let (now, issuer) = (self.clock.now(), self.registration.issuer());
            cached::update(self.store, &mut |cache| {
                // What the newest succeeds may itself have been rescued: as many rounds as there are links in a chain.
                for (spent, successor) in rescued.iter().cycle().take(rescued.len() * rescued.len()) {
                    cache.replace_refresh_token(&issuer, spent, successor, now);
                }
            })?;
        }
        lease.forget_rescued();
        Ok(())
    }
}

/// A refresh token that was spent and its successor, as they were kept.
fn rotation(bytes: &[u8]) -> Option<(RefreshToken, RefreshToken)> {
    let Rescued { spent, refresh_token } = serde_json::from_slice(bytes).ok()?;
    (!refresh_token.is_empty()).then(|| (RefreshToken::new(spent), RefreshToken::new(refresh_token)))
}
