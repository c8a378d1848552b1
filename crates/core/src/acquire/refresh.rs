//! Refreshing: one request, however many processes want its result.

use std::time::Duration;

use super::outage::Outage;
use super::plan::{Beginning, Plan, plan};
use super::silent::Task;
use super::{AcquireError, AuthenticationResult, PublicClient, SilentRequest, cached};
use crate::cache::{AccessTokenEntry, Account, RefreshTokenEntry, TokenCache};
use crate::store::{RefreshLease, StoreError, Wait};

/// A wait shorter than this is nobody's concern.
const WORTH_TELLING: Duration = Duration::from_secs(2);

/// What every step of one refresh needs to know.
pub(super) struct Refresh<'a> {
    pub(super) request: &'a SilentRequest,
    pub(super) account: Account,
    /// How things were when it began.
    pub(super) beginning: Beginning,
    /// The outage that was known when it began.
    pub(super) known_outage: Option<Outage>,
}

impl PublicClient<'_> {
    /// Refreshes, or takes the result of the process that already does. `fallback` is served should both fail.
    ///
    /// Never inlined, so that a cached token has no room on the stack to be made for it.
    #[inline(never)]
    pub(super) fn refresh_once(
        &self,
        mut refresh: Refresh,
        refresh_tokens: &[RefreshTokenEntry],
        fallback: Option<AccessTokenEntry>,
    ) -> Result<AuthenticationResult, AcquireError> {
        // Nobody waits for a token that is only aging: whoever is refreshing it will be done soon enough.
        let patience = if fallback.is_some() { Duration::ZERO } else { self.lock_timeout };
        let credential = self.lease_name(&refresh.account, refresh_tokens);
        refresh.known_outage = self.outage(&credential);
        let (mut has_waited, mut result) = (false, None);
        let mut seen = refresh.beginning.version;
        loop {
            let left = patience.saturating_sub(self.clock.elapsed() - refresh.beginning.elapsed);
            let mut enough = || {
                has_waited = true;
                let newest = self.store.version();
                if newest.is_none() || newest != seen {
                    seen = newest;
                    result = self.result_of_another(&refresh);
                }
                if result.is_none() {
                    let failure = self.outage_since(&refresh, &credential);
                    result = failure.map(|failure| self.fall_back(refresh.account.clone(), fallback.clone(), failure));
                }
                result.is_some()
            };
            match self.lease(&credential, left, &mut enough) {
                Ok(Some(lease)) => {
                    return match self.restore_rescued(lease.as_ref()) {
                        Ok(()) => {
                            let outage = self.outage_since(&refresh, &credential).filter(|_| has_waited);
                            self.refresh_under_lease(refresh, lease.as_ref(), has_waited, outage, fallback)
                        }
                        Err(error) => self.fall_back(refresh.account, fallback, error.into()),
                    };
                }
                Ok(None) => {
                    if let Some(result) = result.take() {
                        return result;
                    }
                }
                Err(error) => {
                    return match (error, fallback) {
                        (StoreError::Busy { .. }, Some(token)) => {
                            Ok(AuthenticationResult::cached(token, refresh.account))
                        }
                        (error, fallback) => self.fall_back(refresh.account, fallback, error.into()),
                    };
                }
            }
        }
    }

    /// What another process has stored that did what we were about to do: a token, or a refusal.
    fn result_of_another(&self, refresh: &Refresh) -> Option<Result<AuthenticationResult, AcquireError>> {
        if let Ok(Some(Task { account, plan: Plan::Serve(token), .. })) = self.look(refresh.request) {
            return Some(Ok(AuthenticationResult::cached(token, account)));
        }
        let account = refresh.account.clone();
        match self.plan_again(&cached::load(self.store).ok()?, refresh) {
            Plan::Serve(token) => Some(Ok(AuthenticationResult::cached(token, account))),
            Plan::Refused { failure, fallback } => Some(self.fall_back(account, fallback, *failure)),
            Plan::Refresh { .. } | Plan::SignIn => None,
        }
    }

    /// The outage that another process has met since this refresh began, as its failure.
    fn outage_since(&self, refresh: &Refresh, credential: &str) -> Option<AcquireError> {
        let outage = self.outage(credential)?;
        (refresh.known_outage.as_ref() != Some(&outage)).then(|| outage.failure(self.clock.now()))
    }

    /// Equal for all who would spend the same refresh token: clients of a family share theirs.
    pub(super) fn lease_name(&self, account: &Account, refresh_tokens: &[RefreshTokenEntry]) -> String {
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

    /// The lease; `None` when there was `enough` before it was free. A wait that lasts is told.
    pub(super) fn lease(
        &self,
        credential: &str,
        patience: Duration,
        enough: &mut dyn FnMut() -> bool,
    ) -> Result<Option<Box<dyn RefreshLease>>, StoreError> {
        let started = self.clock.elapsed();
        let mut told = false;
        self.store.lease(credential, patience, &mut |holder| {
            if !told && self.clock.elapsed() - started >= WORTH_TELLING {
                told = true;
                self.observer.waiting_for(holder);
            }
            if enough() { Wait::Enough } else { Wait::More }
        })
    }

    pub(super) fn plan_again(&self, cache: &TokenCache, refresh: &Refresh) -> Plan {
        let Refresh { request, account, beginning, .. } = refresh;
        let since = beginning.since(self.clock);
        plan(cache.document(), &self.registration, account, request, self.clock.now(), Some(since))
    }

    /// The token that is valid still, if there is one, and the failure told; else the failure.
    pub(super) fn fall_back(
        &self,
        account: Account,
        fallback: Option<AccessTokenEntry>,
        failure: AcquireError,
    ) -> Result<AuthenticationResult, AcquireError> {
        let Some(token) = fallback else { return Err(failure) };
        self.observer.served_despite(&failure);
        Ok(AuthenticationResult::cached(token, account))
    }
}
