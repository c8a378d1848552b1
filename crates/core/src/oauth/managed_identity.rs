//! Tokens of an Azure managed identity, which the platform issues to the machine or the app: the contract of App Service
//! (API version 2019-08-01), and that of the instance metadata service, IMDS (API version 2018-02-01).

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::error::RequestError;
use super::field::FieldValue;
use super::http::{Response, TransportError};
use super::json::Members;
use super::message::Message;
use super::redaction::Secrets;
use super::request::Request;
use super::token::TokenResponse;
use super::token_error::{ErrorCode, TokenErrorResponse};
use crate::secret::ManagedIdentityHeader;
use crate::time::Timestamp;

/// How long IMDS is given to recover before the next request, in seconds. The pauses grow.
const SHORTEST_PAUSE: u64 = 1;

/// The service that issues the tokens.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ManagedIdentityEndpoint {
    /// App Service, Functions, Container Apps and others: `IDENTITY_ENDPOINT`.
    AppService {
        /// The URL.
        url: String,
        /// `IDENTITY_HEADER`, which proves that the request comes from the app.
        header: ManagedIdentityHeader,
    },
    /// The instance metadata service of a virtual machine.
    Imds {
        /// The URL without a path, usually `http://169.254.169.254`.
        url: String,
    },
}

/// Requests a token of a managed identity.
#[derive(Clone, Copy, Debug)]
pub struct ManagedIdentityRequest<'a> {
    /// The service.
    pub endpoint: &'a ManagedIdentityEndpoint,
    /// The client id or the Azure resource id of a user-assigned identity; `None`: the system-assigned one.
    pub identity: Option<&'a str>,
    /// The identifier of the API that the token is for.
    pub resource: &'a str,
}

impl ManagedIdentityRequest<'_> {
    fn url(&self) -> String {
        let (base, version, resource_id) = match self.endpoint {
            ManagedIdentityEndpoint::AppService { url, .. } => (url.clone(), "2019-08-01", "mi_res_id"),
            ManagedIdentityEndpoint::Imds { url } => {
                let path = "/metadata/identity/oauth2/token";
                (format!("{}{path}", url.trim_end_matches('/')), "2018-02-01", "msi_res_id")
            }
        };
        let encoded = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
        let separator = if base.contains('?') { '&' } else { '?' };
        let mut url = format!("{base}{separator}api-version={version}&resource={}", encoded(self.resource));
        if let Some(identity) = self.identity {
            let name = if identity.starts_with('/') { resource_id } else { "client_id" };
            url.push_str(&format!("&{name}={}", encoded(identity)));
        }
        url
    }
}

impl Message for ManagedIdentityRequest<'_> {
    type Answer = TokenResponse;

    fn request(&self) -> Result<Request, RequestError> {
        let header = match self.endpoint {
            ManagedIdentityEndpoint::AppService { header, .. } => ("X-IDENTITY-HEADER", FieldValue::secret(header)),
            ManagedIdentityEndpoint::Imds { .. } => ("Metadata", FieldValue::public("true")),
        };
        Ok(Request { headers: vec![header], is_to_platform: true, ..Request::get(self.url()) })
    }

    fn response(
        &self,
        request: &Request,
        response: Result<Response, TransportError>,
        received_at: Timestamp,
    ) -> Result<TokenResponse, RequestError> {
        let secrets = Secrets::of(request);
        let response = response.map_err(|error| RequestError::in_transit(error, &secrets))?.in_utf8();
        TokenResponse::read(&response, received_at).ok_or_else(|| {
            let error = match self.endpoint {
                ManagedIdentityEndpoint::AppService { .. } => app_service_error(&response, &secrets),
                ManagedIdentityEndpoint::Imds { .. } => imds_error(&response, &secrets),
            };
            match error {
                RequestError::Unintelligible { message, status } => {
                    let message = format!("the managed identity service gave {message}; check IDENTITY_ENDPOINT");
                    RequestError::Unintelligible { message, status }
                }
                error => error,
            }
        })
    }
}

/// IMDS documents that 404, 410, 429 and 5xx pass: it is starting, being updated, or busy.
fn imds_error(response: &Response, secrets: &Secrets) -> RequestError {
    match response.status {
        status @ (404 | 410) => RequestError::Unavailable {
            message: format!("HTTP {status}: the instance metadata service is not ready"),
            stage: super::http::Stage::Unknown,
            retry_after: Some(response.retry_after.unwrap_or(SHORTEST_PAUSE)),
            status: Some(status),
        },
        _ => match RequestError::of(response, secrets) {
            RequestError::Unavailable { message, stage, retry_after, status } => {
                let retry_after = Some(retry_after.unwrap_or(SHORTEST_PAUSE));
                RequestError::Unavailable { message, stage, retry_after, status }
            }
            error => error,
        },
    }
}

/// App Service answers with `{"statusCode": 400, "message": "..."}`.
fn app_service_error(response: &Response, secrets: &Secrets) -> RequestError {
    let message = Members::parse(&response.body).and_then(|members| members.string("message"));
    match (RequestError::of(response, secrets), message) {
        (RequestError::Unintelligible { .. }, Some(message)) if (400..500).contains(&response.status) => {
            RequestError::Refused(Box::new(TokenErrorResponse {
                error: ErrorCode::Other("invalid_request".to_owned()),
                error_description: Some(secrets.redact(message)),
                error_codes: Vec::new(),
                suberror: None,
                claims: None,
                correlation_id: None,
                status: response.status,
            }))
        }
        (error, _) => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::mock_http::answer;

    fn imds() -> ManagedIdentityEndpoint {
        ManagedIdentityEndpoint::Imds { url: "http://169.254.169.254".to_owned() }
    }

    fn app_service() -> ManagedIdentityEndpoint {
        let header = ManagedIdentityHeader::new("canary");
        ManagedIdentityEndpoint::AppService { url: "http://127.0.0.1:41741/MSI/token/".to_owned(), header }
    }

    fn sent(endpoint: &ManagedIdentityEndpoint, identity: Option<&str>) -> Request {
        let resource = "https://vault.azure.net";
        ManagedIdentityRequest { endpoint, identity, resource }.request().unwrap()
    }

    fn received(endpoint: &ManagedIdentityEndpoint, status: u16, body: &str) -> Result<TokenResponse, RequestError> {
        let message = ManagedIdentityRequest { endpoint, identity: None, resource: "r" };
        message.response(&message.request().unwrap(), Ok(answer(status, body)), Timestamp(1_700_000_000))
    }

    #[test]
    fn the_requests_are_those_of_the_documentation() {
        let request = sent(&imds(), None);
        assert_eq!(
            request.url,
            "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01\
             &resource=https%3A%2F%2Fvault%2Eazure%2Enet"
        );
        assert_eq!((request.headers[0].0, request.headers[0].1.expose()), ("Metadata", "true"));
        let request = sent(&app_service(), None);
        assert!(request.url.starts_with("http://127.0.0.1:41741/MSI/token/?api-version=2019-08-01&resource="));
        assert_eq!((request.headers[0].0, request.headers[0].1.expose()), ("X-IDENTITY-HEADER", "canary"));
        assert!(!format!("{request:?}").contains("canary"));
    }

    #[test]
    fn a_user_assigned_identity_is_named_by_its_client_id_or_its_resource_id() {
        for (endpoint, identity, parameter) in [
            (imds(), "0a1b", "&client_id=0a1b"),
            (imds(), "/subscriptions/s", "&msi_res_id=%2Fsubscriptions%2Fs"),
            (app_service(), "0a1b", "&client_id=0a1b"),
            (app_service(), "/subscriptions/s", "&mi_res_id=%2Fsubscriptions%2Fs"),
        ] {
            assert!(sent(&endpoint, Some(identity)).url.ends_with(parameter), "{parameter}");
        }
    }

    #[test]
    fn an_answer_has_its_times_as_text() {
        let body = r#"{"access_token":"at","expires_on":"1700003600","resource":"r","token_type":"Bearer"}"#;
        for endpoint in [imds(), app_service()] {
            assert_eq!(received(&endpoint, 200, body).unwrap().expires_in, 3600);
        }
    }

    #[test]
    fn imds_is_asked_again_if_it_is_not_ready_and_not_if_there_is_no_identity() {
        for status in [404, 410, 429, 500, 503] {
            let error = received(&imds(), status, "{}").unwrap_err();
            assert!(matches!(error, RequestError::Unavailable { retry_after: Some(1), .. }), "{error:?}");
        }
        let body = r#"{"error":"invalid_request","error_description":"Identity not found"}"#;
        assert!(matches!(received(&imds(), 400, body), Err(RequestError::Refused(_))));
    }

    #[test]
    fn the_reason_of_app_service_is_kept_and_its_header_is_not() {
        let body = r#"{"statusCode":400,"message":"No User Assigned Identity found for canary"}"#;
        let Err(RequestError::Refused(refusal)) = received(&app_service(), 400, body) else { panic!("no refusal") };
        let description = refusal.error_description.unwrap();
        assert!(description.contains("No User Assigned Identity") && !description.contains("canary"), "{description}");
    }
}
