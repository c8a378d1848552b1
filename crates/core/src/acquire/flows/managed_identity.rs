//! Tokens of an Azure managed identity: the platform issues them to the machine or the app, without a credential.

use std::borrow::Cow;

use super::client_credentials::ClientCredentials;
use super::token_request::TokenRequest;
use crate::acquire::{AcquireError, AuthenticationResult, ClientApplication, Registration, SilentRequest, Source};
use crate::cache::{AccessTokenQuery, Account, Grant, TokenCache};
use crate::future::BoxFuture;
use crate::oauth;
use crate::oauth::{
    Authority, AuthorityError, EndpointKind, Endpoints, ManagedIdentityEndpoint, ManagedIdentityRequest, RequestError,
    TokenResponse,
};
use crate::time::Timestamp;
use crate::types::ClientId;

/// The authority in MSAL's cache entries of managed identities. No request goes there.
const AUTHORITY: &str = "https://localhost/managed_identity";

/// The client id in MSAL's cache entries of the system-assigned identity.
const SYSTEM_ASSIGNED: &str = "SYSTEM_ASSIGNED_MANAGED_IDENTITY";

/// The lifetime in seconds from which a token is renewed after half of it, as in MSAL.
const LONG: u64 = 7200;

impl Registration {
    /// Returns the registration of a managed identity: its client id or Azure resource id, or `None` for the
    /// system-assigned one. As in MSAL, its tokens have the environment `localhost` and the realm `managed_identity`.
    ///
    /// # Errors
    /// None in practice.
    pub fn managed_identity(identity: Option<&str>) -> Result<Registration, AuthorityError> {
        let authority = Authority::parse(AUTHORITY, None)?;
        Ok(Registration::new(authority, ClientId::new(identity.unwrap_or(SYSTEM_ASSIGNED))))
    }
}

impl ClientApplication<'_> {
    /// Returns a token of a managed identity: from the cache, or by one request however many processes ask. The
    /// registration is [`Registration::managed_identity`]. The one scope of the request is the resource.
    ///
    /// # Errors
    /// [`AcquireError::TokenRequestRefused`] if there is no such identity, [`AcquireError::Unavailable`] if the service does not answer,
    /// [`AcquireError::Store`] if the store does not.
    pub async fn acquire_token_for_managed_identity(
        &self,
        endpoint: &ManagedIdentityEndpoint,
        request: &SilentRequest,
    ) -> Result<AuthenticationResult, AcquireError> {
        let resource = request.scopes.to_target();
        let own = ClientCredentials { application: self, request };
        self.acquire_by_token_request(&ManagedIdentity { own, endpoint, resource }, request).await
    }
}

/// A request for a token of a managed identity. Its cache entry is like that of an application's own token.
struct ManagedIdentity<'a> {
    own: ClientCredentials<'a>,
    endpoint: &'a ManagedIdentityEndpoint,
    resource: String,
}

impl TokenRequest for ManagedIdentity<'_> {
    fn name(&self) -> Cow<'static, str> {
        "managed identity".into()
    }

    /// The service has no metadata.
    fn needed_endpoints(&self) -> &'static [EndpointKind] {
        &[]
    }

    fn source(&self, _endpoints: &Endpoints) -> Source {
        Source::ManagedIdentity
    }

    fn query(&self, cache: &TokenCache, now: Timestamp) -> Option<(AccessTokenQuery, Option<Account>)> {
        self.own.query(cache, now)
    }

    fn send<'a>(&'a self, client: &'a oauth::Client<'a>) -> BoxFuture<'a, Result<TokenResponse, RequestError>> {
        Box::pin(async move {
            let identity = Some(client.client_id.as_str()).filter(|id| *id != SYSTEM_ASSIGNED);
            let message = ManagedIdentityRequest { endpoint: self.endpoint, identity, resource: &self.resource };
            client.send(&message).await
        })
    }

    fn grant(&self, endpoints: &Endpoints, response: TokenResponse) -> (Grant, Option<Account>) {
        let half = (response.expires_in >= LONG).then_some(response.expires_in / 2);
        let refresh_in = response.refresh_in.or(half);
        self.own.grant(endpoints, TokenResponse { refresh_in, ..response })
    }
}
