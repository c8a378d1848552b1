//! Spending a refresh token: one request, however many processes want its result.

use std::time::Duration;

use super::plan::{Plan, plan};
use super::silent::{SilentOutcome, SilentRequest, Source};
use super::{AcquireError, InteractionRequired, PublicClient, cached};
use crate::cache::{AccessTokenEntry, Account, Grant, Owner, RefreshTokenEntry, RefreshTokenQuery, TokenCache};
use crate::oauth::{ErrorCode, RequestError, TokenErrorResponse, TokenResponse};
use crate::secret::{AccessToken, RefreshToken};
use crate::store::{RefreshLease, Saved, StoreError, Wait};

/// A successor and its access token take less than this in the document.
const ROOM_FOR_A_RESPONSE: usize = 64 * 1024;

/// A wait shorter than this is nobody's concern.
const WORTH_TELLING: Duration = Duration::from_secs(2);

/// What every step of one refresh needs to know.
struct Refresh<'a> {
    request: &'a SilentRequest,
    account: Account,
    /// The access tokens that were cached when it began.
    seen: &'a [AccessToken],
}

impl PublicClient<'_> {
    /// Refreshes, or takes the result of the process that already does. `fallback` is served should both fail.
    pub(super) fn refresh_once(
        &self,
        request: &SilentRequest,
        account: Account,
        seen: &[AccessToken],
        refresh_tokens: Vec<RefreshTokenEntry>,
        fallback: Option<AccessTokenEntry>,
    ) -> Result<SilentOutcome, AcquireError> {
        let refresh = Refresh { request, account, seen };
        // Nobody waits for a token that is only aging: whoever is refreshing it will be done soon enough.
        let patience = if fallback.is_some() { Duration::ZERO } else { self.lock_timeout };
        let credential = self.lease_name(&refresh.account, &refresh_tokens);
        loop {
            match self.lease(&refresh, &credential, patience) {
                Ok(Some(lease)) => {
                    let outcome = self.refresh_under_lease(refresh);
                    drop(lease);
                    return outcome;
                }
                // Another process's result came; should it be gone again already, the lease is asked for anew.
                Ok(None) => {
                    if let Plan::Serve(token) = self.plan_again(&cached::load(self.store)?, &refresh) {
                        return Ok(SilentOutcome::cached(token, refresh.account));
                    }
                }
                Err(error) => {
                    return match (error, fallback) {
                        (StoreError::Busy { .. }, Some(token)) => Ok(SilentOutcome::cached(token, refresh.account)),
                        (error, _) => Err(error.into()),
                    };
                }
            }
        }
    }

    /// Equal for all who would spend the same refresh token: clients of a family share theirs.
    pub(super) fn lease_name(&self, account: &Account, refresh_tokens: &[RefreshTokenEntry]) -> String {
        let family = refresh_tokens.iter().find_map(|entry| entry.family_id.as_ref());
        let spender = match family {
            Some(family) => format!("family {family}"),
            None => format!("client {}", self.registration.client_id),
        };
        let environment = self.registration.environment();
        format!("{spender}\naccount {}\nenvironment {}", account.home_account_id, environment.canonical())
    }

    /// The lease; `None` when another process's result made it needless.
    fn lease(
        &self,
        refresh: &Refresh,
        credential: &str,
        patience: Duration,
    ) -> Result<Option<Box<dyn RefreshLease>>, StoreError> {
        let started = self.clock.elapsed();
        let mut told = false;
        self.store.lease(credential, patience, &mut |holder| {
            if !told && self.clock.elapsed() - started >= WORTH_TELLING {
                told = true;
                self.observer.waiting_for(holder);
            }
            match cached::load(self.store).map(|cache| self.plan_again(&cache, refresh)) {
                Ok(Plan::Serve(_)) => Wait::Enough,
                _ => Wait::More,
            }
        })
    }

    fn plan_again(&self, cache: &TokenCache, refresh: &Refresh) -> Plan {
        let Refresh { request, account, seen } = refresh;
        plan(cache, &self.registration, account, request, self.clock.now(), Some(seen), &mut |_, _| {})
    }

    /// Tries the refresh tokens that the cache holds, reading it again before each: what another program has rotated
    /// or signed out meanwhile is never taken for this account's end.
    fn refresh_under_lease(&self, refresh: Refresh) -> Result<SilentOutcome, AcquireError> {
        let mut refused: Vec<(RefreshToken, Box<TokenErrorResponse>)> = Vec::new();
        loop {
            let cache = cached::load(self.store)?;
            let (refresh_tokens, fallback) = match self.plan_again(&cache, &refresh) {
                Plan::Serve(token) => return Ok(SilentOutcome::cached(token, refresh.account)),
                Plan::SignIn if refused.is_empty() => {
                    return Err(AcquireError::InteractionRequired(InteractionRequired::SignedOutMeanwhile));
                }
                Plan::SignIn => (Vec::new(), None),
                Plan::Refresh { refresh_tokens, fallback } => (refresh_tokens, fallback),
            };
            let untried = refresh_tokens
                .into_iter()
                .find(|entry| refused.iter().all(|(refused, _)| refused != &entry.secret))
                .filter(|_| refused.len() < MOST_REFUSALS);
            let failure = match (untried, refused.pop()) {
                (Some(entry), last) => {
                    refused.extend(last);
                    // Once the server has rotated a refresh token, its successor must find room.
                    self.store.ensure_room(cache.serialize().len() + ROOM_FOR_A_RESPONSE)?;
                    match self.spend(&refresh, &entry) {
                        Ok(response) => return self.keep(refresh, &entry, response),
                        Err(RequestError::Refused(response)) if may_be_stale(&response) => {
                            refused.push((entry.secret, response));
                            continue;
                        }
                        Err(error) => AcquireError::from_refresh(error),
                    }
                }
                (None, Some((_, response))) => AcquireError::from_refresh(RequestError::Refused(response)),
                (None, None) => AcquireError::InteractionRequired(InteractionRequired::NothingCached),
            };
            return match fallback {
                Some(token) => {
                    self.observer.served_despite(&failure);
                    Ok(SilentOutcome::cached(token, refresh.account))
                }
                None => Err(failure),
            };
        }
    }

    fn spend(&self, refresh: &Refresh, entry: &RefreshTokenEntry) -> Result<TokenResponse, RequestError> {
        let endpoints = self.endpoints(|endpoints| &endpoints.token)?;
        let SilentRequest { scopes, claims, .. } = refresh.request;
        let account = &refresh.account.home_account_id;
        self.protocol(&endpoints).refresh(&entry.secret, scopes, claims.as_deref(), Some(account))
    }

    /// Saves before anything else can fail. Tokens of an account that was signed out meanwhile are not saved.
    fn keep(
        &self,
        refresh: Refresh,
        spent: &RefreshTokenEntry,
        response: TokenResponse,
    ) -> Result<SilentOutcome, AcquireError> {
        let now = self.clock.now();
        let grant = self.refresh_grant(&refresh, spent, response);
        let own = RefreshTokenQuery {
            client_id: grant.client_id.clone(),
            environment: grant.environment.clone(),
            home_account_id: refresh.account.home_account_id.clone(),
        };
        let mut signed_out = false;
        let saved = cached::update(self.store, &mut |cache| {
            signed_out = !cache.holds_refresh_token(&spent.secret) && cache.find_refresh_tokens(&own).is_empty();
            if !signed_out {
                cache.record(&grant, now);
            }
        });
        match saved {
            Ok(_) if signed_out => {
                return Err(AcquireError::InteractionRequired(InteractionRequired::SignedOutMeanwhile));
            }
            Ok(Saved::WrittenAndClosed) => self.observer.closed_to_others(),
            Ok(_) => {}
            Err(error) => self.observer.not_saved(&error),
        }
        Ok(SilentOutcome {
            access_token: grant.access_token,
            token_type: grant.token_type,
            expires_on: now.plus(Duration::from_secs(grant.expires_in)),
            scopes: grant.scopes,
            account: refresh.account,
            realm: grant.realm,
            source: Source::Refresh,
        })
    }

    /// The account is the one whose refresh token was spent, whatever the response says or leaves out; MSAL Python
    /// files such tokens under "no user" when the response names nobody.
    fn refresh_grant(&self, refresh: &Refresh, spent: &RefreshTokenEntry, response: TokenResponse) -> Grant {
        let Self { registration, .. } = self;
        Grant {
            client_id: registration.client_id.clone(),
            environment: registration.environment(),
            realm: registration.realm(&registration.endpoints, registration.tenant.as_ref()),
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

/// More refusals than there can be live refresh tokens of one account and client: somebody else is rotating in a loop.
const MOST_REFUSALS: usize = 4;

/// Whether the refusal may be the refresh token's own fault, so that another one is worth a try.
fn may_be_stale(response: &TokenErrorResponse) -> bool {
    response.error == ErrorCode::InvalidGrant || response.needs_interaction() || response.is_client_mismatch()
}
