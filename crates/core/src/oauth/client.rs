//! Sends the messages of one client over a transport. All waits, for the network or for time, are in this module.

use std::ops::ControlFlow;
use std::time::Duration;

use crate::secret::RefreshToken;
use crate::time::Clock;
use crate::types::{ClientId, HomeAccountId, ScopeSet};

use super::authentication::ClientAuthentication;
use super::authority::Authority;
use super::device::{DeviceAuthorization, DeviceAuthorizationRequest, DeviceTokenRequest};
use super::discovery::{Discovery, MetadataRequest};
use super::endpoint::{EndpointKind, Endpoints};
use super::error::RequestError;
use super::http::{Http, Response, TransportError};
use super::message::{ClientContext, Message};
use super::pkce::new_code_verifier;
use super::polling::DevicePolling;
use super::refresh::RefreshRequest;
use super::request::Request;
use super::revocation::RevocationRequest;
use super::token::TokenResponse;

/// The maximum time between two reports of the remaining time to a waiting caller.
const SLICE: Duration = Duration::from_secs(1);

/// A client of one provider.
#[derive(Clone)]
pub struct Client<'a> {
    /// The transport.
    pub http: &'a dyn Http,
    /// The clock for waits, and for responses with absolute times.
    pub clock: &'a dyn Clock,
    /// The client's identifier at the provider (RFC 6749 §2.2).
    pub client_id: &'a ClientId,
    /// The authentication of the client (RFC 6749 §2.3).
    pub authentication: ClientAuthentication,
    /// The provider. Its kind decides the form of requests.
    pub authority: &'a Authority,
    /// The provider's endpoints.
    pub endpoints: &'a Endpoints,
    /// The capabilities to tell Entra ID, such as `CP1`; none for other providers.
    pub capabilities: &'a [String],
    /// Parameters for each token request, such as `audience` or `resource` (RFC 8707 §2). They are public.
    pub parameters: &'a [(String, String)],
}

impl<'a> Client<'a> {
    /// Returns the client with these parameters.
    pub fn with_parameters(self, parameters: &'a [(String, String)]) -> Self {
        Client { parameters, ..self }
    }

    /// Redeems a refresh token ([`RefreshRequest`]).
    ///
    /// # Errors
    /// Those of the message.
    pub async fn refresh(
        &self,
        refresh_token: &RefreshToken,
        scopes: &ScopeSet,
        claims: Option<&str>,
        account: Option<&HomeAccountId>,
    ) -> Result<TokenResponse, RequestError> {
        let (client, parameters) = (self.context(), self.parameters);
        self.send(&RefreshRequest { client, refresh_token, scopes, claims, account, parameters }).await
    }

    /// Revokes a refresh token ([`RevocationRequest`]).
    ///
    /// # Errors
    /// [`RequestError::Unsupported`] if the provider has no revocation endpoint, and those of the message.
    pub async fn revoke(&self, token: &RefreshToken) -> Result<(), RequestError> {
        self.send(&RevocationRequest { client: self.context(), token }).await
    }

    /// Requests a device code ([`DeviceAuthorizationRequest`]) for `scopes` and for the scopes `beside` them: those of
    /// `openid profile offline_access` that the provider supports, which identify the user and request a refresh token.
    ///
    /// # Errors
    /// [`RequestError::Unsupported`] if no device authorization endpoint is known, and those of the message.
    pub async fn authorize_device(
        &self,
        scopes: &ScopeSet,
        beside: &ScopeSet,
        claims: Option<&str>,
    ) -> Result<DeviceAuthorization, RequestError> {
        let (client, parameters) = (self.context(), self.parameters);
        let (scopes, code_verifier) = (&scopes.union(beside), &new_code_verifier()?);
        self.send(&DeviceAuthorizationRequest { client, scopes, claims, code_verifier, parameters }).await
    }

    /// Polls until the person has decided, the code has expired, or `waiting` stops the wait ([`DevicePolling`]).
    /// `waiting` is called at least once a second with the remaining time.
    ///
    /// # Errors
    /// [`RequestError::DeviceCodeExpired`], [`RequestError::Stopped`], a refusal, or a failure that lasted to the end.
    pub async fn poll_device(
        &self,
        authorization: &DeviceAuthorization,
        waiting: &mut (dyn FnMut(Duration) -> ControlFlow<()> + Send),
    ) -> Result<TokenResponse, RequestError> {
        let message = DeviceTokenRequest { client: self.context(), authorization, parameters: self.parameters };
        let mut polling = DevicePolling::new(authorization, self.clock.elapsed());
        loop {
            if self.wait(&polling, waiting).await.is_break() {
                return Err(polling.stopped());
            }
            let asked_at = self.clock.elapsed();
            let request = message.request()?;
            let response = exchange(self.http, &request).await;
            let retry_after = response.as_ref().ok().and_then(|response| response.retry_after);
            let outcome = message.response(&request, response, self.clock.now());
            if let ControlFlow::Break(decided) = polling.answered(outcome, retry_after, asked_at, self.clock.elapsed())
            {
                return decided;
            }
        }
    }

    /// Sleeps until the next poll is due.
    async fn wait(
        &self,
        polling: &DevicePolling,
        waiting: &mut (dyn FnMut(Duration) -> ControlFlow<()> + Send),
    ) -> ControlFlow<()> {
        loop {
            let now = self.clock.elapsed();
            waiting(polling.deadline().saturating_sub(now))?;
            match polling.next_poll().saturating_sub(now) {
                Duration::ZERO => return ControlFlow::Continue(()),
                left => self.clock.delay(left.min(SLICE)).await,
            }
        }
    }

    /// Sends a message of this client.
    ///
    /// # Errors
    /// Those of the message.
    pub async fn send<Sent: Message + Sync>(&self, message: &Sent) -> Result<Sent::Answer, RequestError> {
        let request = message.request()?;
        let response = exchange(self.http, &request).await;
        message.response(&request, response, self.clock.now())
    }

    /// Returns the client and its provider, for a message.
    pub fn context(&self) -> ClientContext<'_> {
        let Client { client_id, authentication, authority, endpoints, capabilities, .. } = self;
        ClientContext { client_id, authentication, authority, endpoints, capabilities }
    }
}

/// Discovers the endpoints of a provider ([`MetadataRequest`]).
///
/// # Errors
/// Those of the message.
pub async fn discover(
    http: &dyn Http,
    authority: &Authority,
    needed: &[EndpointKind],
) -> Result<Endpoints, RequestError> {
    let mut message = MetadataRequest::new(authority, needed).with_certificate(http.presents_certificate());
    loop {
        let request = message.request();
        let response = exchange(http, &request).await;
        match message.response(&request, response)? {
            Discovery::Found(endpoints) => return Ok(endpoints),
            Discovery::Next(next) => message = next,
        }
    }
}

/// Sends a request. No other function does.
pub(super) async fn exchange(http: &dyn Http, request: &Request) -> Result<Response, TransportError> {
    http.send(request).await
}

#[cfg(test)]
mod tests;
