//! The client credentials grant (RFC 6749 §4.4): tokens of the client itself, without a user.

use std::borrow::Cow;

use super::token_request::TokenRequest;
use crate::acquire::grant::digest_of;
use crate::acquire::{
    AcquireError, AuthenticationResult, ClientApplication, InteractionRequired, SilentRequest, Source,
};
use crate::cache::{AccessTokenQuery, Account, Grant, Owner, TokenCache};
use crate::future::BoxFuture;
use crate::oauth::{self, ClientCredentialsRequest, Endpoints, RequestError, TokenResponse};
use crate::store::StoreError;
use crate::time::Timestamp;

impl ClientApplication<'_> {
    /// Returns a token of the client itself (RFC 6749 §4.4): from the cache, or by one request however many processes
    /// ask. The account of the request is ignored.
    ///
    /// # Errors
    /// [`AcquireError::TokenRequestRefused`] if the provider refuses, [`AcquireError::Misconfigured`] if the credential cannot be used,
    /// [`AcquireError::Unavailable`] if the provider does not answer, [`AcquireError::Store`] if the store does not.
    pub async fn acquire_token_for_client(
        &self,
        request: &SilentRequest,
    ) -> Result<AuthenticationResult, AcquireError> {
        let token = self.acquire_by_token_request(&ClientCredentials { application: self, request }, request).await;
        token.map_err(|error| match error {
            // No person can sign in for the client.
            AcquireError::InteractionRequired(InteractionRequired::Refused(response)) => AcquireError::Denied(response),
            error => error,
        })
    }

    /// Deletes the client's own tokens, and returns whether there were any. They cannot be revoked at the provider
    /// without being sent there once more, and expire soon.
    ///
    /// # Errors
    /// The cache cannot be read or saved.
    pub async fn forget_client_tokens(&self) -> Result<bool, StoreError> {
        let mut has_changed = false;
        let mut remove = |cache: &mut TokenCache| {
            cache.remove_client_tokens(&self.registration.client_id, &self.registration.issuer());
            has_changed = cache.has_state_changed();
        };
        self.update_cache(&mut remove).await?;
        Ok(has_changed)
    }
}

/// A request for a token of the client itself. As in MSAL, the entry has no `home_account_id`, and its realm is that of
/// the authority.
pub(in crate::acquire) struct ClientCredentials<'a> {
    pub(in crate::acquire) application: &'a ClientApplication<'a>,
    pub(in crate::acquire) request: &'a SilentRequest,
}

impl TokenRequest for ClientCredentials<'_> {
    fn name(&self) -> Cow<'static, str> {
        "client credentials".into()
    }

    fn source(&self, _endpoints: &Endpoints) -> Source {
        Source::ClientCredentials
    }

    fn query(&self, _cache: &TokenCache, _now: Timestamp) -> Option<(AccessTokenQuery, Option<Account>)> {
        let registration = &self.application.registration;
        let query = AccessTokenQuery {
            client_id: registration.client_id.clone(),
            issuer: registration.issuer(),
            realms: registration.authority_realms(),
            owner: Owner::Application,
            scopes: self.request.scopes.clone(),
            key_id: None,
            ext_cache_key: digest_of(&self.request.parameters),
            min_valid: self.request.min_valid,
            lifetime: self.request.lifetime,
        };
        Some((query, None))
    }

    fn send<'a>(&'a self, client: &'a oauth::Client<'a>) -> BoxFuture<'a, Result<TokenResponse, RequestError>> {
        let SilentRequest { scopes, claims, parameters, .. } = self.request;
        Box::pin(async move {
            let (client_context, claims) = (client.context(), claims.as_deref());
            client.send(&ClientCredentialsRequest { client: client_context, scopes, claims, parameters }).await
        })
    }

    fn grant(&self, endpoints: &Endpoints, response: TokenResponse) -> (Grant, Option<Account>) {
        let registration = &self.application.registration;
        let realm = registration.realm(endpoints, registration.tenant.as_ref());
        // RFC 6749 §4.4.3 does not allow a refresh token here.
        let response = TokenResponse { refresh_token: None, id_token: None, identity: None, ..response };
        let SilentRequest { scopes, parameters, .. } = self.request;
        (self.application.grant(Owner::Application, realm, scopes, parameters, response), None)
    }
}
