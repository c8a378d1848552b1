//! What all messages to a provider have in common.

use super::authentication::ClientAuthentication;
use super::authority::{Authority, AuthorityKind};
use super::endpoint::{Endpoint, EndpointKind, Endpoints};
use super::error::RequestError;
use super::form::Form;
use super::form_response::in_json;
use super::http::{Response, TransportError};
use super::issuer;
use super::json::Members;
use super::redaction::Secrets;
use super::request::Request;
use super::token::TokenResponse;
use crate::time::Timestamp;
use crate::types::{ClientId, RESERVED_SCOPES, ScopeSet};

/// A request to a provider and the meaning of its response, as a value: neither method does any I/O.
///
/// ```
/// # use tokcache_core::oauth::{Http, Message, RequestError};
/// # use tokcache_core::time::Timestamp;
/// async fn exchange<M: Message>(http: &dyn Http, message: &M, now: Timestamp) -> Result<M::Answer, RequestError> {
///     let request = message.request()?;
///     let response = http.send(&request).await;
///     message.response(&request, response, now)
/// }
/// ```
pub trait Message {
    /// What the provider answers if it grants the request.
    type Answer;

    /// Builds the request.
    ///
    /// # Errors
    /// [`RequestError::Unsupported`] if the provider has no endpoint for the request; [`RequestError::InvalidClaims`].
    fn request(&self) -> Result<Request, RequestError>;

    /// Parses what came of sending `request`, at `received_at` by the wall clock.
    ///
    /// # Errors
    /// Everything but a grant. No error holds a secret of the request, even if the server or the transport repeats one.
    fn response(
        &self,
        request: &Request,
        response: Result<Response, TransportError>,
        received_at: Timestamp,
    ) -> Result<Self::Answer, RequestError>;
}

/// A client and its provider: what all requests of one client have in common.
#[derive(Clone, Copy, Debug)]
pub struct ClientContext<'a> {
    /// The client's identifier at the provider (RFC 6749 §2.2).
    pub client_id: &'a ClientId,
    /// How the client authenticates.
    pub authentication: &'a ClientAuthentication,
    /// The provider. Its kind decides what the requests look like.
    pub authority: &'a Authority,
    /// The provider's endpoints.
    pub endpoints: &'a Endpoints,
}

impl<'a> ClientContext<'a> {
    /// Whether the Microsoft identity platform answers, by the authority or by the issuer in its metadata.
    pub(crate) fn is_microsoft(&self) -> bool {
        issuer::is_microsoft(self.authority, self.endpoints.issuer.as_deref())
    }

    /// Returns what of `openid profile offline_access` the provider takes: what tells who signs in, and brings a refresh
    /// token. A generic provider that lists its scopes takes no others; the Microsoft kinds list too few.
    pub fn reserved_scopes(&self) -> ScopeSet {
        let supported = self.endpoints.scopes_supported.as_ref();
        let supported = supported.filter(|_| self.authority.kind() == AuthorityKind::Oidc && !self.is_microsoft());
        let reserved: ScopeSet = RESERVED_SCOPES.into_iter().collect();
        reserved.filtered(|scope| supported.is_none_or(|supported| supported.contains(scope)))
    }

    /// Returns the scopes to send with a grant. The Microsoft kinds are asked for the reserved scopes too, as MSAL does;
    /// others only for what the caller names, since they may not grant more than was asked for before (RFC 6749 §6).
    pub(super) fn granted_scopes(&self, scopes: &ScopeSet) -> ScopeSet {
        if self.authority.kind() == AuthorityKind::Oidc && !self.is_microsoft() {
            scopes.clone()
        } else {
            scopes.union(&RESERVED_SCOPES.into_iter().collect())
        }
    }

    /// Builds the request that posts `form` to an endpoint in the name of the client.
    pub(super) fn post_form(&self, endpoint: EndpointKind, form: Form) -> Result<Request, RequestError> {
        let endpoint = self.require_endpoint(endpoint)?;
        Ok(self.authentication.post_form(self.client_id, endpoint.as_str(), form))
    }

    /// Parses the response of an endpoint. `None` of `read` makes the response an error.
    pub(super) fn read<Answer>(
        &self,
        endpoint: EndpointKind,
        request: &Request,
        response: Result<Response, TransportError>,
        read: impl FnOnce(&Response) -> Option<Answer>,
    ) -> Result<Answer, RequestError> {
        let response = response.map_err(|error| RequestError::in_transit(error, &Secrets::of(request)))?;
        let response = in_json(response.in_utf8());
        read(&response).ok_or_else(|| {
            let error = RequestError::of(&response, &Secrets::of(request));
            match self.endpoints.get(endpoint) {
                Some(endpoint) => error.at(endpoint),
                None => error,
            }
        })
    }

    /// Parses the response of the token endpoint.
    pub(super) fn read_token(
        &self,
        request: &Request,
        response: Result<Response, TransportError>,
        received_at: Timestamp,
    ) -> Result<TokenResponse, RequestError> {
        self.read(EndpointKind::Token, request, response, |response| TokenResponse::read(response, received_at))
    }

    pub(super) fn require_endpoint(&self, kind: EndpointKind) -> Result<&'a Endpoint, RequestError> {
        self.endpoints.get(kind).ok_or(RequestError::Unsupported { what: kind.name() })
    }
}

/// Adds the `claims` parameter (OpenID Connect Core §5.5), to the letter.
///
/// # Errors
/// [`RequestError::InvalidClaims`] unless the claims are a JSON object.
pub(super) fn add_claims(form: &mut Form, claims: Option<&str>) -> Result<(), RequestError> {
    let Some(claims) = claims else { return Ok(()) };
    Members::parse(claims.as_bytes()).ok_or(RequestError::InvalidClaims)?;
    form.public("claims", claims);
    Ok(())
}

/// Adds the `scope` parameter (RFC 6749 §3.3), unless it would be empty.
pub(super) fn add_scope(form: &mut Form, scopes: &ScopeSet) {
    if !scopes.is_empty() {
        form.public("scope", scopes.to_string());
    }
}

/// Adds the caller's own parameters. A parameter without a value is not sent.
pub(super) fn add_parameters(form: &mut Form, parameters: &[(String, String)]) {
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        form.public(name.clone(), value);
    }
}

/// Asks for `client_info`, the part of a token response that tells Entra's accounts apart. Microsoft may answer on any
/// domain, so every provider is asked; others ignore the parameter (RFC 6749 §3.2).
pub(super) fn add_client_info(form: &mut Form) {
    form.public("client_info", "1");
}
