//! Cross-app access (draft-ietf-oauth-identity-assertion-authz-grant): the identity provider of a company issues an
//! assertion about its user for another authorization server, which gives a token for it. The user need not sign in at
//! that server.

use std::borrow::Cow;

use super::client_credentials::ClientCredentials;
use super::token_request::TokenRequest;
use crate::acquire::{AcquireError, AuthenticationResult, ClientApplication, SilentRequest, Source};
use crate::cache::{AccessTokenQuery, Account, Grant, TokenCache};
use crate::future::BoxFuture;
use crate::oauth;
use crate::oauth::{
    EndpointKind, Endpoints, JwtBearerRequest, RequestError, TokenExchangeRequest, TokenResponse, TypedToken,
    jwt_expiry,
};
use crate::secret::{RawIdToken, SecurityToken, UserAssertion};
use crate::time::Timestamp;
use crate::types::ScopeSet;

/// The token type of an ID token, RFC 8693 §3.
const ID_TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:id_token";

/// The token type of an identity assertion authorization grant.
const ID_JAG_TYPE: &str = "urn:ietf:params:oauth:token-type:id-jag";

/// A parameter that is not sent. It tells the tokens of several users apart, whose requests are equal otherwise.
pub const IDENTITY: &str = "identity";

/// How long an ID token must be valid to be exchanged, in seconds.
const SHORTEST_VALIDITY: u64 = 60;

/// The identity provider of a user.
pub trait IdentityProvider: Sync {
    /// Returns an assertion about the user, for the authorization server `audience`.
    fn assertion<'a>(&'a self, audience: &'a str) -> BoxFuture<'a, Result<UserAssertion, RequestError>>;
}

impl ClientApplication<'_> {
    /// Returns a token for the user whom `identity` vouches for: from the cache, or by one request however many processes
    /// ask. The request needs a parameter [`IDENTITY`] that names the user.
    ///
    /// # Errors
    /// Those of [`acquire_token_for_client`](Self::acquire_token_for_client), and those of the identity provider.
    pub async fn acquire_token_by_identity_assertion(
        &self,
        identity: &dyn IdentityProvider,
        request: &SilentRequest,
    ) -> Result<AuthenticationResult, AcquireError> {
        let own = ClientCredentials { application: self, request };
        self.acquire_by_token_request(&ByAssertion { own, identity }, request).await
    }

    /// Returns an ID token of the account that is valid for a minute. Refreshes the sign-in if necessary.
    ///
    /// # Errors
    /// [`AcquireError::NoIdToken`] if the provider sends none, and those of
    /// [`acquire_token_silent`](Self::acquire_token_silent).
    pub async fn acquire_id_token(&self, request: &SilentRequest) -> Result<RawIdToken, AcquireError> {
        if let Some(id_token) = self.cached_id_token(request).await? {
            return Ok(id_token);
        }
        self.acquire_token_silent(&SilentRequest { force_refresh: true, ..request.clone() }).await?;
        self.cached_id_token(request).await?.ok_or(AcquireError::NoIdToken)
    }

    async fn cached_id_token(&self, request: &SilentRequest) -> Result<Option<RawIdToken>, AcquireError> {
        let cache = self.load_cache().await?;
        let account = self.select_account(cache.document(), request.account.as_deref())?;
        let account = account.ok_or_else(AcquireError::nothing_cached)?;
        let (issuer, client_id) = (self.registration.issuer(), &self.registration.client_id);
        let needed = u64::try_from(self.clock.now().0).unwrap_or_default() + SHORTEST_VALIDITY;
        let is_valid = |token: &RawIdToken| jwt_expiry(token.expose()).is_some_and(|expiry| expiry > needed);
        let mut id_tokens = cache.id_tokens(&issuer, &account.home_account_id, client_id);
        id_tokens.retain(is_valid);
        Ok(id_tokens.pop())
    }

    /// Exchanges an ID token of this client for an assertion that the authorization server `audience` accepts, for one
    /// resource (RFC 8693 §2.1).
    ///
    /// # Errors
    /// Those of the provider.
    pub async fn request_identity_assertion(
        &self,
        id_token: &SecurityToken,
        audience: &str,
        resource: Option<&str>,
        scopes: &ScopeSet,
    ) -> Result<UserAssertion, RequestError> {
        let endpoints = self.endpoints(&[EndpointKind::Token]).await?;
        let protocol = self.protocol(&endpoints).await?;
        let resources: Vec<_> = resource.map(str::to_owned).into_iter().collect();
        let message = TokenExchangeRequest {
            client: protocol.context(),
            subject: TypedToken { token: id_token, token_type: ID_TOKEN_TYPE },
            actor: None,
            requested_token_type: Some(ID_JAG_TYPE),
            resources: &resources,
            audiences: &[audience.to_owned()],
            scopes,
            parameters: &[],
        };
        let response = protocol.send(&message).await?;
        Ok(UserAssertion::new(response.access_token.expose()))
    }
}

struct ByAssertion<'a> {
    /// The tokens are cached like those of the client itself, apart by their parameters.
    own: ClientCredentials<'a>,
    identity: &'a dyn IdentityProvider,
}

impl TokenRequest for ByAssertion<'_> {
    fn name(&self) -> Cow<'static, str> {
        "identity assertion".into()
    }

    fn source(&self, _endpoints: &Endpoints) -> Source {
        Source::TokenExchange
    }

    fn query(&self, cache: &TokenCache, now: Timestamp) -> Option<(AccessTokenQuery, Option<Account>)> {
        self.own.query(cache, now)
    }

    fn send<'a>(&'a self, client: &'a oauth::Client<'a>) -> BoxFuture<'a, Result<TokenResponse, RequestError>> {
        Box::pin(async move {
            let context = client.context();
            let audience = context.endpoints.issuer.as_deref().unwrap_or(context.authority.url());
            let assertion = self.identity.assertion(audience).await?;
            let SilentRequest { scopes, parameters, .. } = self.own.request;
            let sent: Vec<_> = parameters.iter().filter(|(name, _)| name != IDENTITY).cloned().collect();
            client.send(&JwtBearerRequest { client: context, assertion: &assertion, scopes, parameters: &sent }).await
        })
    }

    fn grant(&self, endpoints: &Endpoints, response: TokenResponse) -> (Grant, Option<Account>) {
        self.own.grant(endpoints, response)
    }
}
