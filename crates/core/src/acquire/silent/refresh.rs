//! Refreshes with one request for any number of processes.

use std::time::Duration;

use super::plan::{Plan, Task, plan};
use super::since::Beginning;
use crate::acquire::client::outage::Outage;
use crate::acquire::client::waiting::Waiting;
use crate::acquire::{AcquireError, AuthenticationResult, ClientApplication, SilentRequest};
use crate::cache::{AccessTokenEntry, Account, RefreshTokenEntry, TokenCache};
use crate::future;
use crate::store::{Lease, LeaseWait, StoreError, Turn};

/// The state that every step of a refresh needs.
pub(in crate::acquire) struct Refresh<'a> {
    pub(in crate::acquire) request: &'a SilentRequest,
    pub(in crate::acquire) account: Account,
    /// The state of the cache when the refresh began.
    pub(in crate::acquire) beginning: Beginning,
    /// The outage that was known when the refresh began.
    pub(in crate::acquire) known_outage: Option<Outage>,
}

impl ClientApplication<'_> {
    /// Refreshes, or uses the result of the process that is already refreshing. Returns `fallback` if both fail.
    pub(super) async fn refresh_once(
        &self,
        mut refresh: Refresh<'_>,
        refresh_tokens: &[RefreshTokenEntry],
        fallback: Option<AccessTokenEntry>,
    ) -> Result<AuthenticationResult, AcquireError> {
        // A token that is only aging is not worth a wait: the lease holder is refreshing it.
        let patience = if fallback.is_some() { Duration::ZERO } else { self.lock_timeout };
        let credential = self.lease_name(&refresh.account, refresh_tokens);
        refresh.known_outage = self.outage(&credential).await;
        let mut waiting = Waiting::new(self);
        let mut seen = refresh.beginning.revision;
        let failure = match self.wait_for_lease(&credential, patience) {
            Err(error) => error,
            Ok(mut wait) => loop {
                match wait.next().await {
                    Ok(Turn::Held(lease)) => {
                        let has_waited = waiting.end();
                        return self.refresh_as_holder(refresh, &credential, lease, has_waited, fallback).await;
                    }
                    Ok(Turn::Taken(holder)) => waiting.met(&holder),
                    Err(error) => break error,
                }
                let newest = self.store.revision(&self.partition).await;
                if newest.is_none() || newest != seen {
                    seen = newest;
                    if let Some(result) = self.result_of_another(&refresh).await {
                        return result;
                    }
                }
                if let Some(failure) = self.outage_since(refresh.known_outage.as_ref(), &credential).await {
                    return self.fall_back(refresh.account, fallback, failure);
                }
            },
        };
        match (failure, fallback) {
            (StoreError::Busy { .. }, Some(token)) => Ok(AuthenticationResult::cached(token, refresh.account)),
            (failure, fallback) => self.fall_back(refresh.account, fallback, failure.into()),
        }
    }

    async fn refresh_as_holder(
        &self,
        refresh: Refresh<'_>,
        credential: &str,
        lease: Box<dyn Lease>,
        has_waited: bool,
        fallback: Option<AccessTokenEntry>,
    ) -> Result<AuthenticationResult, AcquireError> {
        let outcome = match self.recover(lease.as_ref()).await {
            Ok(()) => {
                let outage = self.outage_since(refresh.known_outage.as_ref(), credential).await.filter(|_| has_waited);
                let work = self.refresh_under_lease(refresh, lease.as_ref(), has_waited, outage, fallback);
                self.renewing(lease.as_ref(), work).await
            }
            Err(error) => self.fall_back(refresh.account, fallback, error.into()),
        };
        lease.release().await;
        outcome
    }

    /// Returns the result of another process that has done the same refresh: a token or a refusal.
    pub(super) async fn result_of_another(
        &self,
        refresh: &Refresh<'_>,
    ) -> Option<Result<AuthenticationResult, AcquireError>> {
        if let Ok(Some(Task { account, plan: Plan::Serve(token), .. })) = self.look(refresh.request).await {
            return Some(Ok(AuthenticationResult::cached(token, account)));
        }
        let account = refresh.account.clone();
        match self.plan_again(&self.load_cache().await.ok()?, refresh) {
            Plan::Serve(token) => Some(Ok(AuthenticationResult::cached(token, account))),
            Plan::Refused { failure, fallback } => Some(self.fall_back(account, fallback, *failure)),
            Plan::Refresh { .. } | Plan::SignIn => None,
        }
    }

    /// Returns the name of the lease. It is equal for all clients that would redeem the same refresh token: those of a
    /// family share one.
    pub(in crate::acquire) fn lease_name(&self, account: &Account, refresh_tokens: &[RefreshTokenEntry]) -> String {
        let family = refresh_tokens.iter().find_map(|entry| entry.family_id.as_ref());
        let spender = match family {
            Some(family) => format!("family {family}"),
            None => format!("client {}", self.registration.client_id),
        };
        let environment = self.registration.environment();
        let issuer = self.registration.issuer();
        let lease = format!("{spender}\naccount {}\nenvironment {}", account.home_account_id, environment.canonical());
        match issuer.identity() {
            Some(identity) if !issuer.is_proven_by_environment() => format!("{lease}\nauthority {identity}"),
            _ => lease,
        }
    }

    /// Returns the lease once it is free.
    pub(in crate::acquire) async fn lease(
        &self,
        credential: &str,
        patience: Duration,
    ) -> Result<Box<dyn Lease>, StoreError> {
        let mut wait = self.wait_for_lease(credential, patience)?;
        let mut waiting = Waiting::new(self);
        loop {
            match wait.next().await? {
                Turn::Held(lease) => return Ok(lease),
                Turn::Taken(holder) => waiting.met(&holder),
            }
        }
    }

    /// Runs `work` under a lease, and renews the lease meanwhile, unless the clock would block the work.
    pub(in crate::acquire) async fn renewing<Output>(
        &self,
        lease: &dyn Lease,
        work: impl Future<Output = Output>,
    ) -> Output {
        if !lease.is_renewed() {
            return work.await;
        }
        let renew = async {
            while let Some(timer) = self.clock.timer(self.lease_time / 3) {
                timer.await;
                // After any other failure, the next renewal may still come in time.
                if let Err(StoreError::LeaseLost { .. }) = lease.renew().await {
                    return;
                }
            }
        };
        future::first(work, renew).await
    }

    /// Makes sure that a lease of which so much time has passed `since` its last renewal is still held: a client that blocks
    /// renews nothing while it waits, and an asynchronous one may have failed to.
    pub(super) async fn ensure_held(&self, lease: &dyn Lease, since: &mut Duration) -> Result<(), StoreError> {
        let now = self.clock.elapsed();
        if lease.is_renewed() && now.saturating_sub(*since) >= self.lease_time / 3 {
            lease.renew().await?;
            *since = now;
        }
        Ok(())
    }

    pub(in crate::acquire) fn wait_for_lease<'a>(
        &'a self,
        credential: &'a str,
        patience: Duration,
    ) -> Result<LeaseWait<'a>, StoreError> {
        let request = self.store.lease(&self.partition, credential, self.lease_time)?;
        Ok(LeaseWait::new(request, patience, self.clock))
    }

    pub(super) fn plan_again(&self, cache: &TokenCache, refresh: &Refresh) -> Plan {
        let Refresh { request, account, beginning, .. } = refresh;
        let since = beginning.since(self.clock);
        plan(cache.document(), &self.registration, account, request, self.clock.now(), Some(since))
    }

    /// Returns the token that is still valid, if there is one, and reports the failure to the observer. Otherwise
    /// returns the failure.
    pub(in crate::acquire) fn fall_back(
        &self,
        account: impl Into<Option<Account>>,
        fallback: Option<AccessTokenEntry>,
        failure: AcquireError,
    ) -> Result<AuthenticationResult, AcquireError> {
        let Some(token) = fallback else { return Err(failure) };
        self.observer.refresh_failed_using_cached(&failure);
        Ok(AuthenticationResult::cached(token, account))
    }
}
