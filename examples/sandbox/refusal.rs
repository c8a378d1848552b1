//! Error responses.

use ring::error::Unspecified;
use serde_json::Value;

/// An error response (RFC 6749 §5.2).
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) error: &'static str,
    pub(crate) description: &'static str,
}

/// The answer of an endpoint.
pub(crate) type Reply = Result<Value, Refusal>;

/// Returns an error response.
pub(crate) fn refuse<T>(error: &'static str, description: &'static str) -> Result<T, Refusal> {
    Err(Refusal { error, description })
}

impl From<Unspecified> for Refusal {
    fn from(_: Unspecified) -> Self {
        Refusal { error: "server_error", description: "the system has no randomness" }
    }
}
