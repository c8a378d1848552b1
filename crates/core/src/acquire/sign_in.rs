//! Signing in: the one place where a person is asked.

use std::ops::ControlFlow;
use std::time::Duration;

use super::endpoints::EndpointRequest;
use super::grant::is_bearer;
use super::retry::Retry;
use super::verify_saved::to_watch;
use super::{AcquireError, AuthenticationResult, PublicClient, SignInGrant, SilentRequest, Source};
use crate::cache::{
    Account, AccountRemoval, Grant, RefreshTokenEntry, RefreshTokenQuery, RemovalScope, SignIn, TokenCache,
};
use crate::oauth::{
    AuthorityKind, DEVICE_CODE_GRANT_TYPE, DeviceAuthorization, EndpointKind, Endpoints, ErrorCode, RequestError,
    TokenErrorResponse, TokenResponse, check_issuer,
};
use crate::store::Saved;
use crate::time::Timestamp;
use crate::types::{HomeAccountId, RESERVED_SCOPES, Realm, ScopeSet};

/// A token and its cache entries take less than this in the document.
const ROOM_FOR_A_SIGN_IN: usize = 64 * 1024;

/// What a token is said to live whose lifetime nobody knows, in seconds: the schema wants a number, and this one is
/// before 2038 for years, where some readers' time ends.
const TEN_YEARS: u64 = 10 * 365 * 86_400;

const OFFLINE_ACCESS: &str = "offline_access";

/// Whether the refusal is that of a scope. Keycloak says `not_allowed` to users who may have no offline session.
fn forbids_scope(refusal: &TokenErrorResponse) -> bool {
    refusal.error == ErrorCode::InvalidScope || refusal.error.as_str() == "not_allowed"
}

/// What is asked of the person.
#[derive(Clone, Debug, Default)]
pub struct SignInRequest {
    /// The scopes to consent to; `openid profile offline_access` are added.
    pub scopes: ScopeSet,
    /// A claims challenge, JSON (OpenID Connect Core §5.5).
    pub claims: Option<String>,
    /// Who is to sign in: a user name in any case, or a home account id. Nothing is stored of anybody else.
    pub account: Option<String>,
    /// A name for this account where the provider names nobody: it tells the account from the client's others. An account
    /// that was signed in under the same name is signed out.
    pub unnamed_as: Option<String>,
    /// Whether `offline_access` is not asked for, beside scopes that name it themselves.
    pub without_offline_access: bool,
    /// How long a token is served that comes without a lifetime; `None`: until it is revoked.
    pub lifetime: Option<Duration>,
    /// Further parameters, such as `audience` or `resource` (RFC 8707).
    pub parameters: Vec<(String, String)>,
}

/// Who signed in, and what to remember for the next time.
#[derive(Debug)]
pub struct SignedIn {
    /// The token that came with it.
    pub token: AuthenticationResult,
    /// The endpoints, so that nothing has to be discovered again.
    pub endpoints: Endpoints,
    /// The tenant as the server names it.
    pub tenant: Option<Realm>,
    /// The person's name, where the server told it.
    pub name: Option<String>,
    /// The scopes that were asked for, one by one.
    pub asked: ScopeSet,
    /// Those of them that the server left out.
    pub not_granted: ScopeSet,
    /// Whether there will be silent refreshes: whether the server gave a refresh token.
    pub can_refresh: bool,
}

impl SignedIn {
    /// The token, if it is one for `request`: with the scopes and for the time that it asks for. The
    /// tokens stay cached all the same.
    ///
    /// # Errors
    /// [`AcquireError::ScopeNotGranted`], [`AcquireError::MinValid`].
    pub fn token_for(self, request: &SilentRequest, now: Timestamp) -> Result<AuthenticationResult, AcquireError> {
        if !self.not_granted.is_empty() {
            return Err(AcquireError::ScopeNotGranted { scopes: self.not_granted });
        }
        self.token.ensure_min_valid(request.min_valid, now)
    }
}

impl PublicClient<'_> {
    /// The device authorization grant (RFC 8628): shows a code through the observer, waits for the person, and stores
    /// what the server then gives. Holds no lock while it waits.
    ///
    /// # Errors
    /// [`AcquireError::SignInRefused`] when the person or the server declines, [`AcquireError::NotApproved`] when the code expires or the
    /// observer breaks off, [`AcquireError::Unavailable`] when the server cannot be reached, [`AcquireError::Store`]
    /// when the tokens could not be saved.
    pub async fn sign_in_by_device_code(&self, request: &SignInRequest) -> Result<SignedIn, AcquireError> {
        // Nobody is to sign in and then learn that it cannot be kept.
        let size = self.load_cache().await?.serialize().len();
        self.store.ensure_room(&self.partition, size + ROOM_FOR_A_SIGN_IN).await?;

        let mut tries = self.tries();
        // Nobody is to type a code that cannot be redeemed then.
        let needed = [EndpointKind::DeviceAuthorization, EndpointKind::Token];
        let endpoints = self.endpoints_after_retries(&mut tries, &needed).await;
        let endpoints = endpoints.map_err(AcquireError::from_request)?;
        let mut beside = self.reserved_scopes(&endpoints, request);
        let (authorization, endpoints) = self.authorize(&mut tries, endpoints, request, &mut beside).await?;
        let response = self.await_approval(&endpoints, request, &authorization).await;
        let (response, endpoints) = match response {
            // The person has approved, and is asked once more.
            Err(RequestError::Refused(refusal)) if beside.contains(OFFLINE_ACCESS) && forbids_scope(&refusal) => {
                let is_kept = |scope: &str| scope != OFFLINE_ACCESS;
                self.observer.scopes_refused(&beside.filtered(|scope| !is_kept(scope)));
                beside = beside.filtered(is_kept);
                let (authorization, endpoints) = self.authorize(&mut tries, endpoints, request, &mut beside).await?;
                (self.await_approval(&endpoints, request, &authorization).await, endpoints)
            }
            outcome => (outcome, endpoints),
        };
        let response = response.map_err(|error| AcquireError::from_sign_in(SignInGrant::DeviceCode, error))?;
        let (refresh_token, revocable_at) = (response.refresh_token.clone(), endpoints.clone());
        let remembered = self.remember(request, endpoints, &beside, response).await;
        // It would be forgotten here and alive there. That it cannot be revoked is not what went wrong.
        if let (Err(_), Some(refresh_token)) = (&remembered, refresh_token)
            && let Ok(protocol) = self.protocol(&revocable_at)
        {
            let _ = protocol.revoke(&refresh_token).await;
        }
        remembered
    }

    /// Of `openid profile offline_access` what is asked for beside the scopes of the request. A generic provider that
    /// lists its scopes is not asked for others; the Microsoft kinds are asked as MSAL asks them.
    fn reserved_scopes(&self, endpoints: &Endpoints, request: &SignInRequest) -> ScopeSet {
        let supported = endpoints.scopes_supported.as_ref();
        let supported = supported.filter(|_| self.registration.authority.kind() == AuthorityKind::Oidc);
        let reserved: ScopeSet = RESERVED_SCOPES.into_iter().collect();
        reserved.filtered(|scope| {
            supported.is_none_or(|supported| supported.contains(scope))
                && !(scope == OFFLINE_ACCESS && request.without_offline_access)
                && !request.scopes.contains(scope)
        })
    }

    /// Asks for a code. Where the provider refuses a scope, it is asked again without `offline_access`, and then for
    /// the scopes of the request alone. What it refused is told when that has helped.
    async fn authorize(
        &self,
        tries: &mut Retry,
        endpoints: Endpoints,
        request: &SignInRequest,
        beside: &mut ScopeSet,
    ) -> Result<(DeviceAuthorization, Endpoints), AcquireError> {
        let mut refused = Vec::new();
        let mut asking = EndpointRequest::at(endpoints, EndpointKind::DeviceAuthorization);
        loop {
            let protocol = self.protocol(&asking.endpoints).map_err(AcquireError::from_request)?;
            let protocol = protocol.with_parameters(&request.parameters);
            let answer = protocol.authorize_device(&request.scopes, beside, request.claims.as_deref()).await;
            let ControlFlow::Break(answer) = self.answered(&mut asking, answer).await else { continue };
            let failure = match answer {
                Err(RequestError::Refused(refusal)) if !beside.is_empty() && forbids_scope(&refusal) => {
                    let has_offline_access = beside.contains(OFFLINE_ACCESS);
                    let is_kept = |scope: &str| has_offline_access && scope != OFFLINE_ACCESS;
                    refused.push(beside.filtered(|scope| !is_kept(scope)));
                    *beside = beside.filtered(is_kept);
                    continue;
                }
                Ok(authorization) => {
                    refused.iter().for_each(|scopes| self.observer.scopes_refused(scopes));
                    return Ok((authorization, asking.endpoints));
                }
                Err(failure) => failure,
            };
            let retried = self.wait_to_retry(tries, failure).await;
            retried.map_err(|error| AcquireError::from_sign_in(SignInGrant::DeviceAuthorization, error))?;
        }
    }

    async fn await_approval(
        &self,
        endpoints: &Endpoints,
        request: &SignInRequest,
        authorization: &DeviceAuthorization,
    ) -> Result<TokenResponse, RequestError> {
        self.observer.device_code_issued(authorization);
        let protocol = self.protocol(endpoints)?.with_parameters(&request.parameters);
        protocol.poll_device(authorization, &mut |left| self.observer.sign_in_pending(left)).await
    }

    /// Stores what the server gave. An error leaves nothing of it here: it is to be revoked there.
    async fn remember(
        &self,
        request: &SignInRequest,
        endpoints: Endpoints,
        beside: &ScopeSet,
        mut response: TokenResponse,
    ) -> Result<SignedIn, AcquireError> {
        if !is_bearer(&response) {
            return Err(AcquireError::NotBearer { token_type: response.token_type });
        }
        let now = self.clock.now();
        self.compare_clocks(response.date, now);
        let issuer = endpoints.issuer.as_deref();
        check_issuer(response.id_token.as_ref(), issuer, &self.registration.authority)
            .map_err(AcquireError::from_request)?;
        let mut identity = response.identity.take().unwrap_or_default();
        let home_account_id = identity.home_account_id.take();
        let unnamed = || self.unnamed_account(&identity.username, request.unnamed_as.as_deref());
        let home_account_id = home_account_id.unwrap_or_else(unnamed);
        if let Some(wanted) = &request.account {
            ensure_wanted(wanted, &home_account_id, &identity.username)?;
        }
        let tenant = identity.tenant.map(Realm::new);
        let realm = self.registration.realm(&endpoints, tenant.as_ref());
        let (said, is_lifetime_unknown) = (response.scope.clone(), response.is_lifetime_unknown);
        let mut grant = Grant {
            sign_in: Some(SignIn {
                local_account_id: identity.local_account_id.clone(),
                username: identity.username.clone(),
                authority_type: self.registration.authority.authority_type(),
                // As MSAL Python writes it.
                account_source: Some(DEVICE_CODE_GRANT_TYPE.to_owned()),
            }),
            ..self.grant(home_account_id.clone(), realm, &request.scopes, &request.parameters, response)
        };
        if is_lifetime_unknown {
            grant.is_lifetime_unknown = request.lifetime.is_none();
            grant.is_lifetime_set = request.lifetime.is_some();
            grant.expires_in = request.lifetime.map_or(TEN_YEARS, |lifetime| lifetime.as_secs());
        }
        // Where nothing was asked for, what was added counts.
        let asked_for = if request.scopes.is_empty() { beside } else { &request.scopes };
        let own = RefreshTokenQuery {
            client_id: grant.client_id.clone(),
            issuer: grant.issuer.clone(),
            home_account_id: home_account_id.clone(),
        };
        // Before `client_info` was asked for everywhere, the account was filed by its subject.
        let former = identity.subject.filter(|subject| *subject != home_account_id).map(|subject| AccountRemoval {
            home_account_id: subject,
            issuer: grant.issuer.clone(),
            scope: RemovalScope::ClientAndFamily(grant.client_id.clone()),
        });
        let mut superseded = Vec::new();
        let mut asked = ScopeSet::default();
        let mut watched = None;
        let mut record = |cache: &mut TokenCache| {
            superseded = cache.find_refresh_tokens(&own);
            asked = self.compare(&mut grant, said.as_ref(), asked_for, cache.document());
            if let Some(former) = &former {
                cache.remove_account(former);
            }
            cache.record(&grant, now);
            watched = to_watch(cache);
        };
        let saved = self.update_cache(&mut record).await?;
        if saved == Saved::WrittenAndTightened {
            self.observer.permissions_tightened();
        }
        // Nobody signs out whom he has just seen sign in; but a later sign-in stands.
        let is_undone = &|cache: &TokenCache| {
            let is_old = |entry: &RefreshTokenEntry| superseded.iter().any(|before| before.secret == entry.secret);
            !cache.holds_access_token(&grant.access_token) && cache.find_refresh_tokens(&own).iter().all(is_old)
        };
        self.verify_saved(watched, is_undone, &grant, now).await;
        let account = Account {
            home_account_id,
            environment: grant.issuer.environment().clone(),
            authority: grant.issuer.identity().map(str::to_owned),
            realms: vec![grant.realm.clone()],
            username: identity.username,
            local_account_id: identity.local_account_id,
        };
        Ok(SignedIn {
            can_refresh: grant.refresh_token.is_some(),
            endpoints,
            name: identity.name,
            tenant,
            asked,
            not_granted: grant.scopes_not_granted.clone(),
            token: AuthenticationResult::granted(grant, account, now, Source::Login),
        })
    }
}

/// Refuses a sign-in by somebody else than was wanted.
fn ensure_wanted(wanted: &str, home_account_id: &HomeAccountId, username: &str) -> Result<(), AcquireError> {
    if home_account_id.as_str() == wanted || !username.is_empty() && username.eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    let name = if username.is_empty() { home_account_id.to_string() } else { username.to_owned() };
    Err(AcquireError::SignedInAsAnother { wanted: wanted.to_owned(), name })
}
