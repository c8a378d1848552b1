//! The HTTP transport of the protocols: it sends one [`Request`] and returns one [`Response`] of limited size. Tests
//! replace it with a mock.

use std::borrow::Cow;
use std::fmt;

use http::Uri;
use zeroize::Zeroizing;

use super::reach::Reach;
use super::request::Request;
use super::url::bare_host;
use crate::future::BoxFuture;
use crate::time::Timestamp;

/// A transport. Implementations never follow redirects, and limit both time and size.
pub trait Http: Send + Sync {
    /// Sends one request and receives the whole response, with any status.
    ///
    /// # Errors
    /// There was no complete response. The error has the reason and the progress of the exchange.
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>>;

    /// Whether the client presents a certificate in TLS. Then the endpoints are those for such clients, if the provider
    /// has separate ones (RFC 8705 §5).
    fn presents_certificate(&self) -> bool {
        false
    }

    /// Sends one request and receives only the head of the response. The body may never end, as that of an event stream.
    /// The default implementation receives all and knows no challenges.
    ///
    /// # Errors
    /// Like [`send`](Http::send).
    fn probe<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Head, TransportError>> {
        Box::pin(async move {
            let response = self.send(request).await?;
            Ok(Head { status: response.status, challenges: Vec::new() })
        })
    }

    /// Returns from where the host of the URL can be reached, by its addresses; `None` if that is unknown. The default
    /// implementation knows the names and addresses that need no resolver.
    fn reach<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Option<Reach>> {
        let host = url.parse().ok().map(|uri: Uri| bare_host(&uri).to_owned());
        Box::pin(std::future::ready(host.and_then(|host| Reach::of_host(&host))))
    }
}

/// The head of a response.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Head {
    /// The status code.
    pub status: u16,
    /// The `WWW-Authenticate` headers (RFC 9110 §11.6.1), verbatim.
    pub challenges: Vec<String>,
}

/// A complete response.
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The body, which may contain secrets.
    pub body: Zeroizing<Vec<u8>>,
    /// `Retry-After` in seconds (RFC 9110 §10.2.3), if the server sent it.
    pub retry_after: Option<u64>,
    /// `Date`, if the server sent it.
    pub date: Option<Timestamp>,
    /// `Location` (RFC 9110 §10.2.2), verbatim, if the server sent it.
    pub location: Option<String>,
}

/// Why there was no complete answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TransportError {
    /// The progress of the exchange.
    pub stage: Stage,
    /// The reason, for people, without secrets.
    pub message: String,
}

/// The progress of an exchange at its failure.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stage {
    /// The request was not sent. It can be repeated safely.
    NotSent,
    /// The server may have processed the request, but the answer is lost. A provider with rotation may have redeemed
    /// the token.
    Unknown,
    /// The request was not sent and cannot be: the host does not exist.
    NoSuchHost,
    /// The answer cannot be read: it is too long, not HTTP, or in an unknown coding. The server may have processed the
    /// request.
    Unreadable,
    /// The request was not sent and cannot be with these settings: the CA file is unreadable, the proxy is invalid, or
    /// the server is not trusted. A retry does not help.
    Unsendable,
}

impl Response {
    /// Converts the body to UTF-8, which JSON requires (RFC 8259 §8.1). Invalid bytes are replaced: one of them must
    /// not cost the tokens, because a provider with rotation has already redeemed the old one.
    pub(super) fn in_utf8(mut self) -> Response {
        if let Cow::Owned(text) = String::from_utf8_lossy(&self.body) {
            self.body = Zeroizing::new(text.into_bytes());
        }
        self
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for TransportError {}

impl fmt::Debug for Response {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Response")
            .field("status", &self.status)
            .field("body_length", &self.body.len())
            .finish_non_exhaustive()
    }
}
