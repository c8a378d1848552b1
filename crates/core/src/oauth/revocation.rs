//! The revocation of a token, RFC 7009.

use super::endpoint::EndpointKind;
use super::error::RequestError;
use super::form::Form;
use super::http::{Response, TransportError};
use super::message::{ClientContext, Message};
use super::request::Request;
use super::token_error::{ErrorCode, TokenErrorResponse};
use crate::secret::RefreshToken;
use crate::time::Timestamp;

/// Revokes a refresh token and, if the provider supports it, its access tokens (RFC 7009 §2.1).
#[derive(Clone, Copy, Debug)]
pub struct RevocationRequest<'a> {
    /// The client and its provider.
    pub client: ClientContext<'a>,
    /// `token`.
    pub token: &'a RefreshToken,
}

impl Message for RevocationRequest<'_> {
    type Answer = ();

    fn request(&self) -> Result<Request, RequestError> {
        let mut form = Form::new();
        form.secret("token", self.token);
        form.public("token_type_hint", "refresh_token");
        self.client.post_form(EndpointKind::Revocation, form)
    }

    /// A token that the provider does not know counts as revoked (RFC 7009 §2.2).
    fn response(
        &self,
        request: &Request,
        response: Result<Response, TransportError>,
        _received_at: Timestamp,
    ) -> Result<(), RequestError> {
        let is_success = |response: &Response| (200..300).contains(&response.status).then_some(());
        match self.client.read(EndpointKind::Revocation, request, response, is_success) {
            Err(RequestError::Refused(refusal)) if is_revoked_already(&refusal) => Ok(()),
            outcome => outcome,
        }
    }
}

/// Whether a refused revocation means that the token is already invalid. RFC 7009 §2.2 requires success for that, but
/// some servers send an error (Google sends `invalid_token` with 400).
fn is_revoked_already(refusal: &TokenErrorResponse) -> bool {
    match &refusal.error {
        ErrorCode::InvalidGrant => true,
        ErrorCode::Other(code) => code == "invalid_token",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::mock_http::{Provider, answer};

    fn with<Answer>(provider: &Provider, act: impl FnOnce(&RevocationRequest<'_>) -> Answer) -> Answer {
        act(&RevocationRequest { client: provider.client(), token: &RefreshToken::new("rt") })
    }

    fn answered(status: u16, body: &str) -> Result<(), RequestError> {
        with(&Provider::new("https://idp.example.com"), |message| {
            message.response(&message.request().unwrap(), Ok(answer(status, body)), Timestamp(0))
        })
    }

    #[test]
    fn revocation_names_the_token_s_type() {
        let request = with(&Provider::new("https://idp.example.com"), |message| message.request()).unwrap();
        assert_eq!(request.url, "https://idp.example.com/revoke");
        assert_eq!(*request.form().unwrap().encode(), "token=rt&token_type_hint=refresh_token&client_id=app");
        assert!(request.form().unwrap().get("token").unwrap().is_secret());
        assert_eq!(request.headers, []);
        assert_eq!(answered(200, ""), Ok(()));
    }

    #[test]
    fn a_token_that_was_revoked_before_is_revoked() {
        for (status, error) in [(400, "invalid_token"), (401, "invalid_token"), (400, "invalid_grant")] {
            assert_eq!(answered(status, &format!(r#"{{"error":"{error}"}}"#)), Ok(()), "{status} {error}");
        }
        for (status, body) in [(404, ""), (403, "<html>"), (400, ""), (401, r#"{"error":"invalid_client"}"#)] {
            assert!(answered(status, body).is_err(), "{status} {body}");
        }
    }

    #[test]
    fn a_revocation_that_fails_says_how() {
        let refused = answered(400, r#"{"error":"unsupported_token_type"}"#).unwrap_err();
        assert!(matches!(refused, RequestError::Refused(refusal) if refusal.error == ErrorCode::UnsupportedTokenType));
        let unavailable = answered(503, "").unwrap_err();
        assert!(matches!(unavailable, RequestError::Unavailable { status: Some(503), .. }));
    }

    #[test]
    fn an_endpoint_that_is_missing_is_named() {
        let mut provider = Provider::new("https://idp.example.com");
        provider.endpoints.revocation = None;
        let error = with(&provider, |message| message.request()).unwrap_err();
        assert_eq!(error, RequestError::Unsupported { what: "revocation_endpoint" });
    }
}
