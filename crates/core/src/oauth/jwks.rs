//! The request for a provider's keys, OpenID Connect Discovery §3 `jwks_uri`.

use super::endpoint::EndpointKind;
use super::error::RequestError;
use super::http::{Response, TransportError};
use super::jwt::JwkSet;
use super::message::{ClientContext, Message};
use super::request::Request;
use crate::time::Timestamp;

/// Requests the keys that the provider signs with. Keep them, and request them again when a token names an unknown key
/// ([`IdTokenError::UnknownKey`](super::IdTokenError::UnknownKey)), but at most every few minutes, because anybody can
/// invent the name of a key.
#[derive(Clone, Copy, Debug)]
pub struct JwksRequest<'a> {
    /// The client and its provider.
    pub client: ClientContext<'a>,
}

impl Message for JwksRequest<'_> {
    type Answer = JwkSet;

    fn request(&self) -> Result<Request, RequestError> {
        Ok(Request::get(self.client.require_endpoint(EndpointKind::Jwks)?.as_str()))
    }

    fn response(
        &self,
        request: &Request,
        response: Result<Response, TransportError>,
        _received_at: Timestamp,
    ) -> Result<JwkSet, RequestError> {
        let read = |response: &Response| JwkSet::parse(&response.body).filter(|_| response.status == 200);
        self.client.read(EndpointKind::Jwks, request, response, read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::endpoint::Endpoints;
    use crate::oauth::mock_http::{Provider, answer};

    fn answered(status: u16, body: &str) -> Result<JwkSet, RequestError> {
        let provider = Provider::new("https://idp.example.com");
        let message = JwksRequest { client: provider.client() };
        let request = message.request().unwrap();
        assert_eq!(request, Request::get("https://idp.example.com/jwks"));
        message.response(&request, Ok(answer(status, body)), Timestamp(0))
    }

    #[test]
    fn keys_are_read() {
        assert_eq!(answered(200, r#"{"keys":[{"kty":"oct","k":"AA"},{"kty":"x"}]}"#).unwrap().len(), 2);
        assert!(answered(200, r#"{"keys":[]}"#).unwrap().is_empty());
    }

    #[test]
    fn what_is_no_document_of_keys_says_so() {
        for (status, body) in [(200, "{}"), (200, "<html>"), (404, ""), (200, r#"{"keys":{}}"#)] {
            let error = answered(status, body).unwrap_err();
            assert!(error.to_string().starts_with("https://idp.example.com/jwks answered"), "{error}");
        }
        assert!(answered(503, r#"{"keys":[]}"#).unwrap_err().is_retryable());
    }

    #[test]
    fn an_endpoint_that_is_missing_is_named() {
        let provider = Provider::new("https://idp.example.com");
        let endpoints = &Endpoints::default();
        let error = JwksRequest { client: ClientContext { endpoints, ..provider.client() } }.request().unwrap_err();
        assert_eq!(error, RequestError::Unsupported { what: "jwks_uri" });
    }
}
