//! The contract of the endpoint, as App Service documents it ("How to use managed identities for App Service", REST
//! endpoint reference), version 2019-08-01.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use hyper::body::Incoming;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use tokcache_core::store::mutex::locked;

use super::allowed::Allowed;
use crate::cli::Exit;
use crate::cli::endpoint::token_source::{NoToken, TokenSource, Want};
use crate::cli::settings::Settings;
use crate::endpoint::{Answer, EndpointSecret, Guard, Peer, ResponseBody, Service};
use crate::output::{json, quote};

/// The path of the endpoint.
pub(super) const PATH: &str = "/msi/token";

/// The headers that may have the secret: that of App Service, and that of Terraform's azurerm (go-azure-sdk).
const SECRET_HEADERS: [&str; 2] = ["x-identity-header", "x-ms-identity"];

/// The version of the contract.
pub(super) const API_VERSION: &str = "2019-08-01";

/// When to ask again if the provider does not say it, in seconds.
const USUAL_RETRY_AFTER: u64 = 2;

/// The endpoint.
pub(super) struct ManagedIdentity {
    settings: Settings,
    allowed: Allowed,
    guard: Guard,
    secret: EndpointSecret,
    /// By the name of the resource. Bounded by the list, in which each name may have a slash at its end.
    /// `None` once the endpoint ends.
    sources: Mutex<Option<HashMap<String, Arc<TokenSource>>>>,
}

/// A response without a token.
struct Refused {
    status: StatusCode,
    message: String,
    retry_after: Option<u64>,
}

#[derive(Serialize)]
struct Token<'a> {
    access_token: &'a str,
    client_id: &'a str,
    /// Seconds, as text. App Service leaves it out, but Terraform asks for a new token by it alone.
    expires_in: String,
    /// Seconds since the epoch, as text.
    expires_on: String,
    resource: &'a str,
    token_type: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Error<'a> {
    status_code: u16,
    message: &'a str,
}

impl ManagedIdentity {
    pub(super) fn new(settings: &Settings, allowed: Allowed, guard: Guard, secret: EndpointSecret) -> Self {
        ManagedIdentity {
            settings: settings.clone(),
            allowed,
            guard,
            secret,
            sources: Mutex::new(Some(HashMap::new())),
        }
    }

    /// Waits until no token is being requested.
    pub(super) fn finish(&self) {
        let sources = locked(&self.sources).take().unwrap_or_default();
        sources.values().for_each(|source| source.finish());
    }

    /// Returns the resource of a request that may get a token.
    fn resource(&self, request: &Request<Incoming>, peer: Peer) -> Result<String, Refused> {
        self.guard
            .check(peer, request.headers())
            .map_err(|refusal| refused(StatusCode::FORBIDDEN, refusal.reason()))?;
        let mut headers = SECRET_HEADERS.iter().filter_map(|name| request.headers().get(*name));
        if !headers.any(|header| self.secret.is(header.as_bytes())) {
            let message = "the header X-IDENTITY-HEADER does not have the value of IDENTITY_HEADER";
            return Err(refused(StatusCode::UNAUTHORIZED, message));
        }
        if request.uri().path().trim_end_matches('/') != PATH {
            return Err(refused(StatusCode::NOT_FOUND, format!("the only path is {PATH}")));
        }
        if request.method() != Method::GET {
            return Err(refused(StatusCode::METHOD_NOT_ALLOWED, "the only method is GET"));
        }
        let query = request.uri().query().unwrap_or_default();
        let version = parameter(query, "api-version").unwrap_or_default();
        if version != API_VERSION {
            let message = format!("the only api-version is {API_VERSION}, not {version:?}");
            return Err(refused(StatusCode::BAD_REQUEST, message));
        }
        let resource = parameter(query, "resource").filter(|resource| !resource.is_empty());
        resource.ok_or_else(|| refused(StatusCode::BAD_REQUEST, "the parameter resource is missing"))
    }

    fn source(&self, resource: &str) -> Result<Arc<TokenSource>, Refused> {
        let Some(scopes) = self.allowed.scopes_for(resource) else {
            let message = format!(
                "tokcache does not serve tokens for this resource; to allow it, start tokcache with --resource {}",
                quote(resource)
            );
            return Err(refused(StatusCode::FORBIDDEN, message));
        };
        let mut sources = locked(&self.sources);
        let Some(sources) = sources.as_mut() else {
            return Err(refused(StatusCode::SERVICE_UNAVAILABLE, "the endpoint has ended"));
        };
        let source = sources.entry(resource.to_owned());
        Ok(Arc::clone(source.or_insert_with(|| Arc::new(TokenSource::new(&self.settings, scopes)))))
    }

    async fn token(&self, resource: Result<String, Refused>) -> Result<Response<ResponseBody>, Refused> {
        let resource = resource?;
        let token = self.source(&resource)?.token(Want::default()).await.map_err(|why| without_token(&why))?;
        let body = json(&Token {
            access_token: token.access_token.expose(),
            client_id: &token.client_id,
            expires_in: token.expires_in.to_string(),
            expires_on: token.expires_on.0.to_string(),
            resource: &resource,
            token_type: "Bearer",
        });
        let body = body.map_err(|error| refused(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
        Ok(response(StatusCode::OK, ResponseBody::secret(body)))
    }
}

impl Service for ManagedIdentity {
    fn answer(self: Arc<Self>, request: Request<Incoming>, peer: Peer) -> Answer {
        let resource = self.resource(&request, peer);
        Box::pin(async move { self.token(resource).await.unwrap_or_else(|refused| refused.response()) })
    }
}

fn refused(status: StatusCode, message: impl Into<String>) -> Refused {
    Refused { status, message: message.into(), retry_after: None }
}

/// Azure SDKs repeat a request that got the status 503, and no request that got 400.
fn without_token(why: &NoToken) -> Refused {
    let status = match why.exit {
        _ if why.retryable => StatusCode::SERVICE_UNAVAILABLE,
        Exit::Store | Exit::Unexpected => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    };
    let retry_after = why.retryable.then_some(why.retry_after.unwrap_or(USUAL_RETRY_AFTER));
    Refused { status, message: why.message.clone(), retry_after }
}

impl Refused {
    fn response(self) -> Response<ResponseBody> {
        let error = Error { status_code: self.status.as_u16(), message: &self.message };
        let body = json(&error).map(|text| text.to_string()).unwrap_or_default();
        let mut response = response(self.status, ResponseBody::Whole(body.into()));
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::METHOD_NOT_ALLOWED {
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
        }
        response
    }
}

fn response(status: StatusCode, body: ResponseBody) -> Response<ResponseBody> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Returns the parameter of a query (application/x-www-form-urlencoded). A parameter that is given twice is missing.
fn parameter(query: &str, name: &str) -> Option<String> {
    let mut values = query.split('&').filter_map(|pair| {
        let (own, value) = pair.split_once('=')?;
        (own == name).then_some(value)
    });
    let value = values.next().filter(|_| values.next().is_none())?.replace('+', " ");
    percent_decode_str(&value).decode_utf8().ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_decoded_and_unambiguous() {
        let query = "api-version=2019-08-01&resource=https%3A%2F%2Fvault.azure.net%2F&resources=x&a+b";
        assert_eq!(parameter(query, "resource").as_deref(), Some("https://vault.azure.net/"));
        assert_eq!(parameter(query, "api-version").as_deref(), Some(API_VERSION));
        assert_eq!(parameter("resource=a&resource=b", "resource"), None);
        assert_eq!(parameter("resource=%ff", "resource"), None);
        assert_eq!(parameter("", "resource"), None);
    }
}
