//! The JWT bearer grant, RFC 7523 §2.1.

use super::endpoint::EndpointKind;
use super::error::RequestError;
use super::form::Form;
use super::http::{Response, TransportError};
use super::message::{ClientContext, Message, add_parameters, add_scope};
use super::request::Request;
use super::token::TokenResponse;
use crate::secret::UserAssertion;
use crate::time::Timestamp;
use crate::types::ScopeSet;

/// `grant_type`, RFC 7523 §2.1.
pub(super) const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// Requests a token with the assertion of another issuer, which the provider trusts.
#[derive(Clone, Copy, Debug)]
pub struct JwtBearerRequest<'a> {
    /// The client and its provider.
    pub client: ClientContext<'a>,
    /// `assertion`: its audience must be the provider.
    pub assertion: &'a UserAssertion,
    /// The scopes, as they are sent.
    pub scopes: &'a ScopeSet,
    /// Further parameters, such as `resource` (RFC 8707). They are public and must not contain secrets.
    pub parameters: &'a [(String, String)],
}

impl Message for JwtBearerRequest<'_> {
    type Answer = TokenResponse;

    fn request(&self) -> Result<Request, RequestError> {
        let mut form = Form::new();
        form.public("grant_type", JWT_BEARER);
        form.secret("assertion", self.assertion);
        add_scope(&mut form, self.scopes);
        add_parameters(&mut form, self.parameters);
        self.client.post_form(EndpointKind::Token, form)
    }

    fn response(
        &self,
        request: &Request,
        response: Result<Response, TransportError>,
        received_at: Timestamp,
    ) -> Result<TokenResponse, RequestError> {
        self.client.read_token(request, response, received_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::mock_http::Provider;

    #[test]
    fn the_assertion_and_the_client_are_sent() {
        let mut provider = Provider::new("https://idp.example.com");
        provider.authenticate_with_basic("secret");
        let message = JwtBearerRequest {
            client: provider.client(),
            assertion: &UserAssertion::new("canary"),
            scopes: &ScopeSet::parse("a b"),
            parameters: &[("resource".to_owned(), "https://r".to_owned())],
        };
        let request = message.request().unwrap();
        assert_eq!(
            *request.form().unwrap().encode(),
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=canary&scope=a%20b\
             &resource=https%3A%2F%2Fr"
        );
        assert!(!format!("{message:?} {request:?}").contains("canary"));
    }
}
