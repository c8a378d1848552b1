//! Dynamic client registration (RFC 7591).

use serde::Serialize;

use crate::oauth::endpoint::Endpoint;
use crate::oauth::error::RequestError;
use crate::oauth::http::{Response, TransportError};
use crate::oauth::json::Members;
use crate::oauth::message::Message;
use crate::oauth::redaction::Secrets;
use crate::oauth::request::{Body, Request};
use crate::secret::ClientSecret;
use crate::time::Timestamp;
use crate::types::{ClientId, ScopeSet};

/// Registers a native client (RFC 7591 §3.1), which needs no credential.
#[derive(Clone, Debug)]
pub struct RegistrationRequest<'a> {
    /// `registration_endpoint`.
    pub endpoint: &'a Endpoint,
    /// `client_name`.
    pub client_name: &'a str,
    /// `redirect_uris`, with the port that the client will listen at: many servers compare it.
    pub redirect_uris: &'a [String],
    /// `grant_types`.
    pub grant_types: &'a [&'a str],
    /// `token_endpoint_auth_method`.
    pub token_endpoint_auth_method: &'a str,
    /// `scope`: the scopes that the client will request.
    pub scopes: &'a ScopeSet,
}

/// A registered client (RFC 7591 §3.2.1).
#[derive(Clone, Debug)]
pub struct RegisteredClient {
    /// `client_id`.
    pub client_id: ClientId,
    /// `client_secret`.
    pub client_secret: Option<ClientSecret>,
    /// `token_endpoint_auth_method`, or the requested one.
    pub token_endpoint_auth_method: String,
    /// `client_secret_expires_at`; `None`: the secret does not expire.
    pub client_secret_expires_at: Option<Timestamp>,
}

/// The members of the request.
#[derive(Serialize)]
struct Client<'a> {
    client_name: &'a str,
    redirect_uris: &'a [String],
    grant_types: &'a [&'a str],
    response_types: &'a [&'a str],
    token_endpoint_auth_method: &'a str,
    application_type: &'a str,
    #[serde(skip_serializing_if = "String::is_empty")]
    scope: String,
}

impl Message for RegistrationRequest<'_> {
    type Answer = RegisteredClient;

    fn request(&self) -> Result<Request, RequestError> {
        let client = Client {
            client_name: self.client_name,
            redirect_uris: self.redirect_uris,
            grant_types: self.grant_types,
            response_types: if self.redirect_uris.is_empty() { &[] } else { &["code"] },
            token_endpoint_auth_method: self.token_endpoint_auth_method,
            application_type: "native",
            scope: self.scopes.to_string(),
        };
        let json = serde_json::to_string(&client)
            .map_err(|error| RequestError::Misconfigured { message: error.to_string() })?;
        Ok(Request { body: Body::Json(json), ..Request::get(self.endpoint.as_str()) })
    }

    fn response(
        &self,
        request: &Request,
        response: Result<Response, TransportError>,
        _received_at: Timestamp,
    ) -> Result<RegisteredClient, RequestError> {
        let secrets = Secrets::of(request);
        let response = response.map_err(|error| RequestError::in_transit(error, &secrets))?.in_utf8();
        let read = || {
            let members = Members::parse(&response.body).filter(|_| matches!(response.status, 200 | 201))?;
            let expiry = members.seconds("client_secret_expires_at").filter(|expiry| *expiry > 0);
            let method = members.string("token_endpoint_auth_method");
            Some(RegisteredClient {
                client_id: ClientId::new(members.string("client_id")?),
                client_secret: members.secret("client_secret"),
                token_endpoint_auth_method: method.unwrap_or_else(|| self.token_endpoint_auth_method.to_owned()),
                client_secret_expires_at: expiry.and_then(|expiry| i64::try_from(expiry).ok()).map(Timestamp),
            })
        };
        read().ok_or_else(|| RequestError::of(&response, &secrets).at(self.endpoint))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::mock_http::answer;

    fn endpoint() -> Endpoint {
        Endpoint::parse("https://idp.example.com/register").unwrap()
    }

    fn message(endpoint: &Endpoint) -> RegistrationRequest<'_> {
        RegistrationRequest {
            endpoint,
            client_name: "tokcache",
            redirect_uris: &[],
            grant_types: &["refresh_token"],
            token_endpoint_auth_method: "none",
            scopes: &NO_SCOPES,
        }
    }

    static NO_SCOPES: std::sync::LazyLock<ScopeSet> = std::sync::LazyLock::new(ScopeSet::default);

    fn answered(status: u16, body: &str) -> Result<RegisteredClient, RequestError> {
        let endpoint = endpoint();
        let message = message(&endpoint);
        message.response(&message.request().unwrap(), Ok(answer(status, body)), Timestamp(0))
    }

    #[test]
    fn a_native_client_is_registered_with_its_redirect_uris() {
        let (endpoint, uris) = (endpoint(), ["http://127.0.0.1:1/callback".to_owned()]);
        let scopes = ScopeSet::parse("a b");
        let message = RegistrationRequest {
            redirect_uris: &uris,
            grant_types: &["authorization_code", "refresh_token"],
            scopes: &scopes,
            ..message(&endpoint)
        };
        let request = message.request().unwrap();
        assert_eq!((request.method().as_str(), request.body.content_type()), ("POST", Some("application/json")));
        let Body::Json(json) = request.body else { panic!("no JSON") };
        assert_eq!(
            json,
            r#"{"client_name":"tokcache","redirect_uris":["http://127.0.0.1:1/callback"],"grant_types":["authorization_code","refresh_token"],"response_types":["code"],"token_endpoint_auth_method":"none","application_type":"native","scope":"a b"}"#
        );
    }

    #[test]
    fn a_secret_is_kept_with_its_expiry_and_never_printed() {
        let body = r#"{"client_id":"c","client_secret":"canary","client_secret_expires_at":1,"token_endpoint_auth_method":"client_secret_basic"}"#;
        let client = answered(201, body).unwrap();
        assert_eq!(client.client_secret_expires_at, Some(Timestamp(1)));
        assert_eq!(client.token_endpoint_auth_method, "client_secret_basic");
        assert!(!format!("{client:?}").contains("canary"));
        let public = answered(200, r#"{"client_id":"c","client_secret_expires_at":0}"#).unwrap();
        assert_eq!((public.client_secret, public.client_secret_expires_at), (None, None));
        assert_eq!(public.token_endpoint_auth_method, "none");
    }

    #[test]
    fn a_refusal_says_why() {
        let error = answered(400, r#"{"error":"invalid_redirect_uri","error_description":"no loopback"}"#).unwrap_err();
        assert!(matches!(&error, RequestError::Refused(_)) && error.to_string().contains("no loopback"), "{error}");
        assert!(matches!(answered(201, "{}"), Err(RequestError::Unintelligible { .. })));
        assert!(answered(503, "").unwrap_err().is_retryable());
    }
}
