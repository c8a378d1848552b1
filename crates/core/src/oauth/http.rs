//! HTTP as the protocols need it: a transport sends one [`Request`] and returns one bounded [`Response`]. Tests replace
//! the transport with a mock.

use std::borrow::Cow;
use std::fmt;

use zeroize::Zeroizing;

use super::request::Request;
use crate::future::BoxFuture;
use crate::time::Timestamp;

/// A transport. Implementations never follow a redirect, and bound both time and size.
pub trait Http: Send + Sync {
    /// Sends one request and receives the whole response, whatever its status.
    ///
    /// # Errors
    /// No whole response came. The error says why, and how far the exchange had come.
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>>;
}

/// A whole response.
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The body, which may hold secrets.
    pub body: Zeroizing<Vec<u8>>,
    /// `Retry-After` in seconds (RFC 9110 §10.2.3), when the server sent one.
    pub retry_after: Option<u64>,
    /// `Date`, when the server sent one.
    pub date: Option<Timestamp>,
    /// `Location` (RFC 9110 §10.2.2), to the letter, when the server sent one.
    pub location: Option<String>,
}

/// Why no whole answer came.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TransportError {
    /// How far the exchange had come.
    pub stage: Stage,
    /// For a person; holds no secret.
    pub message: String,
}

/// How far an exchange had come when it failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stage {
    /// The request did not leave: it can be sent again safely.
    NotSent,
    /// The request may have been carried out though the answer is lost: a rotating server may have spent the token.
    Unknown,
    /// The request did not leave and will not: there is no host of this name.
    NoSuchHost,
    /// An answer came that cannot be read: too long, not HTTP, or in an unknown coding. The server may have carried the
    /// request out.
    Unreadable,
    /// The request did not leave, and these settings do not let it (a CA file that cannot be read, a proxy that is
    /// none, a server that cannot be trusted): trying again is in vain.
    Unsendable,
}

impl Response {
    /// With a body in UTF-8, as JSON has to be (RFC 8259 §8.1). What is not is replaced: a stray byte must not cost the
    /// tokens beside it, as a rotating server has spent the old one by then.
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
