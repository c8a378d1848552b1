//! Tokens on behalf of a web API's caller: by Microsoft's on-behalf-of flow, or by token exchange (RFC 8693).

use std::borrow::Cow;

use super::client_credentials::ClientCredentials;
use super::token_request::TokenRequest;
use crate::acquire::grant::account_of;
use crate::acquire::silent::plan::query;
use crate::acquire::{AcquireError, AuthenticationResult, ClientApplication, SilentRequest, Source};
use crate::cache::{AccessTokenQuery, Account, Grant, Owner, SignIn, TokenCache};
use crate::future::BoxFuture;
use crate::oauth;
use crate::oauth::{
    ACCESS_TOKEN_TYPE, Endpoints, OnBehalfOfRequest, RequestError, TokenExchangeRequest, TokenResponse, TypedToken,
};
use crate::secret::{SecurityToken, UserAssertion};
use crate::store::Partition;
use crate::time::Timestamp;
use crate::types::{HomeAccountId, Realm};

impl ClientApplication<'_> {
    /// Returns a token on behalf of a caller of this web API: from the cache of this very assertion, or by one request
    /// however many processes ask. Microsoft's providers are asked by the on-behalf-of flow, others by token exchange
    /// (RFC 8693). The account of the request is ignored.
    ///
    /// In a store with a cache for each user, the partition must be
    /// [`Partition::on_behalf_of`](crate::store::Partition::on_behalf_of) this assertion. In the only document of a store,
    /// the tokens belong to an account that is named after the assertion, and that is nobody's sign-in.
    ///
    /// The assertion is not verified: a cached token is returned to whoever presents the same assertion, until the
    /// assertion expires.
    ///
    /// # Errors
    /// [`AcquireError::TokenRequestRefused`] if the provider refuses; its kind is
    /// [`InteractionRequired`](crate::acquire::ErrorKind::InteractionRequired) if the caller has to sign in again or to consent. And
    /// those of the provider and the store as for a client's own token.
    pub async fn acquire_token_on_behalf_of(
        &self,
        assertion: &UserAssertion,
        request: &SilentRequest,
    ) -> Result<AuthenticationResult, AcquireError> {
        self.acquire_by_token_request(&OnBehalfOf::new(self, assertion, request), request).await
    }
}

/// A request for a token on behalf of the caller who presented `assertion`. The application's partition belongs to the
/// assertion, so no other caller can be served from it.
pub(in crate::acquire) struct OnBehalfOf<'a> {
    application: &'a ClientApplication<'a>,
    assertion: &'a UserAssertion,
    /// The partition of the assertion, whose name is its hash.
    caller: Partition,
    request: &'a SilentRequest,
}

impl<'a> OnBehalfOf<'a> {
    pub(in crate::acquire) fn new(
        application: &'a ClientApplication<'a>,
        assertion: &'a UserAssertion,
        request: &'a SilentRequest,
    ) -> Self {
        OnBehalfOf { application, assertion, caller: Partition::on_behalf_of(assertion.expose()), request }
    }

    /// Whether the tokens share a document with those of all users.
    fn is_in_only_document(&self) -> bool {
        self.application.partition == Partition::whole()
    }

    /// Returns the account that stands for the assertion.
    fn caller(&self) -> HomeAccountId {
        HomeAccountId::of_exchange(self.application.registration.authority.url(), self.caller.as_str())
    }
}

impl TokenRequest for OnBehalfOf<'_> {
    fn name(&self) -> Cow<'static, str> {
        if !self.is_in_only_document() {
            return "on behalf of".into();
        }
        // A lease of a file is a file, so the callers share a few dozen leases.
        format!("on behalf of {}", self.caller.as_str().get(..1).unwrap_or_default()).into()
    }

    fn source(&self, endpoints: &Endpoints) -> Source {
        if self.application.context(endpoints).is_microsoft() { Source::OnBehalfOf } else { Source::TokenExchange }
    }

    fn query(&self, cache: &TokenCache, now: Timestamp) -> Option<(AccessTokenQuery, Option<Account>)> {
        // If the assertion has expired, the server has to decide.
        let now_in_seconds = u64::try_from(now.0).unwrap_or_default();
        if oauth::jwt_expiry(self.assertion.expose()).is_some_and(|expiry| expiry <= now_in_seconds) {
            return None;
        }
        let registration = &self.application.registration;
        if self.is_in_only_document() {
            let own = ClientCredentials { application: self.application, request: self.request };
            let (query, _) = own.query(cache, now)?;
            return Some((AccessTokenQuery { owner: Owner::User(self.caller()), ..query }, None));
        }
        let account = self.application.select_account(cache.document(), None).ok()??;
        Some((query(registration, &account, self.request), Some(account)))
    }

    /// Removes the expired tokens of all assertions. No assertion that has expired is presented again.
    fn tidy(&self, cache: &mut TokenCache, now: Timestamp) {
        if self.is_in_only_document() {
            cache.remove_expired_exchanges(now);
        }
    }

    fn send<'a>(&'a self, client: &'a oauth::Client<'a>) -> BoxFuture<'a, Result<TokenResponse, RequestError>> {
        let SilentRequest { scopes, claims, parameters, .. } = self.request;
        Box::pin(async move {
            let context = client.context();
            if context.is_microsoft() {
                let (assertion, claims) = (self.assertion, claims.as_deref());
                let message = OnBehalfOfRequest { client: context, assertion, scopes, claims, parameters };
                return client.send(&message).await;
            }
            let subject = &SecurityToken::new(self.assertion.expose());
            let exchange = TokenExchangeRequest {
                client: context,
                subject: TypedToken { token: subject, token_type: ACCESS_TOKEN_TYPE },
                actor: None,
                requested_token_type: Some(ACCESS_TOKEN_TYPE),
                resources: &[],
                audiences: &[],
                scopes,
                parameters,
            };
            client.send(&exchange).await
        })
    }

    fn grant(&self, endpoints: &Endpoints, response: TokenResponse) -> (Grant, Option<Account>) {
        let ClientApplication { registration, partition, .. } = self.application;
        if self.is_in_only_document() {
            let realm = registration.realm(endpoints, registration.tenant.as_ref());
            let response = TokenResponse { refresh_token: None, id_token: None, identity: None, ..response };
            let SilentRequest { scopes, parameters, .. } = self.request;
            let owner = Owner::User(self.caller());
            return (self.application.grant(owner, realm, scopes, parameters, response), None);
        }
        let identity = response.identity.clone().unwrap_or_default();
        // If the server does not identify the user, the assertion distinguishes the callers.
        let unnamed = || HomeAccountId::unnamed(&format!("{}#{partition}", registration.authority.url()));
        let home_account_id = identity.home_account_id.unwrap_or_else(unnamed);
        let tenant = identity.tenant.map(Realm::new);
        let realm = registration.realm(endpoints, tenant.as_ref());
        // The assertion can be exchanged again. A refresh token would outlive the caller's session.
        let response = TokenResponse { refresh_token: None, ..response };
        let SilentRequest { scopes, parameters, .. } = self.request;
        let owner = Owner::User(home_account_id.clone());
        let grant = Grant {
            sign_in: Some(SignIn {
                local_account_id: identity.local_account_id,
                username: identity.username,
                authority_type: registration.authority.authority_type(),
                account_source: None,
            }),
            ..self.application.grant(owner, realm, scopes, parameters, response)
        };
        let account = account_of(&grant, home_account_id);
        (grant, Some(account))
    }
}
