//! The client credentials grant, RFC 6749 §4.4.

use super::endpoint::EndpointKind;
use super::error::RequestError;
use super::form::Form;
use super::http::{Response, TransportError};
use super::message::{ClientContext, Message, add_parameters, add_scope};
use super::request::Request;
use super::token::TokenResponse;
use crate::time::Timestamp;
use crate::types::ScopeSet;

/// Requests a token of the client itself, without a user (RFC 6749 §4.4.2).
#[derive(Clone, Copy, Debug)]
pub struct ClientCredentialsRequest<'a> {
    /// The client, which must authenticate, and its provider.
    pub client: ClientContext<'a>,
    /// The scopes, sent without additions. Entra ID accepts one, `RESOURCE/.default`.
    pub scopes: &'a ScopeSet,
    /// `claims`, a JSON object (OpenID Connect Core §5.5).
    pub claims: Option<&'a str>,
    /// Further parameters, such as `audience` or `resource` (RFC 8707 §2). They are public and must not contain
    /// secrets.
    pub parameters: &'a [(String, String)],
}

impl Message for ClientCredentialsRequest<'_> {
    type Answer = TokenResponse;

    fn request(&self) -> Result<Request, RequestError> {
        let mut form = Form::new();
        form.public("grant_type", "client_credentials");
        add_scope(&mut form, self.scopes);
        self.client.add_claims(&mut form, self.claims)?;
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
    fn the_scopes_are_sent_as_they_are_wherever() {
        for authority in ["https://idp.example.com", "https://login.microsoftonline.com/t"] {
            let mut provider = Provider::new(authority);
            provider.authenticate_with_basic("secret");
            let message = ClientCredentialsRequest {
                client: provider.client(),
                scopes: &ScopeSet::parse("https://graph.microsoft.com/.default"),
                claims: Some("{}"),
                parameters: &[("audience".to_owned(), "a".to_owned())],
            };
            let request = message.request().unwrap();
            assert_eq!(
                *request.form().unwrap().encode(),
                "grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default&claims=%7B%7D\
                 &audience=a"
            );
            assert_eq!(request.headers[0].1.expose(), "Basic YXBwOnNlY3JldA==");
        }
    }
}
