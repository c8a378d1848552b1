//! The common part of all sign-ins: the request, and saving the granted tokens.

use std::time::Duration;

use crate::acquire::grant::{account_of, is_bearer};
use crate::acquire::silent::verify_saved::to_watch;
use crate::acquire::{AcquireError, AuthenticationResult, ClientApplication, SilentRequest, Source};
use crate::cache::{
    Account, AccountRemoval, Grant, Owner, RefreshTokenEntry, RefreshTokenQuery, RemovalScope, SignIn, TokenCache,
};
use crate::oauth::{Endpoints, TokenResponse, check_issuer};
use crate::secret::RefreshToken;
use crate::store::{Saved, StoreError};
use crate::time::Timestamp;
use crate::types::{HomeAccountId, Realm, ScopeSet};

/// The maximum size of a token with its cache entries in the document, in bytes.
const ROOM_FOR_A_SIGN_IN: usize = 64 * 1024;

/// The lifetime in seconds of a token without one. The schema needs a number, and this one ends before 2038, the end of
/// time for some readers.
const TEN_YEARS: u64 = 10 * 365 * 86_400;

pub(super) const OFFLINE_ACCESS: &str = "offline_access";

/// A request for a sign-in.
#[derive(Clone, Debug, Default)]
pub struct SignInRequest {
    /// The scopes to consent to. `openid profile offline_access` are added.
    pub scopes: ScopeSet,
    /// A claims challenge, JSON (OpenID Connect Core §5.5).
    pub claims: Option<String>,
    /// The account that has to sign in: a user name in any case, or a home account id. Another account's tokens are not
    /// saved.
    pub account: Option<String>,
    /// A name for the account if the provider does not name its users. It distinguishes the account from the client's
    /// others. An account with the same name is signed out.
    pub unnamed_as: Option<String>,
    /// Whether to omit `offline_access`, unless the scopes include it.
    pub without_offline_access: bool,
    /// The lifetime of a token without one. `None`: until it is revoked.
    pub lifetime: Option<Duration>,
    /// Further parameters, such as `audience` or `resource` (RFC 8707).
    pub parameters: Vec<(String, String)>,
    /// The protected resource that the sign-in is for, if the resource has named the authorization server. Its account and
    /// refresh token are separate from those for other resources. Only the scopes of the request are sent, and
    /// `offline_access` if the server supports it.
    pub resource: Option<String>,
}

/// The result of a sign-in, with facts to save for later.
#[derive(Debug)]
pub struct SignedIn {
    /// The token of the sign-in.
    pub token: AuthenticationResult,
    /// The account that signed in.
    pub account: Account,
    /// The endpoints, to avoid another discovery.
    pub endpoints: Endpoints,
    /// The tenant as the server names it.
    pub tenant: Option<Realm>,
    /// The person's name, if the server sent it.
    pub name: Option<String>,
    /// The requested scopes, one by one.
    pub asked: ScopeSet,
    /// The requested scopes that were not granted.
    pub not_granted: ScopeSet,
    /// Whether the server sent a refresh token.
    pub can_refresh: bool,
}

impl SignedIn {
    /// Returns the token if it has the scopes and the validity that `request` requires. The tokens stay cached in any
    /// case.
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

impl ClientApplication<'_> {
    /// Fails before the person signs in if the tokens could not be saved.
    pub(super) async fn ensure_room_for_sign_in(&self) -> Result<(), StoreError> {
        let size = self.load_cache().await?.serialize().len();
        self.store.ensure_room(&self.partition, size + ROOM_FOR_A_SIGN_IN).await
    }

    /// Returns those of `openid profile offline_access` to request in addition to the scopes of the request.
    pub(in crate::acquire) fn reserved_scopes(&self, endpoints: &Endpoints, request: &SignInRequest) -> ScopeSet {
        self.context(endpoints).reserved_scopes_for(request.resource.is_some()).filtered(|scope| {
            let is_unwanted = scope == OFFLINE_ACCESS && request.without_offline_access;
            !is_unwanted && !request.scopes.contains(scope)
        })
    }

    /// Saves a sign-in by `grant_type`. If that fails, revokes the refresh token, which would stay valid at the server
    /// and be unknown here.
    pub(super) async fn record_sign_in(
        &self,
        request: &SignInRequest,
        grant_type: &str,
        endpoints: Endpoints,
        beside: &ScopeSet,
        response: TokenResponse,
    ) -> Result<SignedIn, AcquireError> {
        let (refresh_token, revocable_at) = (response.refresh_token.clone(), endpoints.clone());
        let recorded = self.record_response(request, grant_type, endpoints, beside, response).await;
        if recorded.is_err() {
            self.revoke_unsaved(&revocable_at, refresh_token.as_ref()).await;
        }
        recorded
    }

    /// Revokes a refresh token that is not saved. Ignores a failure, because the caller already reports an error.
    pub(super) async fn revoke_unsaved(&self, endpoints: &Endpoints, refresh_token: Option<&RefreshToken>) {
        if let Some(refresh_token) = refresh_token
            && let Ok(client) = self.protocol(endpoints).await
        {
            let _ = client.revoke(refresh_token).await;
        }
    }

    async fn record_response(
        &self,
        request: &SignInRequest,
        grant_type: &str,
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
        let home_account_id = match (home_account_id, &request.resource) {
            (Some(home_account_id), Some(resource)) => home_account_id.for_resource(resource),
            (None, Some(_)) => self.unnamed_account("", request.unnamed_as.as_deref()),
            (home_account_id, None) => home_account_id.unwrap_or_else(unnamed),
        };
        if let Some(wanted) = &request.account {
            ensure_wanted(wanted, &home_account_id, &identity.username)?;
        }
        let tenant = identity.tenant.map(Realm::new);
        let realm = self.registration.realm(&endpoints, tenant.as_ref());
        let (said, is_lifetime_unknown) = (response.scope.clone(), response.is_lifetime_unknown);
        let mut grant = Grant {
            clock_offset: Self::clock_offset(response.date, now),
            sign_in: Some(SignIn {
                local_account_id: identity.local_account_id,
                username: identity.username,
                authority_type: self.registration.authority.authority_type(),
                // The same value as in MSAL Python.
                account_source: Some(grant_type.to_owned()),
            }),
            ..self.grant(Owner::User(home_account_id.clone()), realm, &request.scopes, &request.parameters, response)
        };
        if is_lifetime_unknown {
            grant.is_lifetime_unknown = request.lifetime.is_none();
            grant.is_lifetime_set = request.lifetime.is_some();
            grant.expires_in = request.lifetime.map_or(TEN_YEARS, |lifetime| lifetime.as_secs());
        }
        // A request without scopes requests only the additional ones.
        let asked_for = if request.scopes.is_empty() { beside } else { &request.scopes };
        let own = RefreshTokenQuery {
            client_id: grant.client_id.clone(),
            issuer: grant.issuer.clone(),
            home_account_id: home_account_id.clone(),
        };
        // Earlier versions did not request `client_info` and stored the account under its subject.
        let is_former = |subject: &HomeAccountId| *subject != home_account_id && request.resource.is_none();
        let former = identity.subject.filter(is_former).map(|subject| AccountRemoval {
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
        let saved_by = self.with_partition_of(&home_account_id);
        let saved = saved_by.update_cache(&mut record).await?;
        if saved == Saved::WrittenAndTightened {
            self.observer.permissions_tightened();
        }
        // The new tokens are gone, and no later sign-in has replaced them: another program has overwritten them.
        let is_undone = &|cache: &TokenCache| {
            let is_old = |entry: &RefreshTokenEntry| superseded.iter().any(|before| before.secret == entry.secret);
            !cache.holds_access_token(&grant.access_token) && cache.find_refresh_tokens(&own).iter().all(is_old)
        };
        saved_by.verify_saved(watched, is_undone, &grant, now).await;
        let account = account_of(&grant, home_account_id);
        Ok(SignedIn {
            can_refresh: grant.refresh_token.is_some(),
            endpoints,
            name: identity.name,
            tenant,
            asked,
            not_granted: grant.scopes_not_granted.clone(),
            token: AuthenticationResult::granted(grant, Some(account.clone()), now, Source::Login),
            account,
        })
    }
}

/// Refuses a sign-in by another account than the wanted one.
fn ensure_wanted(wanted: &str, home_account_id: &HomeAccountId, username: &str) -> Result<(), AcquireError> {
    if home_account_id.as_str() == wanted || !username.is_empty() && username.eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    let name = if username.is_empty() { home_account_id.to_string() } else { username.to_owned() };
    Err(AcquireError::SignedInAsAnother { wanted: wanted.to_owned(), name })
}
