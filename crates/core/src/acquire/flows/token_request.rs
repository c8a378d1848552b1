//! Requests for a token without a refresh token: the client's own tokens, and tokens on behalf of a caller. If many
//! processes need the same token, one sends the request.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::time::Duration;

use crate::acquire::client::endpoints::EndpointRequest;
use crate::acquire::client::outage::{Outage, as_outage};
use crate::acquire::client::waiting::Waiting;
use crate::acquire::grant::{digest_of, is_bearer};
use crate::acquire::observer::RotatedToken;
use crate::acquire::{AcquireError, AuthenticationResult, ClientApplication, Registration, SilentRequest, Source};
use crate::cache::{AccessTokenEntry, AccessTokenQuery, Account, Grant, TokenCache};
use crate::future::BoxFuture;
use crate::oauth::{self, Endpoint, EndpointKind, Endpoints, RequestError, TokenResponse};
use crate::secret::AccessToken;
use crate::store::{Lease, Loaded, Revision, StoreError, Turn};
use crate::time::Timestamp;

/// A grant type that needs no refresh token.
pub(in crate::acquire) trait TokenRequest: Sync {
    /// Returns the name of the grant type, which distinguishes its leases.
    fn name(&self) -> Cow<'static, str>;

    /// Returns the endpoints that the request needs.
    fn needed_endpoints(&self) -> &'static [EndpointKind] {
        &[EndpointKind::Token]
    }

    /// Returns the origin of a token from these endpoints.
    fn source(&self, endpoints: &Endpoints) -> Source;

    /// Returns the query for the cached token, and its user. `None`: no cached token can be used.
    fn query(&self, cache: &TokenCache, now: Timestamp) -> Option<(AccessTokenQuery, Option<Account>)>;

    /// Finds the cached token.
    fn find(&self, cache: &TokenCache, now: Timestamp) -> Option<Found> {
        let (query, account) = self.query(cache, now)?;
        cache.find_access_token(&query, now).map(|token| Found { token, account })
    }

    /// Sends the request.
    fn send<'a>(&'a self, client: &'a oauth::Client<'a>) -> BoxFuture<'a, Result<TokenResponse, RequestError>>;

    /// Removes entries that nothing else would remove.
    fn tidy(&self, _cache: &mut TokenCache, _now: Timestamp) {}

    /// Returns the grant to record for the response, and the user of the token.
    fn grant(&self, endpoints: &Endpoints, response: TokenResponse) -> (Grant, Option<Account>);
}

/// A cached access token and its user.
#[derive(Clone)]
pub(in crate::acquire) struct Found {
    pub(in crate::acquire) token: AccessTokenEntry,
    pub(in crate::acquire) account: Option<Account>,
}

impl From<Found> for AuthenticationResult {
    fn from(found: Found) -> Self {
        AuthenticationResult::cached(found.token, found.account)
    }
}

/// The decision of a call before it waits for anything.
pub(in crate::acquire) enum TokenRequestPlan {
    /// Serve this token.
    Serve(Found),
    /// Only the network could help, and it may not be used.
    Offline,
    /// Ask the provider. `fallback` is a still valid token, if that fails.
    Request { fallback: Option<Found> },
}

impl TokenRequestPlan {
    /// Makes the decision. `found` is the token in the cache.
    pub(in crate::acquire) fn new(found: Option<Found>, request: &SilentRequest, now: Timestamp) -> Self {
        match found.filter(|_| request.claims.is_none() && !request.force_refresh) {
            Some(found) if request.offline || !found.token.is_aging(now) => TokenRequestPlan::Serve(found),
            None if request.offline => TokenRequestPlan::Offline,
            fallback => TokenRequestPlan::Request { fallback },
        }
    }
}

/// A call: its request, and the state when it began.
struct Call<'a> {
    token_request: &'a dyn TokenRequest,
    request: &'a SilentRequest,
    /// The token in the cache when the call began.
    seen: Option<AccessToken>,
    /// The outage that was known when the call began.
    known_outage: Option<Outage>,
    /// The cached token, if it is still valid.
    fallback: Option<Found>,
}

impl Call<'_> {
    /// Returns the token that satisfies the call: a fresh one, and for a forced refresh one that was stored since the
    /// call began.
    fn answer(&self, cache: &TokenCache, now: Timestamp) -> Option<Found> {
        let found = self.token_request.find(cache, now)?;
        let is_new = || self.seen.as_ref() != Some(&found.token.secret);
        let is_wanted = self.request.claims.is_none() && (!self.request.force_refresh || is_new());
        (is_wanted && !found.token.is_aging(now)).then_some(found)
    }
}

impl ClientApplication<'_> {
    /// Returns the cached token, or sends the request. An aging token is returned if the request fails.
    pub(super) async fn acquire_by_token_request(
        &self,
        token_request: &dyn TokenRequest,
        request: &SilentRequest,
    ) -> Result<AuthenticationResult, AcquireError> {
        self.reported(self.cached_or_requested(token_request, request).await)
    }

    async fn cached_or_requested(
        &self,
        token_request: &dyn TokenRequest,
        request: &SilentRequest,
    ) -> Result<AuthenticationResult, AcquireError> {
        let (cache, revision) = self.load_cache_and_revision().await?;
        let now = self.clock.now();
        let found = token_request.find(&cache, now);
        let seen = found.as_ref().map(|found| found.token.secret.clone());
        let fallback = match TokenRequestPlan::new(found, request, now) {
            TokenRequestPlan::Serve(found) => return Ok(found.into()),
            TokenRequestPlan::Offline => return Err(AcquireError::Offline),
            TokenRequestPlan::Request { fallback } => fallback,
        };
        let lease_name = self.token_request_lease_name(token_request, request);
        let known_outage = self.outage(&lease_name).await;
        let call = Call { token_request, request, seen, known_outage, fallback };
        let result = Box::pin(self.send_once(call, &lease_name, revision)).await?;
        result.ensure_min_valid(request.min_valid, self.clock.now())
    }

    /// Returns the name of the lease. It is equal for all processes that would send the same request.
    fn token_request_lease_name(&self, token_request: &dyn TokenRequest, request: &SilentRequest) -> String {
        let Registration { client_id, authority, .. } = &self.registration;
        let (authority, scopes) = (authority.url(), request.scopes.to_target());
        let parameters = digest_of(&request.parameters).unwrap_or_default();
        format!(
            "{}\nauthority {authority}\nclient {client_id}\nscopes {scopes}\nparameters {parameters}",
            token_request.name()
        )
    }

    /// Waits for the lease, or for the token of the process that holds it.
    async fn send_once(
        &self,
        call: Call<'_>,
        lease_name: &str,
        mut seen: Option<Revision>,
    ) -> Result<AuthenticationResult, AcquireError> {
        // A token that is only aging is not worth a wait: the lease holder is renewing it.
        let patience = if call.fallback.is_some() { Duration::ZERO } else { self.lock_timeout };
        let mut waiting = Waiting::new(self);
        let failure = match self.wait_for_lease(lease_name, patience) {
            Err(error) => error,
            Ok(mut wait) => loop {
                match wait.next().await {
                    Ok(Turn::Held(lease)) => {
                        let has_waited = waiting.end();
                        let work = self.send_under_lease(&call, lease_name, lease.as_ref(), has_waited);
                        let outcome = self.renewing(lease.as_ref(), work).await;
                        lease.release().await;
                        return outcome.or_else(|failure| self.fall_back_to(call.fallback, failure));
                    }
                    Ok(Turn::Taken(holder)) => waiting.met(&holder),
                    Err(error) => break error,
                }
                let newest = self.store.revision(&self.partition).await;
                if (newest.is_none() || newest != seen)
                    && let Ok((cache, revision)) = self.load_cache_and_revision().await
                {
                    seen = revision;
                    if let Some(found) = call.answer(&cache, self.clock.now()) {
                        return Ok(found.into());
                    }
                }
                if let Some(failure) = self.outage_since(call.known_outage.as_ref(), lease_name).await {
                    return self.fall_back_to(call.fallback, failure);
                }
            },
        };
        match (failure, call.fallback) {
            (StoreError::Busy { .. }, Some(found)) => Ok(found.into()),
            (failure, fallback) => self.fall_back_to(fallback, failure.into()),
        }
    }

    /// Checks the cache again, and then sends the request.
    async fn send_under_lease(
        &self,
        call: &Call<'_>,
        lease_name: &str,
        lease: &dyn Lease,
        has_waited: bool,
    ) -> Result<AuthenticationResult, AcquireError> {
        let (cache, revision) = self.load_cache_and_revision().await?;
        if let Some(found) = call.answer(&cache, self.clock.now()) {
            return Ok(found.into());
        }
        if has_waited && let Some(failure) = self.outage_since(call.known_outage.as_ref(), lease_name).await {
            return Err(failure);
        }
        let (response, endpoints) = match self.send_token_request(call).await {
            Ok(answer) => answer,
            Err(error) => {
                self.note_outage(lease, &error).await;
                return Err(AcquireError::from_token_request(
                    call.token_request.source(&self.registration.endpoints),
                    error,
                ));
            }
        };
        if call.known_outage.is_some() {
            lease.note(None).await;
        }
        let seen = revision.map(|revision| Loaded { bytes: cache.serialize().as_bytes().to_vec().into(), revision });
        self.record_token(call, &endpoints, response, lease, seen).await
    }

    /// Sends the request, and repeats it if that may help. Processing it twice does no harm.
    async fn send_token_request(&self, call: &Call<'_>) -> Result<(TokenResponse, Endpoints), RequestError> {
        let mut tries = self.tries();
        let endpoints = self.endpoints_after_retries(&mut tries, call.token_request.needed_endpoints()).await?;
        let mut asking = EndpointRequest::at(endpoints, EndpointKind::Token);
        loop {
            let answer = {
                let client = self.protocol(&asking.endpoints).await?.with_parameters(&call.request.parameters);
                call.token_request.send(&client).await
            };
            match self.answered(&mut asking, answer).await {
                ControlFlow::Continue(()) => {}
                ControlFlow::Break(Ok(response)) => return Ok((response, asking.endpoints)),
                ControlFlow::Break(Err(failure)) => {
                    let is_right = asking.endpoints.token.as_ref().is_some_and(Endpoint::is_told_by_provider);
                    let failure = if is_right { as_outage(failure) } else { failure };
                    self.wait_to_retry(&mut tries, failure).await?;
                }
            }
        }
    }

    /// Saves the token. A token that cannot be saved is returned nevertheless.
    async fn record_token(
        &self,
        call: &Call<'_>,
        endpoints: &Endpoints,
        response: TokenResponse,
        lease: &dyn Lease,
        seen: Option<Loaded>,
    ) -> Result<AuthenticationResult, AcquireError> {
        if !is_bearer(&response) {
            return Err(AcquireError::NotBearer { token_type: response.token_type });
        }
        let now = self.clock.now();
        self.compare_clocks(response.date, now);
        let (said, clock_offset) = (response.scope.clone(), Self::clock_offset(response.date, now));
        let (mut grant, account) = call.token_request.grant(endpoints, response);
        grant.clock_offset = clock_offset;
        let mut record = |cache: &mut TokenCache| {
            self.compare(&mut grant, said.as_ref(), &call.request.scopes, cache.document());
            cache.record(&grant, now);
            call.token_request.tidy(cache, now);
        };
        let saved = match self.update_cache_under(lease, seen, &mut record).await {
            // The save is a compare-and-set, which protects what the next holder has saved.
            Err(StoreError::LeaseLost { .. }) => self.update_cache(&mut record).await,
            saved => saved,
        };
        if let Err(error) = saved {
            self.observer.not_saved(&error, &RotatedToken::NotNeeded);
        }
        if !grant.scopes_not_granted.is_empty() {
            return Err(AcquireError::ScopeNotGranted { scopes: grant.scopes_not_granted });
        }
        Ok(AuthenticationResult::granted(grant, account, now, call.token_request.source(endpoints)))
    }

    fn fall_back_to(
        &self,
        fallback: Option<Found>,
        failure: AcquireError,
    ) -> Result<AuthenticationResult, AcquireError> {
        match fallback {
            Some(Found { token, account }) => self.fall_back(account, Some(token), failure),
            None => Err(failure),
        }
    }
}
