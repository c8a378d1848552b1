//! The device authorization grant (RFC 8628).

use std::ops::ControlFlow;

use super::sign_in::OFFLINE_ACCESS;
use crate::acquire::client::endpoints::EndpointRequest;
use crate::acquire::client::retry::Retry;
use crate::acquire::{AcquireError, PublicClient, SignInGrant, SignInRequest, SignedIn};
use crate::oauth::{
    DEVICE_CODE_GRANT_TYPE, DeviceAuthorization, EndpointKind, Endpoints, ErrorCode, RequestError, TokenErrorResponse,
    TokenResponse,
};
use crate::types::ScopeSet;

impl PublicClient<'_> {
    /// Signs a person in by the device authorization grant (RFC 8628): shows a code through the observer, waits until
    /// the person has approved, and saves the tokens. It holds no lock during the wait.
    ///
    /// # Errors
    /// [`AcquireError::SignInRefused`] if the person or the server declines, [`AcquireError::NotApproved`] if the code expires
    /// or the observer breaks off, [`AcquireError::Unavailable`] if the server cannot be reached, [`AcquireError::Store`]
    /// if the tokens could not be saved.
    pub async fn sign_in_by_device_code(&self, request: &SignInRequest) -> Result<SignedIn, AcquireError> {
        self.ensure_room_for_sign_in().await?;
        let mut tries = self.tries();
        // Report that a code cannot be redeemed before the person types it.
        let needed = [EndpointKind::DeviceAuthorization, EndpointKind::Token];
        let endpoints = self.endpoints_after_retries(&mut tries, &needed).await;
        let endpoints = endpoints.map_err(AcquireError::from_request)?;
        let mut beside = self.reserved_scopes(&endpoints, request);
        let (authorization, endpoints) = self.authorize(&mut tries, endpoints, request, &mut beside).await?;
        let response = self.await_approval(&endpoints, request, &authorization).await;
        let (response, endpoints) = match response {
            // The refusal came after the approval, so the person has to approve again.
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
        self.record_sign_in(request, DEVICE_CODE_GRANT_TYPE, endpoints, &beside, response).await
    }

    /// Requests a device code. If the provider refuses a scope, repeats the request without `offline_access`, and then
    /// for the caller's scopes alone. If that helps, reports the refused scopes to the observer.
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
            let protocol = self.protocol(&asking.endpoints).await.map_err(AcquireError::from_request)?;
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
        let protocol = self.protocol(endpoints).await?.with_parameters(&request.parameters);
        protocol.poll_device(authorization, &mut |left| self.observer.sign_in_pending(left)).await
    }
}

/// Whether the provider refused a scope. Keycloak sends `not_allowed` to users without the right to offline sessions.
fn forbids_scope(refusal: &TokenErrorResponse) -> bool {
    refusal.error == ErrorCode::InvalidScope || refusal.error.as_str() == "not_allowed"
}
