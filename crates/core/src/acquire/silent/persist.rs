//! Saves the result of a refresh, whatever else fails.

use std::time::Duration;

use super::plan::Plan;
use super::recovery::{self, forget_all};
use super::refresh::Refresh;
use super::verify_saved::to_watch;
use crate::acquire::grant::{is_bearer, withheld_name};
use crate::acquire::observer::RotatedToken;
use crate::acquire::{AcquireError, AuthenticationResult, ClientApplication, InteractionRequired, Source};
use crate::cache::{Grant, Owner, Recorded, RefreshTokenEntry, TokenCache, Withheld};
use crate::oauth::TokenResponse;
use crate::store::{Lease, Loaded, Saved, StoreError};
use crate::time::Timestamp;

/// The pause before a save is retried. It doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The limits of the time for which a withheld scope is remembered, in seconds.
const SHORTEST_MEMORY: i64 = 60;
const LONGEST_MEMORY: i64 = 3600;

impl ClientApplication<'_> {
    /// Saves the tokens before anything else can fail. Tokens of an account that was signed out meanwhile are not
    /// saved.
    pub(super) async fn persist(
        &self,
        refresh: Refresh<'_>,
        spent: &RefreshTokenEntry,
        response: TokenResponse,
        lease: &dyn Lease,
        seen: Option<Loaded>,
    ) -> Result<AuthenticationResult, AcquireError> {
        let now = self.clock.now();
        // The wait for the cache lock can be long, and the process may be killed meanwhile.
        let successor = match &response.refresh_token {
            Some(successor) => recovery::keep_rotated(lease, &spent.secret, successor),
            None => RotatedToken::NotNeeded,
        };
        let date = response.date;
        if !is_bearer(&response) {
            return Err(self.refuse_token_type(spent, response, &successor, lease).await);
        }
        let (said, asked) = (response.scope.clone(), &refresh.request.scopes);
        let mut grant = self.refresh_grant(&refresh, spent, response);
        grant.clock_offset = Self::clock_offset(date, now);
        self.compare(&mut grant, said.as_ref(), asked, TokenCache::new().document());
        let mut recorded = Recorded::Stored;
        let mut watched = None;
        let mut record = |cache: &mut TokenCache| {
            self.compare(&mut grant, said.as_ref(), asked, cache.document());
            recorded = cache.record(&grant, now);
            self.note_withheld(cache, &grant, now);
            watched = to_watch(cache);
        };
        let saved = self.save_rotated(lease, seen, &mut record).await;
        self.compare_clocks(date, now);
        if let Ok(Saved::WrittenAndTightened) = saved {
            self.observer.permissions_tightened();
        }
        match saved {
            Ok(_) => {
                let is_undone = &|cache: &TokenCache| self.is_undone(cache, &refresh, &grant);
                let stays = recorded != Recorded::Stored || self.verify_saved(watched, is_undone, &grant, now).await;
                if stays {
                    forget_all(lease);
                }
            }
            Err(error) => self.observer.not_saved(&error, &successor),
        }
        if recorded == Recorded::SignedOut {
            return Err(AcquireError::InteractionRequired(InteractionRequired::SignedOutMeanwhile));
        }
        if !grant.scopes_not_granted.is_empty() {
            return Err(AcquireError::ScopeNotGranted { scopes: grant.scopes_not_granted });
        }
        let mut account = refresh.account;
        account.username = grant.username.clone().unwrap_or(account.username);
        Ok(AuthenticationResult::granted(grant, Some(account), now, Source::Refresh))
    }

    /// Saves the result of a refresh, and retries if the store says that this may help: an unsaved rotated refresh
    /// token is lost. If the answer to a save was lost, the next attempt notices whether it succeeded. If another
    /// process holds the lease by now, the compare-and-set alone protects that holder's save.
    async fn save_rotated(
        &self,
        lease: &dyn Lease,
        seen: Option<Loaded>,
        record: &mut (dyn FnMut(&mut TokenCache) + Send),
    ) -> Result<Saved, StoreError> {
        let end = self.clock.elapsed().saturating_add(self.retry_within);
        let mut saved = self.update_cache_under(lease, seen, record).await;
        let mut pause = FIRST_PAUSE;
        loop {
            match saved {
                Err(StoreError::LeaseLost { .. }) => {}
                Err(StoreError::Backend { is_retryable: true, .. }) if self.clock.elapsed() + pause < end => {
                    self.clock.delay(pause).await;
                    pause *= 2;
                }
                saved => return saved,
            }
            saved = self.update_cache(record).await;
        }
    }

    /// Refuses a token of a type that cannot be used, without storing it (RFC 6749 §7.1). Stores the refresh token of
    /// the same response, because the server may have redeemed the old one.
    async fn refuse_token_type(
        &self,
        spent: &RefreshTokenEntry,
        response: TokenResponse,
        successor: &RotatedToken,
        lease: &dyn Lease,
    ) -> AcquireError {
        let now = self.clock.now();
        let newest = response.refresh_token.as_ref().unwrap_or(&spent.secret);
        let issuer = self.registration.issuer();
        let refusal = self.refusal_of_token_type(newest, &response.token_type);
        let mut record = |cache: &mut TokenCache| {
            cache.replace_refresh_token(&issuer, &spent.secret, newest, now);
            cache.note_refusal(&issuer, newest, &refusal);
        };
        let saved = self.update_cache_under(lease, None, &mut record).await;
        match saved {
            Ok(_) => forget_all(lease),
            Err(error) => self.observer.not_saved(&error, successor),
        }
        AcquireError::NotBearer { token_type: response.token_type }
    }

    /// Remembers the scopes that the server did not grant, so that the next call does not request them again: for the
    /// lifetime of the token, and at most an hour.
    fn note_withheld(&self, cache: &mut TokenCache, grant: &Grant, now: Timestamp) {
        let seconds = i64::try_from(grant.expires_in).unwrap_or(i64::MAX).clamp(SHORTEST_MEMORY, LONGEST_MEMORY);
        let withheld = |scope: &str| {
            let scope = withheld_name(scope, grant.ext_cache_key.as_deref());
            Withheld { scope, on: now, seconds }
        };
        let scopes: Vec<_> = grant.scopes_not_granted.iter().map(withheld).collect();
        if !scopes.is_empty() {
            cache.note_withheld(&grant.issuer, &grant.client_id, &grant.owner, &scopes, now);
        }
    }

    /// Whether the refresh is undone: the redeemed refresh token is back, or none of the new tokens is there, nor a
    /// newer one. This is also true after a sign-out, but then recording the grant again has no effect.
    fn is_undone(&self, cache: &TokenCache, refresh: &Refresh<'_>, grant: &Grant) -> bool {
        // Some servers answer with the same refresh token.
        let is_rotated = grant.refresh_token.is_some() && grant.refresh_token != grant.spent;
        let is_spent_back = grant.spent.as_ref().is_some_and(|spent| is_rotated && cache.holds_refresh_token(spent));
        let is_served = || matches!(self.plan_again(cache, refresh), Plan::Serve(_));
        is_spent_back || !cache.holds_access_token(&grant.access_token) && !is_served()
    }

    /// Returns the grant. Its account is that of the redeemed refresh token, whatever the response says. MSAL Python
    /// stores tokens without an owner if the response names no user.
    fn refresh_grant(&self, refresh: &Refresh<'_>, spent: &RefreshTokenEntry, response: TokenResponse) -> Grant {
        let Self { registration, .. } = self;
        let realm = registration.realm(&registration.endpoints, registration.tenant.as_ref());
        let account = refresh.account.home_account_id.clone();
        Grant {
            other_realms: registration.realms(&refresh.account),
            spent: Some(spent.secret.clone()),
            ..self.grant(Owner::User(account), realm, &refresh.request.scopes, &refresh.request.parameters, response)
        }
    }
}
