//! The exchange of an authorization code for tokens, RFC 6749 §4.1.3.

use super::endpoint::EndpointKind;
use super::error::RequestError;
use super::form::Form;
use super::http::{Response, TransportError};
use super::message::{ClientContext, Message, add_client_info, add_parameters, add_scope};
use super::request::Request;
use super::token::TokenResponse;
use crate::secret::{AuthorizationCode, CodeVerifier};
use crate::time::Timestamp;
use crate::types::ScopeSet;

/// Redeems an authorization code (RFC 6749 §4.1.3). A code is valid for one request, even if that fails.
#[derive(Clone, Copy, Debug)]
pub struct AuthorizationCodeRequest<'a> {
    /// The client and its provider.
    pub client: ClientContext<'a>,
    /// `code`, from the [`AuthorizationResponse`](super::AuthorizationResponse).
    pub code: &'a AuthorizationCode,
    /// `redirect_uri`, exactly as in the [`AuthorizationRequest`](super::AuthorizationRequest).
    pub redirect_uri: &'a str,
    /// `code_verifier` (RFC 7636 §4.5), from the [`PendingAuthorization`](super::PendingAuthorization).
    pub code_verifier: &'a CodeVerifier,
    /// The scopes of the access token. Microsoft's platforms need them after consent to several resources; for others,
    /// the code determines the scopes (RFC 6749 §4.1.3).
    pub scopes: &'a ScopeSet,
    /// `claims`, a JSON object (OpenID Connect Core §5.5). Microsoft's platforms accept it here too.
    pub claims: Option<&'a str>,
    /// Further parameters, such as `resource` (RFC 8707 §2). They are public and must not contain secrets.
    pub parameters: &'a [(String, String)],
}

impl Message for AuthorizationCodeRequest<'_> {
    type Answer = TokenResponse;

    fn request(&self) -> Result<Request, RequestError> {
        let mut form = Form::new();
        form.public("grant_type", "authorization_code");
        form.secret("code", self.code);
        form.public("redirect_uri", self.redirect_uri);
        form.secret("code_verifier", self.code_verifier);
        if self.client.is_microsoft() {
            add_scope(&mut form, &self.client.granted_scopes(self.scopes));
        }
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
    use crate::oauth::mock_http::{Provider, answer};

    fn with<Answer>(provider: &Provider, act: impl FnOnce(&AuthorizationCodeRequest<'_>) -> Answer) -> Answer {
        act(&AuthorizationCodeRequest {
            client: provider.client(),
            code: &AuthorizationCode::new("canary+/"),
            redirect_uri: "https://app.example.com/cb?a=1",
            code_verifier: &CodeVerifier::new("verifier"),
            scopes: &ScopeSet::parse("User.Read"),
            claims: Some("{}"),
            parameters: &[("resource".to_owned(), "https://api".to_owned())],
        })
    }

    #[test]
    fn a_code_is_redeemed_with_the_verifier_and_the_same_redirect_uri() {
        let request = with(&Provider::new("https://idp.example.com"), |message| message.request()).unwrap();
        assert_eq!(request.url, "https://idp.example.com/token");
        assert_eq!(
            *request.form().unwrap().encode(),
            "grant_type=authorization_code&code=canary%2B%2F&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcb%3Fa%3D1\
             &code_verifier=verifier&claims=%7B%7D&resource=https%3A%2F%2Fapi&client_info=1&client_id=app"
        );
        assert!(!format!("{request:?}").contains("canary"));
    }

    #[test]
    fn entra_is_told_the_scopes_as_msal_tells_them() {
        let request = with(&Provider::new("https://login.microsoftonline.com/t"), |message| message.request()).unwrap();
        let scope = request.form().unwrap().get("scope").unwrap();
        assert_eq!(scope.expose(), "User.Read openid profile offline_access");
    }

    #[test]
    fn tokens_are_read() {
        let granted = with(&Provider::new("https://idp.example.com"), |message| {
            let body = r#"{"access_token":"at","refresh_token":"rt","id_token":"it"}"#;
            message.response(&message.request().unwrap(), Ok(answer(200, body)), Timestamp(0))
        });
        let granted = granted.unwrap();
        assert_eq!((granted.access_token.expose(), granted.id_token.unwrap().expose()), ("at", "it"));
    }
}
