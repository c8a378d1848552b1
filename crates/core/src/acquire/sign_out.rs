//! Signs out: deletes the tokens first, and then revokes them if the server can (RFC 7009).

use std::ops::ControlFlow;

use super::client::endpoints::EndpointRequest;
use super::client::retry::Retry;
use super::silent::recovery::hold_refreshes;
use super::{AcquireError, ClientApplication, cached};
use crate::cache::{Account, AccountRemoval, RefreshTokenEntry, RefreshTokenQuery, RemovalScope, TokenCache};
use crate::oauth::{EndpointKind, RequestError};
use crate::store::{Partition, Store, StoreError, Update};

/// A request to sign an account out.
#[derive(Clone, Debug)]
pub struct SignOutRequest {
    /// A user name in any case, or a home account id; `None` for the only account.
    pub account: Option<String>,
    /// Whether to revoke the refresh tokens at the server.
    pub revoke: bool,
}

/// The result of a sign-out.
#[derive(Debug)]
pub struct SignedOut {
    /// The account.
    pub account: Account,
    /// The result of the revocation.
    pub revocation: Revocation,
}

/// The result of emptying a cache.
#[derive(Debug)]
pub struct Forgotten {
    /// The result of revoking the client's own refresh tokens.
    pub revocation: Revocation,
    /// The number of deleted refresh tokens that belong, or may belong, to another authority or client.
    pub not_revoked: usize,
}

/// The result of revoking refresh tokens at the server.
#[derive(Debug)]
pub enum Revocation {
    /// The server has revoked them.
    Done,
    /// The server may not have revoked all of them. They are deleted here, and stay valid at the server until they
    /// expire.
    Failed {
        /// The last failure.
        error: RequestError,
        /// The number of refresh tokens that may still be valid at the server.
        alive: usize,
        /// The total number of refresh tokens.
        all: usize,
    },
    /// There were no refresh tokens.
    NothingToRevoke,
    /// The revocation was not requested.
    NotWanted,
    /// The provider has no revocation endpoint.
    Unsupported,
}

impl ClientApplication<'_> {
    /// Deletes the account's tokens of this client and its family, whatever library wrote them, and revokes them.
    /// `Ok(None)`: nobody was signed in.
    ///
    /// # Errors
    /// [`AcquireError::Store`] if the tokens could not be removed, and the same errors as for a token if the account is
    /// ambiguous. A failed revocation is not an error: see [`SignedOut::revocation`].
    pub async fn sign_out(&self, request: &SignOutRequest) -> Result<Option<SignedOut>, AcquireError> {
        let cache = self.load_cache().await?;
        let Some(account) = self.select_owner(&cache, request.account.as_deref())? else { return Ok(None) };
        let own = RefreshTokenQuery {
            client_id: self.registration.client_id.clone(),
            issuer: self.registration.issuer(),
            home_account_id: account.home_account_id.clone(),
        };
        // Let a refresh in progress finish, so that its result is revoked. A refresh that hangs is not waited for.
        let credential = self.lease_name(&account, &cache.find_refresh_tokens(&own));
        let lease = self.lease(&credential, self.lock_timeout).await.ok();
        if let Some(lease) = &lease {
            // Restore it so that it is revoked. If it cannot be saved, the account cannot be removed either.
            self.recover(lease.as_ref()).await?;
        }

        let removal = AccountRemoval {
            home_account_id: account.home_account_id.clone(),
            issuer: self.registration.issuer(),
            scope: RemovalScope::ClientAndFamily(self.registration.client_id.clone()),
        };
        let mut forgotten = Vec::new();
        self.update_cache(&mut |cache| forgotten = cache.remove_account(&removal)).await?;
        if let Some(lease) = lease {
            lease.note(None).await;
            lease.release().await;
        }
        let revocation = if request.revoke { self.revoke(&forgotten).await } else { Revocation::NotWanted };
        Ok(Some(SignedOut { account, revocation }))
    }

    /// Deletes every account and token in the store, like [`forget_everything`], and revokes the refresh tokens of this
    /// client and its family that this authority has issued. No token is sent to another authority. Refreshes in
    /// progress may finish, so that their results are revoked; a refresh that hangs is not waited for.
    ///
    /// # Errors
    /// The cache cannot be read or saved. Then no token is deleted or revoked.
    pub async fn forget_everything(&self, revoke: bool) -> Result<Forgotten, StoreError> {
        let leases = hold_refreshes(self.store, &self.partition, self.lock_timeout, self.observer).await;
        let leases = leases.ok().flatten();
        if let Some(leases) = &leases {
            // Restore them so that they are revoked. If they cannot be saved, nothing can be deleted either.
            self.recover(leases.as_ref()).await?;
        }
        let (mut own, mut all) = (Vec::new(), 0);
        let mut clear = |cache: &mut TokenCache| {
            own = cache.refresh_tokens_of(&self.registration.issuer(), &self.registration.client_id);
            all = cache.clear().len();
        };
        self.update_cache(&mut clear).await?;
        self.store.forget_notes(&self.partition).await;
        if let Some(leases) = leases {
            leases.release().await;
        }
        let not_revoked = all.saturating_sub(own.len());
        let revocation = if revoke { self.revoke(&own).await } else { Revocation::NotWanted };
        Ok(Forgotten { revocation, not_revoked })
    }

    /// Revokes refresh tokens of this authority that are no longer cached (RFC 7009).
    async fn revoke(&self, forgotten: &[RefreshTokenEntry]) -> Revocation {
        if forgotten.is_empty() {
            return Revocation::NothingToRevoke;
        }
        // One limit for all, so that many tokens do not wait for a server that is down.
        let mut tries = self.tries();
        let all = forgotten.len();
        let endpoints = match self.endpoints_after_retries(&mut tries, &[EndpointKind::Revocation]).await {
            Ok(endpoints) => endpoints,
            Err(RequestError::Unsupported { .. }) => return Revocation::Unsupported,
            Err(error) => return Revocation::Failed { error, alive: all, all },
        };
        // If the server refuses one token, the others are still revoked.
        let mut failures = Vec::new();
        let mut asking = EndpointRequest::at(endpoints, EndpointKind::Revocation);
        for entry in forgotten {
            match self.revoke_one(&mut tries, &mut asking, entry).await {
                Ok(()) => {}
                Err(RequestError::Unsupported { .. }) => return Revocation::Unsupported,
                Err(error) => failures.push(error),
            }
        }
        let alive = failures.len();
        failures.pop().map_or(Revocation::Done, |error| Revocation::Failed { error, alive, all })
    }

    async fn revoke_one(
        &self,
        tries: &mut Retry,
        asking: &mut EndpointRequest,
        entry: &RefreshTokenEntry,
    ) -> Result<(), RequestError> {
        loop {
            let answer = self.protocol(&asking.endpoints).await?.revoke(&entry.secret).await;
            match self.answered(asking, answer).await {
                ControlFlow::Continue(()) => {}
                ControlFlow::Break(Ok(())) => return Ok(()),
                ControlFlow::Break(Err(failure)) => self.wait_to_retry(tries, failure).await?,
            }
        }
    }
}

/// Deletes every account and token in the store, for all clients. Returns the refresh tokens, so that the caller can
/// revoke those with a known server. Keeps data that no MSAL library knows.
///
/// # Errors
/// The cache cannot be read or saved. Then nothing is deleted.
pub async fn forget_everything(store: &dyn Store, partition: &Partition) -> Result<Vec<RefreshTokenEntry>, StoreError> {
    let mut forgotten = Vec::new();
    let clear = &mut |cache: &mut TokenCache| forgotten = cache.clear();
    cached::update(store, partition, Update::default(), None, clear).await?;
    store.forget_notes(partition).await;
    Ok(forgotten)
}
