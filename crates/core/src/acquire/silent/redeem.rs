//! Redeems a refresh token under the lease.

use std::ops::ControlFlow;
use std::time::Duration;

use super::plan::Plan;
use super::refresh::Refresh;
use crate::acquire::client::endpoints::{EndpointRequest, not_sent};
use crate::acquire::client::outage::as_outage;
use crate::acquire::client::retry::Retry;
use crate::acquire::{
    AcquireError, AuthenticationResult, ClientApplication, InteractionRequired, Observer, Registration, SilentRequest,
};
use crate::cache::{AccessTokenEntry, Account, Owner, RefreshTokenEntry, TokenCache};
use crate::oauth::{
    AuthorityKind, EndpointKind, ErrorCode, RequestError, TokenErrorResponse, TokenResponse, person_of,
};
use crate::secret::RefreshToken;
use crate::store::{Lease, Loaded, StoreError};

/// The maximum size of a refresh token and its access token in the document, in bytes.
const ROOM_FOR_A_RESPONSE: usize = 64 * 1024;

/// The maximum number of refusals. One account and client never have more valid refresh tokens, so another program must
/// be rotating in a loop.
const MOST_REFUSALS: usize = 4;

impl ClientApplication<'_> {
    /// Tries the refresh tokens in the cache, and reads the cache again before each attempt: a token that another
    /// program has rotated or removed does not mean that the sign-in has ended, and no token is sent twice without a
    /// check. Returns `fallback` if the cache cannot be read.
    pub(super) async fn refresh_under_lease(
        &self,
        refresh: Refresh<'_>,
        lease: &dyn Lease,
        has_waited: bool,
        mut outage: Option<AcquireError>,
        fallback: Option<AccessTokenEntry>,
    ) -> Result<AuthenticationResult, AcquireError> {
        let mut refused: Vec<(RefreshToken, Box<TokenErrorResponse>)> = Vec::new();
        // The process that was waited for has retried often enough, or was killed.
        let retry_within = if has_waited { Duration::ZERO } else { self.retry_within };
        let mut renewed = self.clock.elapsed();
        let mut tries = Retry::until(renewed + retry_within);
        // A forced refresh ignores an outage that others have met.
        let mut hold = refresh.known_outage.as_ref().filter(|_| !refresh.request.force_refresh);
        loop {
            let (cache, revision) = match self.load_cache_and_revision().await {
                Ok(loaded) => loaded,
                Err(error) => return self.fall_back(refresh.account, fallback, error.into()),
            };
            let (refresh_tokens, remembered, fallback) = match self.plan_again(&cache, &refresh) {
                Plan::Serve(token) => return Ok(AuthenticationResult::cached(token, refresh.account)),
                Plan::Refresh { refresh_tokens, fallback } => (refresh_tokens, None, fallback),
                Plan::Refused { failure, fallback } => (Vec::new(), Some(*failure), fallback),
                Plan::SignIn => (Vec::new(), None, None),
            };
            let untried = refresh_tokens
                .into_iter()
                .find(|entry| refused.iter().all(|(refused, _)| refused != &entry.secret))
                .filter(|_| refused.len() < MOST_REFUSALS);
            let Some(entry) = untried else {
                let refused = refused.pop().map(|(_, refusal)| RequestError::Refused(refusal));
                let signed_out = || AcquireError::InteractionRequired(InteractionRequired::SignedOutMeanwhile);
                let failure = refused.map(AcquireError::from_refresh).or(remembered).unwrap_or_else(signed_out);
                return self.fall_back(refresh.account, fallback, failure);
            };
            if let Some(failure) = outage.take() {
                return self.fall_back(refresh.account, fallback, failure);
            }
            if let Some((known, left)) = hold.take().and_then(|known| Some((known, known.hold(self.clock.now())?))) {
                if fallback.is_some() || left >= retry_within {
                    let failure = known.failure(self.clock.now());
                    return self.fall_back(refresh.account, fallback, failure);
                }
                self.clock.delay(left).await;
                continue;
            }
            // Once the server has rotated a refresh token, there must be room for its successor.
            let size = cache.serialize().len() + ROOM_FOR_A_RESPONSE;
            if let Err(error) = self.store.ensure_room(&self.partition, size).await {
                return self.fall_back(refresh.account, fallback, error.into());
            }
            let guard = ShutdownGuard::begin(self.observer);
            // The answer counts even if the lease is lost meanwhile, because the refresh token is redeemed.
            match self.redeem(&refresh, &entry, lease, &mut renewed).await {
                Ok(response) if self.is_for_another(&cache, &refresh.account, &response) => {
                    self.remember_answer_for_another(&entry.secret).await;
                    let failure = AcquireError::InteractionRequired(InteractionRequired::AnswerForAnother);
                    return self.fall_back(refresh.account, fallback, failure);
                }
                Ok(response) => {
                    let account = refresh.account.clone();
                    let was_out = refresh.known_outage.is_some();
                    let bytes = || cache.serialize().as_bytes().to_vec().into();
                    let seen = revision.map(|revision| Loaded { bytes: bytes(), revision });
                    let kept = self.persist(refresh, &entry, response, lease, seen).await;
                    if was_out {
                        lease.note(None).await;
                    }
                    return match kept {
                        Err(failure @ (AcquireError::ScopeNotGranted { .. } | AcquireError::NotBearer { .. })) => {
                            self.fall_back(account, fallback, failure)
                        }
                        outcome => outcome,
                    };
                }
                Err(NotRedeemed::NotHeld(error)) => {
                    let result = self.result_of_another(&refresh).await;
                    return result.unwrap_or_else(|| self.fall_back(refresh.account, fallback, error.into()));
                }
                Err(NotRedeemed::Request(RequestError::Refused(refusal))) if may_be_stale(&refusal) => {
                    self.remember_refusal(refresh.request, &entry.secret, &refusal).await;
                    refused.push((entry.secret, refusal));
                }
                Err(NotRedeemed::Request(error)) => {
                    drop(guard);
                    let kind = self.registration.authority.kind();
                    let pause = tries.pause_after(&error, kind, self.clock.elapsed()).filter(|_| fallback.is_none());
                    let Some(pause) = pause else {
                        // The endpoint has worked before.
                        let error = as_outage(error);
                        self.note_outage(lease, &error).await;
                        let failure = self.failed(&refresh, &entry, &cache, error).await;
                        return self.fall_back(refresh.account, fallback, failure);
                    };
                    self.observer.retrying(&error, pause);
                    self.clock.delay(pause).await;
                }
            }
        }
    }

    /// Converts a permanent failure of a refresh. Remembers scopes that were requested in vain.
    async fn failed(
        &self,
        refresh: &Refresh<'_>,
        entry: &RefreshTokenEntry,
        cache: &TokenCache,
        error: RequestError,
    ) -> AcquireError {
        match &error {
            RequestError::Refused(refusal) if refusal.error == ErrorCode::InvalidScope => {
                self.remember_refusal(refresh.request, &entry.secret, refusal).await;
            }
            _ => {}
        }
        let Registration { client_id, .. } = &self.registration;
        let owner = Owner::User(refresh.account.home_account_id.clone());
        let known = cache.document().asked_and_granted(&self.registration.issuer(), client_id, &owner);
        AcquireError::from_refresh(error).about(&refresh.request.scopes, &known)
    }

    /// Sends the refresh token, unless the lease was lost. The lease is checked last: to read the metadata and to get the
    /// credential can take longer than the lease lasts, above all in a process that is suspended meanwhile.
    async fn redeem(
        &self,
        refresh: &Refresh<'_>,
        entry: &RefreshTokenEntry,
        lease: &dyn Lease,
        renewed: &mut Duration,
    ) -> Result<TokenResponse, NotRedeemed> {
        let endpoints = self.endpoints(&[EndpointKind::Token]).await.map_err(not_sent)?;
        let SilentRequest { scopes, claims, parameters, .. } = refresh.request;
        let account = &refresh.account.home_account_id;
        let mut asking = EndpointRequest::at(endpoints, EndpointKind::Token);
        loop {
            let protocol = self.protocol(&asking.endpoints).await?.with_parameters(parameters);
            self.ensure_held(lease, renewed).await.map_err(NotRedeemed::NotHeld)?;
            let answer = protocol.refresh(&entry.secret, scopes, claims.as_deref(), Some(account)).await;
            if let ControlFlow::Break(answer) = self.answered(&mut asking, answer).await {
                return Ok(answer?);
            }
        }
    }

    /// Whether the ID token of an answer belongs to another person than those of the sign-in (OpenID Connect Core
    /// §12.2: `iss` and `sub` must be the same). Then neither token belongs to this account. Entra's ID tokens are not
    /// compared, because a user has a different subject in each tenant.
    fn is_for_another(&self, cache: &TokenCache, account: &Account, response: &TokenResponse) -> bool {
        let Registration { authority, client_id, .. } = &self.registration;
        let Some(named) = response.id_token.as_ref().and_then(person_of) else { return false };
        let issuer = self.registration.issuer();
        let id_tokens = cache.id_tokens(&issuer, &account.home_account_id, client_id);
        let known: Vec<_> = id_tokens.iter().filter_map(person_of).collect();
        authority.kind() == AuthorityKind::Oidc && !known.is_empty() && !known.contains(&named)
    }
}

/// Why a refresh token was not redeemed.
enum NotRedeemed {
    /// The lease may be another process's: nothing was sent.
    NotHeld(StoreError),
    /// The request failed.
    Request(RequestError),
}

impl From<RequestError> for NotRedeemed {
    fn from(error: RequestError) -> Self {
        NotRedeemed::Request(error)
    }
}

/// The time in which the process should not end.
struct ShutdownGuard<'a>(&'a dyn Observer);

impl<'a> ShutdownGuard<'a> {
    fn begin(observer: &'a dyn Observer) -> Self {
        observer.defer_shutdown();
        ShutdownGuard(observer)
    }
}

impl Drop for ShutdownGuard<'_> {
    fn drop(&mut self) {
        self.0.allow_shutdown();
    }
}

/// Whether the refusal may concern only this refresh token, so that another one should be tried.
fn may_be_stale(refusal: &TokenErrorResponse) -> bool {
    refusal.error == ErrorCode::InvalidGrant || refusal.needs_interaction() || refusal.is_client_mismatch()
}
