//! Token exchange, RFC 8693.

use super::endpoint::EndpointKind;
use super::error::RequestError;
use super::form::Form;
use super::http::{Response, TransportError};
use super::message::{ClientContext, Message, add_parameters, add_scope};
use super::request::Request;
use super::token::TokenResponse;
use crate::secret::SecurityToken;
use crate::time::Timestamp;
use crate::types::ScopeSet;

/// `grant_type`, RFC 8693 §2.1.
const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// The token type identifier of an access token, RFC 8693 §3. The others end in `refresh_token`, `id_token`, `saml1`,
/// `saml2` and `jwt`.
pub const ACCESS_TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:access_token";

/// A token with its type (RFC 8693 §2.1).
#[derive(Clone, Copy, Debug)]
pub struct TypedToken<'a> {
    /// The token.
    pub token: &'a SecurityToken,
    /// Its type, such as [`ACCESS_TOKEN_TYPE`].
    pub token_type: &'a str,
}

/// Exchanges a token for another one (RFC 8693 §2.1).
#[derive(Clone, Copy, Debug)]
pub struct TokenExchangeRequest<'a> {
    /// The client and its provider.
    pub client: ClientContext<'a>,
    /// `subject_token`: represents the party on whose behalf the new token is requested.
    pub subject: TypedToken<'a>,
    /// `actor_token`: represents the acting party, unless that is the client.
    pub actor: Option<TypedToken<'a>>,
    /// `requested_token_type`; `None` leaves the type to the provider.
    pub requested_token_type: Option<&'a str>,
    /// `resource`: the URIs of the services that the new token is for (RFC 8707 §2).
    pub resources: &'a [String],
    /// `audience`: the names of these services.
    pub audiences: &'a [String],
    /// The scopes of the new token, as they are sent.
    pub scopes: &'a ScopeSet,
    /// Further parameters. They are public and must not contain secrets.
    pub parameters: &'a [(String, String)],
}

impl Message for TokenExchangeRequest<'_> {
    /// The new token is in `access_token`, whatever its type (RFC 8693 §2.2.1).
    type Answer = TokenResponse;

    fn request(&self) -> Result<Request, RequestError> {
        let mut form = Form::new();
        form.public("grant_type", TOKEN_EXCHANGE);
        self.resources.iter().for_each(|resource| form.public("resource", resource));
        self.audiences.iter().for_each(|audience| form.public("audience", audience));
        add_scope(&mut form, self.scopes);
        if let Some(requested) = self.requested_token_type {
            form.public("requested_token_type", requested);
        }
        form.secret("subject_token", self.subject.token);
        form.public("subject_token_type", self.subject.token_type);
        if let Some(actor) = &self.actor {
            form.secret("actor_token", actor.token);
            form.public("actor_token_type", actor.token_type);
        }
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
    fn an_exchange_names_both_tokens_and_their_types() {
        let provider = Provider::new("https://idp.example.com");
        let (subject, actor) = (SecurityToken::new("canary1"), SecurityToken::new("canary2"));
        let message = TokenExchangeRequest {
            client: provider.client(),
            subject: TypedToken { token: &subject, token_type: ACCESS_TOKEN_TYPE },
            actor: Some(TypedToken { token: &actor, token_type: "urn:ietf:params:oauth:token-type:jwt" }),
            requested_token_type: Some(ACCESS_TOKEN_TYPE),
            resources: &["https://a".to_owned(), "https://b".to_owned()],
            audiences: &["backend".to_owned()],
            scopes: &ScopeSet::parse("read"),
            parameters: &[],
        };
        let request = message.request().unwrap();
        let token_type = "urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3A";
        assert_eq!(
            *request.form().unwrap().encode(),
            format!(
                "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&resource=https%3A%2F%2Fa\
                 &resource=https%3A%2F%2Fb&audience=backend&scope=read&requested_token_type={token_type}access_token\
                 &subject_token=canary1&subject_token_type={token_type}access_token&actor_token=canary2\
                 &actor_token_type={token_type}jwt&client_id=app"
            )
        );
        assert!(!format!("{message:?} {request:?}").contains("canary"));
    }
}
