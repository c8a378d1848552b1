//! Keeping what a refresh brought, come what may.

use super::observer::Successor;
use super::plan::Plan;
use super::refresh::Refresh;
use super::silent::{SilentOutcome, Source};
use super::stay::Written;
use super::{AcquireError, InteractionRequired, PublicClient, cached, rescue};
use crate::cache::{Grant, Owner, Recorded, RefreshTokenEntry, TokenCache};
use crate::oauth::TokenResponse;
use crate::store::{RefreshLease, Saved};

impl PublicClient<'_> {
    /// Saves before anything else can fail. Tokens of an account that was signed out meanwhile are not saved.
    pub(super) fn keep(
        &self,
        refresh: Refresh,
        spent: &RefreshTokenEntry,
        response: TokenResponse,
        lease: &dyn RefreshLease,
    ) -> Result<SilentOutcome, AcquireError> {
        let now = self.clock.now();
        // The wait for the cache lock can be long, and the process be killed meanwhile.
        let successor = match &response.refresh_token {
            Some(successor) => rescue::rescue(lease, &spent.secret, successor),
            None => Successor::NotNeeded,
        };
        let date = response.date;
        let grant = self.refresh_grant(&refresh, spent, response);
        let mut recorded = Recorded::Stored;
        let mut written = Written::default();
        let saved = cached::update(self.store, &mut |cache| {
            recorded = cache.record(&grant, now);
            written = Written::of(cache);
        });
        self.compare_clocks(date, now);
        if let Ok(Saved::WrittenAndClosed) = saved {
            self.observer.closed_to_others();
        }
        match saved {
            Ok(_) => {
                let is_undone = &|cache: &TokenCache| self.is_undone(cache, &refresh, &grant);
                let stays = recorded != Recorded::Stored || self.stays(written, is_undone, &grant, now);
                if stays {
                    lease.forget_rescued();
                }
            }
            Err(error) => self.observer.not_saved(&error, &successor),
        }
        if recorded == Recorded::SignedOut {
            return Err(AcquireError::InteractionRequired(InteractionRequired::SignedOutMeanwhile));
        }
        Ok(SilentOutcome::granted(grant, refresh.account, now, Source::Refresh))
    }

    /// Whether the cache is as if the refresh had not been: the refresh token that was spent is back, or no token that
    /// it brought is there, nor a newer one. So it is too after a sign-out; but then recording the grant again does
    /// nothing.
    fn is_undone(&self, cache: &TokenCache, refresh: &Refresh, grant: &Grant) -> bool {
        // Some servers answer with the very token that was spent.
        let is_rotated = grant.refresh_token.is_some() && grant.refresh_token != grant.spent;
        let is_spent_back = grant.spent.as_ref().is_some_and(|spent| is_rotated && cache.holds_refresh_token(spent));
        let is_served = || matches!(self.plan_again(cache, refresh), Plan::Serve(_));
        is_spent_back || !cache.holds_access_token(&grant.access_token) && !is_served()
    }

    /// The account is the one whose refresh token was spent, whatever the response says or leaves out; MSAL Python
    /// files such tokens under "no user" when the response names nobody.
    fn refresh_grant(&self, refresh: &Refresh, spent: &RefreshTokenEntry, response: TokenResponse) -> Grant {
        let Self { registration, .. } = self;
        Grant {
            client_id: registration.client_id.clone(),
            environment: registration.environment(),
            realm: registration.realm(&registration.endpoints, registration.tenant.as_ref()),
            other_realms: registration.realms(&refresh.account),
            owner: Owner::User(refresh.account.home_account_id.clone()),
            sign_in: None,
            access_token: response.access_token,
            token_type: response.token_type,
            scopes: response.scope.unwrap_or_else(|| refresh.request.scopes.clone()),
            expires_in: response.expires_in,
            ext_expires_in: response.ext_expires_in,
            refresh_in: response.refresh_in,
            refresh_token: response.refresh_token,
            family_id: response.family_id,
            id_token: response.id_token,
            spent: Some(spent.secret.clone()),
            key_id: None,
            ext_cache_key: None,
        }
    }
}
