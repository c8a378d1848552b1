//! The common parts of all messages to a provider.

use super::authentication::ClientAuthentication;
use super::authority::{Authority, AuthorityKind};
use super::capabilities;
use super::endpoint::{Endpoint, EndpointKind, Endpoints};
use super::error::RequestError;
use super::form::Form;
use super::form_response::in_json;
use super::http::{Response, TransportError};
use super::issuer;
use super::redaction::Secrets;
use super::request::Request;
use super::token::TokenResponse;
use crate::time::Timestamp;
use crate::types::{ClientId, RESERVED_SCOPES, ScopeSet};

/// A request to a provider and the parser of its response, as a value. Neither method does any I/O.
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
    /// The result of a granted request.
    type Answer;

    /// Builds the request.
    ///
    /// # Errors
    /// [`RequestError::Unsupported`] if the provider has no endpoint for the request; [`RequestError::InvalidClaims`].
    fn request(&self) -> Result<Request, RequestError>;

    /// Parses the result of `request`, received at `received_at` by the wall clock.
    ///
    /// # Errors
    /// The request was not granted. No error contains a secret of the request, even if the server or the transport
    /// repeats one.
    fn response(
        &self,
        request: &Request,
        response: Result<Response, TransportError>,
        received_at: Timestamp,
    ) -> Result<Self::Answer, RequestError>;
}

/// A client and its provider, which all requests of the client share.
#[derive(Clone, Copy, Debug)]
pub struct ClientContext<'a> {
    /// The client's identifier at the provider (RFC 6749 §2.2).
    pub client_id: &'a ClientId,
    /// The authentication of the client.
    pub authentication: &'a ClientAuthentication,
    /// The provider. Its kind decides the form of requests.
    pub authority: &'a Authority,
    /// The provider's endpoints.
    pub endpoints: &'a Endpoints,
    /// The capabilities to tell Entra ID, such as `CP1`; none for other providers.
    pub capabilities: &'a [String],
}

impl<'a> ClientContext<'a> {
    /// Whether this is the Microsoft identity platform, by the authority or by the issuer in its metadata.
    pub(crate) fn is_microsoft(&self) -> bool {
        issuer::is_microsoft(self.authority, self.endpoints.issuer.as_deref())
    }

    /// Returns those of `openid profile offline_access` that the provider supports. They identify the user and request
    /// a refresh token. For a generic provider with a list of scopes, only listed ones are used; Microsoft's lists are
    /// incomplete.
    pub fn reserved_scopes(&self) -> ScopeSet {
        let supported = self.endpoints.scopes_supported.as_ref();
        let supported = supported.filter(|_| self.authority.kind() == AuthorityKind::Oidc && !self.is_microsoft());
        let reserved: ScopeSet = RESERVED_SCOPES.into_iter().collect();
        reserved.filtered(|scope| supported.is_none_or(|supported| supported.contains(scope)))
    }

    /// Returns the reserved scopes for a sign-in. One that is `for_resource` gets only `offline_access`, if the server lists
    /// it: the resource says which scopes to request, and a server of plain OAuth refuses unknown ones.
    pub(crate) fn reserved_scopes_for(&self, for_resource: bool) -> ScopeSet {
        let is_plain = for_resource && !self.is_microsoft();
        let is_listed = self.endpoints.scopes_supported.is_some();
        self.reserved_scopes().filtered(|scope| !is_plain || is_listed && scope == "offline_access")
    }

    /// Returns the scopes to send with a grant. Microsoft's platforms get the reserved scopes too, as in MSAL. Others
    /// get only the caller's scopes, since they may not grant more than was requested before (RFC 6749 §6).
    pub(super) fn granted_scopes(&self, scopes: &ScopeSet) -> ScopeSet {
        if self.authority.kind() == AuthorityKind::Oidc && !self.is_microsoft() {
            scopes.clone()
        } else {
            scopes.union(&RESERVED_SCOPES.into_iter().collect())
        }
    }

    /// Adds the `claims` parameter (OpenID Connect Core §5.5): `claims`, and the client's capabilities.
    ///
    /// # Errors
    /// [`RequestError::InvalidClaims`] unless the claims are a JSON object.
    pub(super) fn add_claims(&self, form: &mut Form, claims: Option<&str>) -> Result<(), RequestError> {
        if let Some(claims) = capabilities::merged(claims, self.capabilities)? {
            form.public("claims", claims);
        }
        Ok(())
    }

    /// Builds the request that posts `form` to an endpoint with the client's authentication.
    pub(super) fn post_form(&self, endpoint: EndpointKind, form: Form) -> Result<Request, RequestError> {
        let endpoint = self.require_endpoint(endpoint)?;
        Ok(self.authentication.post_form(self.client_id, endpoint.as_str(), form))
    }

    /// Parses the response of an endpoint. If `read` returns `None`, the response is an error.
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

/// Requests `client_info`, the part of a token response that identifies Entra's accounts. Microsoft may answer on any
/// domain, so every provider gets the parameter; others ignore it (RFC 6749 §3.2).
pub(super) fn add_client_info(form: &mut Form) {
    form.public("client_info", "1");
}
