//! What every way to sign in has in common: the request, and saving what the server grants.

use std::time::Duration;

use super::grant::is_bearer;
use super::verify_saved::to_watch;
use super::{AcquireError, AuthenticationResult, ClientApplication, SilentRequest, Source};
use crate::cache::{
    Account, AccountRemoval, Grant, Owner, RefreshTokenEntry, RefreshTokenQuery, RemovalScope, SignIn, TokenCache,
};
use crate::oauth::{Endpoints, TokenResponse, check_issuer};
use crate::secret::RefreshToken;
use crate::store::Saved;
use crate::time::Timestamp;
use crate::types::{HomeAccountId, Realm, ScopeSet};

/// The bytes that a token and its cache entries take in the document, at most.
pub(super) const ROOM_FOR_A_SIGN_IN: usize = 64 * 1024;

/// The lifetime in seconds of a token whose server told none. The schema needs a number, and this one ends before 2038,
/// where the time of some readers ends.
const TEN_YEARS: u64 = 10 * 365 * 86_400;

pub(super) const OFFLINE_ACCESS: &str = "offline_access";

/// A request for a sign-in.
#[derive(Clone, Debug, Default)]
pub struct SignInRequest {
    /// The scopes to consent to. `openid profile offline_access` are added.
    pub scopes: ScopeSet,
    /// A claims challenge, JSON (OpenID Connect Core §5.5).
    pub claims: Option<String>,
    /// The account that has to sign in: a user name in any case, or a home account id. The tokens of another account are
    /// not saved.
    pub account: Option<String>,
    /// A name for this account if the provider names nobody. It tells the account from the client's others. An account that
    /// was signed in under the same name is signed out.
    pub unnamed_as: Option<String>,
    /// Whether `offline_access` is not asked for, beside scopes that name it themselves.
    pub without_offline_access: bool,
    /// How long a token is served that comes without a lifetime. `None`: until it is revoked.
    pub lifetime: Option<Duration>,
    /// Further parameters, such as `audience` or `resource` (RFC 8707).
    pub parameters: Vec<(String, String)>,
}

/// A sign-in, and what to remember for the next time.
#[derive(Debug)]
pub struct SignedIn {
    /// The token that came with it.
    pub token: AuthenticationResult,
    /// The account that signed in.
    pub account: Account,
    /// The endpoints, so that nothing has to be discovered again.
    pub endpoints: Endpoints,
    /// The tenant as the server names it.
    pub tenant: Option<Realm>,
    /// The person's name, where the server told it.
    pub name: Option<String>,
    /// The scopes that were asked for, one by one.
    pub asked: ScopeSet,
    /// The scopes that were asked for and not granted.
    pub not_granted: ScopeSet,
    /// Whether the server gave a refresh token.
    pub can_refresh: bool,
}

impl SignedIn {
    /// Returns the token if it has the scopes and the lifetime that `request` asks for. The tokens stay cached in any case.
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
    /// Returns those of `openid profile offline_access` to ask for beside the scopes of the request.
    pub(super) fn reserved_scopes(&self, endpoints: &Endpoints, request: &SignInRequest) -> ScopeSet {
        self.context(endpoints).reserved_scopes().filtered(|scope| {
            let is_unwanted = scope == OFFLINE_ACCESS && request.without_offline_access;
            !is_unwanted && !request.scopes.contains(scope)
        })
    }

    /// Saves a sign-in by `grant_type`. If that fails, revokes the refresh token: it would be valid at the server and
    /// unknown here.
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

    /// Revokes a refresh token that is not saved. The caller reports why it is not: a failure of the revocation is ignored.
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
                account_source: Some(grant_type.to_owned()),
            }),
            ..self.grant(Owner::User(home_account_id.clone()), realm, &request.scopes, &request.parameters, response)
        };
        if is_lifetime_unknown {
            grant.is_lifetime_unknown = request.lifetime.is_none();
            grant.is_lifetime_set = request.lifetime.is_some();
            grant.expires_in = request.lifetime.map_or(TEN_YEARS, |lifetime| lifetime.as_secs());
        }
        // A request without scopes asks for the added ones.
        let asked_for = if request.scopes.is_empty() { beside } else { &request.scopes };
        let own = RefreshTokenQuery {
            client_id: grant.client_id.clone(),
            issuer: grant.issuer.clone(),
            home_account_id: home_account_id.clone(),
        };
        // Earlier versions, which did not ask for `client_info`, filed the account by its subject.
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
        let saved_by = self.with_partition_of(&home_account_id);
        let saved = saved_by.update_cache(&mut record).await?;
        if saved == Saved::WrittenAndTightened {
            self.observer.permissions_tightened();
        }
        // The new tokens are gone and no later sign-in has replaced them: another program has overwritten them.
        let is_undone = &|cache: &TokenCache| {
            let is_old = |entry: &RefreshTokenEntry| superseded.iter().any(|before| before.secret == entry.secret);
            !cache.holds_access_token(&grant.access_token) && cache.find_refresh_tokens(&own).iter().all(is_old)
        };
        saved_by.verify_saved(watched, is_undone, &grant, now).await;
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
