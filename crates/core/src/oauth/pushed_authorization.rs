//! Pushed authorization requests, RFC 9126: the parameters of an authorization request go to the provider directly, and
//! the browser carries only a reference to them.

use super::authentication::ClientAuthentication;
use super::authorization::AuthorizationRequest;
use super::endpoint::EndpointKind;
use super::error::RequestError;
use super::form::Form;
use super::http::{Response, TransportError};
use super::json::Members;
use super::message::Message;
use super::pending_authorization::PendingAuthorization;
use super::request::Request;
use crate::time::Timestamp;

/// Pushes a request that has been started to the provider (RFC 9126 §2.1).
#[derive(Clone, Copy, Debug)]
pub struct PushedAuthorizationRequest<'a> {
    /// The request, with the authentication that the client has at the token endpoint.
    pub request: AuthorizationRequest<'a>,
    /// The result of [`AuthorizationRequest::start`].
    pub pending: &'a PendingAuthorization,
}

impl Message for PushedAuthorizationRequest<'_> {
    /// The pending request whose URL has the reference.
    type Answer = PendingAuthorization;

    fn request(&self) -> Result<Request, RequestError> {
        let client = self.request.client;
        let mut form = Form::new();
        // Every other authentication puts the identifier into the form by itself.
        if matches!(client.authentication, ClientAuthentication::SecretBasic(_)) {
            form.public("client_id", client.client_id.as_str());
        }
        self.request.add_to(&mut form, self.pending)?;
        client.post_form(EndpointKind::PushedAuthorizationRequest, form)
    }

    fn response(
        &self,
        request: &Request,
        response: Result<Response, TransportError>,
        _received_at: Timestamp,
    ) -> Result<PendingAuthorization, RequestError> {
        let read = |response: &Response| {
            let members = Members::parse(&response.body).filter(|_| (200..300).contains(&response.status))?;
            members.string("request_uri").filter(|reference| !reference.is_empty())
        };
        let client = self.request.client;
        let reference = client.read(EndpointKind::PushedAuthorizationRequest, request, response, read)?;
        let mut form = Form::new();
        form.public("client_id", client.client_id.as_str());
        form.public("request_uri", reference);
        let endpoint = client.require_endpoint(EndpointKind::Authorization)?;
        Ok(PendingAuthorization { url: endpoint.with_query(&form).to_string(), ..self.pending.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::mock_http::{Provider, answer};
    use crate::types::ScopeSet;

    const NOW: Timestamp = Timestamp(1_700_000_000);

    fn provider() -> Provider {
        let mut provider = Provider::new("https://idp.example.com");
        provider.has_pushed_authorization_requests();
        provider
    }

    fn started<'a>(provider: &'a Provider, scopes: &'a ScopeSet) -> (AuthorizationRequest<'a>, PendingAuthorization) {
        let request = AuthorizationRequest::new(provider.client(), "http://127.0.0.1:1/cb", scopes);
        (request, request.start().unwrap())
    }

    #[test]
    fn the_browser_carries_a_reference_and_the_provider_gets_the_parameters() {
        let provider = provider();
        let scopes = ScopeSet::parse("read");
        let (request, pending) = started(&provider, &scopes);
        let message = PushedAuthorizationRequest { request, pending: &pending };

        let sent = message.request().unwrap();
        let form = sent.form().unwrap();
        assert_eq!(sent.url, "https://idp.example.com/par");
        assert_eq!(form.get("client_id").unwrap().expose(), "app");
        assert_eq!(form.get("state").unwrap().expose(), pending.state.expose());
        assert_eq!(form.get("scope").unwrap().expose(), "read");

        let body = r#"{"request_uri":"urn:ietf:params:oauth:request_uri:6esc","expires_in":60}"#;
        let pushed = message.response(&sent, Ok(answer(201, body)), NOW).unwrap();
        assert_eq!(
            pushed.url,
            "https://idp.example.com/authorize?client_id=app\
             &request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3A6esc"
        );
        assert!(pushed.state == pending.state && pushed.code_verifier == pending.code_verifier);
    }

    #[test]
    fn a_secret_in_the_header_leaves_the_identifier_in_the_form() {
        let mut provider = provider();
        provider.authenticate_with_basic("canary");
        let scopes = ScopeSet::parse("read");
        let (request, pending) = started(&provider, &scopes);
        let sent = PushedAuthorizationRequest { request, pending: &pending }.request().unwrap();
        let encoded = sent.form().unwrap().encode();
        assert_eq!(encoded.matches("client_id=").count(), 1);
        assert!(!encoded.contains("canary") && sent.headers[0].1.is_secret());
    }

    #[test]
    fn a_refusal_is_the_one_of_the_authorization_endpoint() {
        let provider = provider();
        let scopes = ScopeSet::parse("read");
        let (request, pending) = started(&provider, &scopes);
        let message = PushedAuthorizationRequest { request, pending: &pending };
        let sent = message.request().unwrap();
        let refused = message.response(&sent, Ok(answer(400, r#"{"error":"invalid_scope"}"#)), NOW);
        assert!(matches!(refused, Err(RequestError::Refused(_))));
        let odd = message.response(&sent, Ok(answer(201, r#"{"expires_in":60}"#)), NOW);
        assert!(matches!(odd, Err(RequestError::Unintelligible { .. })), "{odd:?}");
    }
}
