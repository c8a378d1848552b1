//! The HTTP transport of the protocols: it sends one [`Request`] and returns one [`Response`] of limited size. Tests
//! replace it with a mock.

use std::borrow::Cow;
use std::fmt;

use zeroize::Zeroizing;

use super::request::Request;
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
