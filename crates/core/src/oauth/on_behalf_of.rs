//! The on-behalf-of flow of the Microsoft identity platform: a web API requests tokens on behalf of its caller.

use super::endpoint::EndpointKind;
use super::error::RequestError;
use super::form::Form;
use super::http::{Response, TransportError};
use super::jwt_bearer::JWT_BEARER;
use super::message::{ClientContext, Message, add_client_info, add_parameters, add_scope};
use super::request::Request;
use super::token::TokenResponse;
use crate::secret::UserAssertion;
use crate::time::Timestamp;
use crate::types::ScopeSet;

/// Exchanges a caller's access token for one of another API (RFC 7523 §2.1, with Microsoft's `requested_token_use`).
/// For other providers, use a [`TokenExchangeRequest`](super::TokenExchangeRequest).
#[derive(Clone, Copy, Debug)]
pub struct OnBehalfOfRequest<'a> {
    /// The client, which must authenticate, and its provider.
    pub client: ClientContext<'a>,
    /// `assertion`: the caller's access token. Its audience must be this client. The application must have verified it.
    pub assertion: &'a UserAssertion,
    /// The scopes of the access token. Microsoft's platforms also get `openid profile offline_access`, as in MSAL.
    pub scopes: &'a ScopeSet,
    /// `claims`, a JSON object (OpenID Connect Core §5.5).
    pub claims: Option<&'a str>,
    /// Further parameters. They are public and must not contain secrets.
    pub parameters: &'a [(String, String)],
}

impl Message for OnBehalfOfRequest<'_> {
    type Answer = TokenResponse;

    fn request(&self) -> Result<Request, RequestError> {
        let mut form = Form::new();
        form.public("grant_type", JWT_BEARER);
        form.secret("assertion", self.assertion);
        form.public("requested_token_use", "on_behalf_of");
        add_scope(&mut form, &self.client.granted_scopes(self.scopes));
        self.client.add_claims(&mut form, self.claims)?;
        add_parameters(&mut form, self.parameters);
        add_client_info(&mut form);
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
    fn a_request_on_behalf_of_a_caller_is_msal_s() {
        let provider = Provider::new("https://login.microsoftonline.com/t");
        let message = OnBehalfOfRequest {
            client: provider.client(),
            assertion: &UserAssertion::new("canary"),
            scopes: &ScopeSet::parse("https://graph.microsoft.com/User.Read"),
            claims: None,
            parameters: &[],
        };
        let request = message.request().unwrap();
        assert_eq!(
            *request.form().unwrap().encode(),
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=canary\
             &requested_token_use=on_behalf_of\
             &scope=https%3A%2F%2Fgraph.microsoft.com%2FUser.Read%20openid%20profile%20offline_access\
             &client_info=1&client_id=app"
        );
        assert!(!format!("{message:?} {request:?}").contains("canary"));
    }
}
