//! The discovery of a provider's metadata, OpenID Connect Discovery 1.0 and RFC 8414.

use super::authority::Authority;
use super::endpoint::{EndpointKind, Endpoints};
use super::error::RequestError;
use super::http::{Response, Stage, TransportError};
use super::metadata;
use super::redaction::Secrets;
use super::request::Request;
use super::url::within_origin;

/// The maximum number of successive redirects.
const MOST_REDIRECTS: usize = 5;

/// Requests a provider's metadata. This may take several requests: each response says which is next.
///
/// The URL of OpenID Connect comes first, then that of RFC 8414, whatever the first one answers. If the OpenID Connect
/// document lacks a needed endpoint, the RFC 8414 documents are read too, provided that they have the same issuer: some
/// providers name there what OpenID Connect does not define. A redirect is followed only within the origin, because an
/// answer of another origin proves nothing. The request contains no secret.
/// ```
/// # use tokcache_core::oauth::{Authority, Discovery, Endpoints, Http, MetadataRequest, RequestError};
/// async fn discover(http: &dyn Http, authority: &Authority) -> Result<Endpoints, RequestError> {
///     let mut message = MetadataRequest::new(authority, &[]);
///     loop {
///         let request = message.request();
///         let response = http.send(&request).await;
///         match message.response(&request, response)? {
///             Discovery::Found(endpoints) => return Ok(endpoints),
///             Discovery::Next(next) => message = next,
///         }
///     }
/// }
/// ```
#[derive(Debug)]
pub struct MetadataRequest<'a> {
    authority: &'a Authority,
    needed: &'a [EndpointKind],
    url: String,
    /// The number of redirects that led to `url`.
    redirects: usize,
    search: Search,
    presents_certificate: bool,
}

/// The result of a response to a [`MetadataRequest`].
#[derive(Debug)]
pub enum Discovery<'a> {
    /// The endpoints. A missing endpoint is not an error here.
    Found(Endpoints),
    /// Another request is necessary.
    Next(MetadataRequest<'a>),
}

/// The requested document.
#[derive(Debug)]
enum Search {
    /// The OpenID Connect document.
    OpenId,
    /// The RFC 8414 document, after the `failure` to get the OpenID Connect one.
    AuthorizationServer { failure: RequestError, was_web_page: bool },
    /// An RFC 8414 document that may complete `endpoints`. Each of `urls` may have another one.
    Beside { endpoints: Box<Endpoints>, urls: std::vec::IntoIter<String> },
}

impl<'a> MetadataRequest<'a> {
    /// Starts the discovery for `authority`. It ends when all `needed` endpoints are found or there is no other
    /// document.
    pub fn new(authority: &'a Authority, needed: &'a [EndpointKind]) -> MetadataRequest<'a> {
        let url = metadata::openid_configuration(authority);
        MetadataRequest { authority, needed, url, redirects: 0, search: Search::OpenId, presents_certificate: false }
    }

    /// Prefers the endpoints for clients that present a certificate in TLS (RFC 8705 §5).
    pub fn with_certificate(self, presents_certificate: bool) -> MetadataRequest<'a> {
        MetadataRequest { presents_certificate, ..self }
    }

    /// Builds the next request.
    pub fn request(&self) -> Request {
        Request::get(&self.url)
    }

    /// Parses the result of `request`.
    ///
    /// # Errors
    /// [`RequestError::NoMetadata`] with a description of the actual answer, an outage, metadata of another issuer (the
    /// mix-up attack), or an endpoint that secrets must not be sent to. If every answer is a web page, that is an outage
    /// too: a network that wants a sign-in answers any request with its page.
    pub fn response(
        self,
        request: &Request,
        response: Result<Response, TransportError>,
    ) -> Result<Discovery<'a>, RequestError> {
        let response = match response {
            Ok(response) => match redirect(request, &response) {
                Some(_) if self.redirects + 1 == MOST_REDIRECTS => {
                    let message = format!("{MOST_REDIRECTS} redirects, one after the other");
                    Err(RequestError::Unintelligible { message, status: 302 })
                }
                Some(url) => {
                    let redirects = self.redirects + 1;
                    return Ok(Discovery::Next(MetadataRequest { url, redirects, ..self }));
                }
                None => Ok(response.in_utf8()),
            },
            Err(error) => Err(RequestError::in_transit(error, &Secrets::of(request))),
        };
        let MetadataRequest { authority, needed, search, presents_certificate, .. } = self;
        let (is_openid, first, was_web_page) = match search {
            Search::OpenId => (true, None, true),
            Search::AuthorizationServer { failure, was_web_page } => (false, Some(failure), was_web_page),
            Search::Beside { endpoints, urls } => {
                let endpoints = with_more(*endpoints, response, authority, presents_certificate)?;
                return Ok(completed(authority, needed, endpoints, urls).with_certificate(presents_certificate));
            }
        };
        let was_web_page = was_web_page && response.as_ref().is_ok_and(is_web_page);
        let failure = match response {
            Ok(response) if metadata::is_document(&response) => {
                let urls = if is_openid { metadata::beside_openid_configuration(authority) } else { Vec::new() };
                let endpoints = metadata::read(&response, authority, presents_certificate)?;
                let completed = completed(authority, needed, endpoints, urls.into_iter());
                return Ok(completed.with_certificate(presents_certificate));
            }
            Ok(response) => match RequestError::of(&response, &Secrets::none()) {
                outage @ RequestError::Unavailable { .. } => outage,
                _ => RequestError::unintelligible(&response, &Secrets::none()),
            },
            // The other URL is on the same server, which does not answer.
            Err(error @ RequestError::Unavailable { .. }) => return Err(first.unwrap_or(error)),
            Err(RequestError::NoSuchHost { message }) => return Err(RequestError::WrongAuthority { message }),
            Err(error @ RequestError::Unintelligible { .. }) => error,
            Err(error) => return Err(error),
        };
        let failure = more_telling(first, failure);
        if !is_openid {
            return Err(if was_web_page { captive_portal(authority) } else { no_metadata(authority, failure) });
        }
        let url = metadata::oauth_authorization_server(authority);
        let search = Search::AuthorizationServer { failure, was_web_page };
        Ok(Discovery::Next(MetadataRequest { authority, needed, url, redirects: 0, search, presents_certificate }))
    }
}

impl<'a> Discovery<'a> {
    fn with_certificate(self, presents_certificate: bool) -> Discovery<'a> {
        match self {
            Discovery::Next(next) => Discovery::Next(next.with_certificate(presents_certificate)),
            found => found,
        }
    }
}

/// Ends the search, unless a needed endpoint is missing and may be at one of `urls`.
fn completed<'a>(
    authority: &'a Authority,
    needed: &'a [EndpointKind],
    endpoints: Endpoints,
    mut urls: std::vec::IntoIter<String>,
) -> Discovery<'a> {
    let lacks_any = needed.iter().any(|kind| endpoints.get(*kind).is_none());
    match urls.next().filter(|_| lacks_any) {
        Some(url) => {
            let search = Search::Beside { endpoints: Box::new(endpoints), urls };
            Discovery::Next(MetadataRequest { url, search, ..MetadataRequest::new(authority, needed) })
        }
        None => Discovery::Found(endpoints.told_by_provider()),
    }
}

/// Returns `endpoints`, completed from another document of the same issuer. Ignores any other response, unless the
/// server no longer answers.
fn with_more(
    endpoints: Endpoints,
    response: Result<Response, RequestError>,
    authority: &Authority,
    presents_certificate: bool,
) -> Result<Endpoints, RequestError> {
    match response {
        Ok(response) if metadata::is_document(&response) && metadata::issuer_in(&response) == endpoints.issuer => {
            Ok(endpoints.or(metadata::read(&response, authority, presents_certificate)?))
        }
        Err(outage @ RequestError::Unavailable { .. }) => Err(outage),
        _ => Ok(endpoints),
    }
}

/// Returns the target of a redirect within the origin of the request.
fn redirect(request: &Request, response: &Response) -> Option<String> {
    let location = response.location.as_deref().filter(|_| matches!(response.status, 301 | 302 | 303 | 307 | 308))?;
    within_origin(&request.url, location)
}

/// Returns the more informative error. An outage may pass, and a missing document says least.
fn more_telling(first: Option<RequestError>, second: RequestError) -> RequestError {
    match first {
        None | Some(RequestError::Unintelligible { status: 404, .. }) => second,
        Some(first) if second.is_retryable() && !first.is_retryable() => second,
        Some(first) => first,
    }
}

/// Whether the answer is a web page in place of a document.
fn is_web_page(response: &Response) -> bool {
    (200..300).contains(&response.status) && response.body.trim_ascii_start().starts_with(b"<")
}

/// The failure if each request was answered with a web page. Web sites without metadata usually say that the page does not
/// exist, but some answer any request with their own page.
fn captive_portal(authority: &Authority) -> RequestError {
    let message = format!(
        "{} answered with a web page in place of provider metadata: either this network wants you to sign in to it \
         first (a captive portal; open any page in a browser, then try again), or the authority is wrong",
        authority.url()
    );
    RequestError::Unavailable { message, stage: Stage::Unknown, retry_after: None, status: Some(200) }
}

fn no_metadata(authority: &Authority, failure: RequestError) -> RequestError {
    let nothing = format!("{} has no provider metadata", authority.url());
    match failure {
        outage @ RequestError::Unavailable { .. } => outage,
        RequestError::Unintelligible { message, status } if status != 404 => {
            RequestError::NoMetadata { message: format!("{nothing}: {message}") }
        }
        _ => RequestError::NoMetadata { message: nothing },
    }
}

#[cfg(test)]
mod tests;
