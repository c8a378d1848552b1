//! Signing out: forget first, then revoke where the server can (RFC 7009).

use std::ops::ControlFlow;

use super::endpoints::EndpointRequest;
use super::recovery::hold_refreshes;
use super::retry::Retry;
use super::{AcquireError, ClientApplication, cached};
use crate::cache::{Account, AccountRemoval, RefreshTokenEntry, RefreshTokenQuery, RemovalScope, TokenCache};
use crate::oauth::{EndpointKind, RequestError};
use crate::store::{Partition, Store, StoreError, Update};

/// Who is to be signed out.
#[derive(Clone, Debug)]
pub struct SignOutRequest {
    /// A user name in any case, or a home account id; `None` means the only account.
    pub account: Option<String>,
    /// Whether the server is told.
    pub revoke: bool,
}

/// Who was signed out.
#[derive(Debug)]
pub struct SignedOut {
    /// The account.
    pub account: Account,
    /// What became of its refresh tokens at the server.
    pub revocation: Revocation,
}

/// What became of a cache that was emptied.
#[derive(Debug)]
pub struct Forgotten {
    /// What became of the client's own refresh tokens at the server.
    pub revocation: Revocation,
    /// How many refresh tokens were forgotten that another authority or client has, or may have.
    pub not_revoked: usize,
}

/// What became of refresh tokens at the server.
#[derive(Debug)]
pub enum Revocation {
    /// The server has revoked them.
    Done,
    /// The server may not have revoked all of them. They are forgotten here all the same, and are good there until they
    /// expire.
    Failed {
        /// What happened, to the last that failed.
        error: RequestError,
        /// How many may be good there still.
        alive: usize,
        /// Of so many.
        all: usize,
    },
    /// There were none.
    NothingToRevoke,
    /// It was not asked for.
    NotWanted,
    /// The provider has no revocation endpoint.
    Unsupported,
}

impl ClientApplication<'_> {
    /// Forgets the account's tokens of this client and its family, whoever wrote them, and revokes them.
    /// `Ok(None)`: nobody was signed in.
    ///
    /// # Errors
    /// [`AcquireError::Store`] when the tokens could not be removed, and as for a token when the account is not clear.
    /// A revocation that fails is none: see [`SignedOut::revocation`].
    pub async fn sign_out(&self, request: &SignOutRequest) -> Result<Option<SignedOut>, AcquireError> {
        let cache = self.load_cache().await?;
        let Some(account) = self.select_owner(&cache, request.account.as_deref())? else { return Ok(None) };
        let own = RefreshTokenQuery {
            client_id: self.registration.client_id.clone(),
            issuer: self.registration.issuer(),
            home_account_id: account.home_account_id.clone(),
        };
        // A refresh under way is let finish, so that it is its result that is revoked; one that hangs is not waited
        // for.
        let credential = self.lease_name(&account, &cache.find_refresh_tokens(&own));
        let lease = self.lease(&credential, self.lock_timeout).await.ok();
        if let Some(lease) = &lease {
            // So that it is revoked; where it cannot be saved, the account cannot be removed either.
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

    /// Forgets every account and token in the store, as [`forget_everything`] does, and revokes those refresh tokens of
    /// this client and its family that this authority has issued: no other authority is told a token. Refreshes under way
    /// are let finish, so that it is their result that is revoked; those that hang are not waited for.
    ///
    /// # Errors
    /// When the cache cannot be read or saved. Then nothing is forgotten, or revoked.
    pub async fn forget_everything(&self, revoke: bool) -> Result<Forgotten, StoreError> {
        let leases = hold_refreshes(self.store, &self.partition, self.lock_timeout, self.observer).await;
        let leases = leases.ok().flatten();
        if let Some(leases) = &leases {
            // So that it is revoked; where it cannot be saved, nothing can be forgotten either.
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
        // Those of many do not all wait for a server that is down.
        let mut tries = self.tries();
        let all = forgotten.len();
        let endpoints = match self.endpoints_after_retries(&mut tries, &[EndpointKind::Revocation]).await {
            Ok(endpoints) => endpoints,
            Err(RequestError::Unsupported { .. }) => return Revocation::Unsupported,
            Err(error) => return Revocation::Failed { error, alive: all, all },
        };
        // One that the server refuses is no reason to leave the others alive.
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

/// Forgets every account and token in the store, whichever client they belong to. Returns the refresh tokens, so that
/// those whose server is known can be revoked. What no MSAL library knows stays.
///
/// # Errors
/// When the cache cannot be read or saved. Then nothing is forgotten.
pub async fn forget_everything(store: &dyn Store, partition: &Partition) -> Result<Vec<RefreshTokenEntry>, StoreError> {
    let mut forgotten = Vec::new();
    let clear = &mut |cache: &mut TokenCache| forgotten = cache.clear();
    cached::update(store, partition, Update::default(), None, clear).await?;
    store.forget_notes(partition).await;
    Ok(forgotten)
}
