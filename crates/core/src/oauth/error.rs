//! Why a request failed, and the interpretation of unsuccessful answers.

use std::fmt;

use super::endpoint::Endpoint;
use super::http::{Response, Stage, TransportError};
use super::json::Members;
use super::redaction::Secrets;
use super::token_error::{ErrorCode, TokenErrorResponse, aadsts_numbers};

/// The failure of one exchange with a provider. No variant contains a secret.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum RequestError {
    /// The device code expired before it was approved (RFC 8628 §3.5).
    DeviceCodeExpired,
    /// The `claims` to be sent are not a JSON object.
    InvalidClaims,
    /// The settings are wrong, so no request can be sent.
    Misconfigured {
        /// The reason, for people.
        message: String,
    },
    /// There is no provider metadata at the authority (OpenID Connect Discovery 1.0, RFC 8414).
    NoMetadata {
        /// A description of the actual answer, for people; server-chosen in part.
        message: String,
    },
    /// The host of the URL does not exist.
    NoSuchHost {
        /// The name, for people.
        message: String,
    },
    /// The server refused the request. A repetition without a change does not help.
    Refused(Box<TokenErrorResponse>),
    /// The caller stopped waiting.
    Stopped,
    /// The answer makes no sense. The error does not repeat its body, which may contain secrets. With a success status,
    /// the server may have processed the request.
    Unintelligible {
        /// The reason, for people; server-chosen in part.
        message: String,
        /// The HTTP status; 200 for an unreadable answer.
        status: u16,
    },
    /// There is no answer, or one that means "later": 408, 425, 429, 5xx, `temporarily_unavailable`, `server_error`.
    /// Only for this failure a retry can help.
    Unavailable {
        /// The reason, for people; server-chosen in part.
        message: String,
        /// The progress of the request; [`Stage::Unknown`] if there was an answer.
        stage: Stage,
        /// The server's `Retry-After` in seconds.
        retry_after: Option<u64>,
        /// The HTTP status, if there was an answer.
        status: Option<u16>,
    },
    /// The provider has no such endpoint, or its metadata do not name it. The user can name it.
    Unsupported {
        /// The name in provider metadata, such as `device_authorization_endpoint`.
        what: &'static str,
    },
    /// The URL is not an authority, or its metadata cannot be trusted.
    WrongAuthority {
        /// The reason, for people; server-chosen in part.
        message: String,
    },
}

impl RequestError {
    /// Interprets an unsuccessful answer. Removes `secrets` from the server's texts.
    pub(super) fn of(response: &Response, secrets: &Secrets) -> RequestError {
        let status = response.status;
        let members = Members::parse(&response.body);
        let say = |name: &str| members.as_ref()?.string(name).map(|text| secrets.redact(text));
        let error = members.as_ref().and_then(|members| members.string("error"));
        let error = error.map(|code| ErrorCode::redacted(code, secrets));
        let error_description = say("error_description");

        if is_transient(status, error.as_ref()) {
            let words = [error.as_ref().map(ErrorCode::as_str), error_description.as_deref()];
            let message = words.into_iter().flatten().fold(format!("HTTP {status}"), |all, word| all + ": " + word);
            return RequestError::Unavailable {
                message,
                stage: Stage::Unknown,
                retry_after: response.retry_after,
                status: Some(status),
            };
        }
        if status == 511 {
            let message =
                "HTTP 511: this network wants you to sign in to it first: open any page in a browser".to_owned();
            let stage = Stage::Unknown;
            return RequestError::Unavailable { message, stage, retry_after: None, status: Some(status) };
        }
        // A page of a web framework may contain an `error` that is not OAuth's.
        let error = error.filter(|error| !(is_of_address(status) && matches!(error, ErrorCode::Other(_))));
        let is_wordless = response.body.trim_ascii().is_empty() && matches!(status, 400 | 401);
        let Some(error) = error.or_else(|| is_wordless.then(|| ErrorCode::Other(String::new()))) else {
            return RequestError::unintelligible(response, secrets);
        };
        let mut error_codes = members.as_ref().map(|members| members.numbers("error_codes")).unwrap_or_default();
        if error_codes.is_empty() {
            error_codes = error_description.as_deref().map(aadsts_numbers).unwrap_or_default();
        }
        RequestError::Refused(Box::new(TokenErrorResponse {
            error,
            error_description,
            error_codes,
            suberror: say("suberror"),
            claims: say("claims"),
            correlation_id: say("correlation_id"),
            status,
        }))
    }

    /// Converts the failure of an exchange without an answer. Removes `secrets` from the transport's message.
    pub(super) fn in_transit(error: TransportError, secrets: &Secrets) -> RequestError {
        RequestError::from(TransportError { message: secrets.redact(error.message), ..error })
    }

    /// Describes an answer that makes no sense. Removes `secrets` from the server's texts.
    pub(super) fn unintelligible(response: &Response, secrets: &Secrets) -> RequestError {
        let status = response.status;
        let words = Members::parse(&response.body)
            .and_then(|members| members.string("error").or_else(|| members.string("message")))
            .filter(|_| is_of_address(status));
        let what = match (status, response.body.trim_ascii().first()) {
            (300..400, _) => redirect(response.location.as_deref()),
            (405, _) => "this address takes no such request".to_owned(),
            (_, None) => "an empty answer".to_owned(),
            (200..300, Some(b'<')) => {
                "a web page where JSON was expected: either the address is not the right one, or \
                this network wants you to sign in to it first"
                    .to_owned()
            }
            (_, Some(b'<')) => "a web page where JSON was expected".to_owned(),
            _ => words.unwrap_or_else(|| "an answer that is not what was asked for".to_owned()),
        };
        RequestError::Unintelligible { message: secrets.redact(format!("HTTP {status}: {what}")), status }
    }

    /// Adds the endpoint that gave an unintelligible answer, because its address may be wrong.
    pub(super) fn at(self, endpoint: &Endpoint) -> RequestError {
        let RequestError::Unintelligible { message, status } = self else { return self };
        let url = endpoint.as_str().split('?').next().unwrap_or_default();
        let by_hand = if endpoint.is_told_by_provider() { "" } else { "; this address was named by hand: check it" };
        RequestError::Unintelligible { message: format!("{url} answered {message}{by_hand}"), status }
    }

    /// Whether a retry can help.
    pub fn is_retryable(&self) -> bool {
        match self {
            RequestError::Unavailable { .. } => true,
            RequestError::DeviceCodeExpired
            | RequestError::InvalidClaims
            | RequestError::Misconfigured { .. }
            | RequestError::NoMetadata { .. }
            | RequestError::NoSuchHost { .. }
            | RequestError::Refused(_)
            | RequestError::Stopped
            | RequestError::Unintelligible { .. }
            | RequestError::Unsupported { .. }
            | RequestError::WrongAuthority { .. } => false,
        }
    }

    /// Whether the address does not exist at the server. Then no token was redeemed, and the provider may have moved
    /// the endpoint.
    pub fn is_of_address(&self) -> bool {
        match self {
            RequestError::NoSuchHost { .. } => true,
            RequestError::Unintelligible { status, .. } => is_of_address(*status) || (300..400).contains(status),
            _ => false,
        }
    }
}

/// Whether the status means that the address does not exist or is of another kind (RFC 9110 §15).
fn is_of_address(status: u16) -> bool {
    matches!(status, 404 | 405 | 410 | 501)
}

/// Returns the target of a redirect, without the parts that may be secret.
fn redirect(location: Option<&str>) -> String {
    let target = location.and_then(|location| location.split(['?', '#']).next()).filter(|target| !target.is_empty());
    match target.filter(|target| !target.contains('@')) {
        Some(target) => format!("a redirect to {target}, which is not followed"),
        None => "a redirect, which is not followed".to_owned(),
    }
}

impl From<TransportError> for RequestError {
    fn from(error: TransportError) -> Self {
        let TransportError { stage, message } = error;
        match stage {
            Stage::Unsendable => RequestError::Misconfigured { message },
            Stage::NoSuchHost => RequestError::NoSuchHost { message },
            Stage::Unreadable => RequestError::Unintelligible { message, status: 200 },
            stage @ (Stage::NotSent | Stage::Unknown) => {
                RequestError::Unavailable { message, stage, retry_after: None, status: None }
            }
        }
    }
}

/// Whether the same request may succeed later. The answers to a polling device are final in this sense, whatever the
/// status.
fn is_transient(status: u16, error: Option<&ErrorCode>) -> bool {
    match error {
        Some(ErrorCode::ServerError | ErrorCode::TemporarilyUnavailable) => true,
        Some(ErrorCode::AuthorizationPending | ErrorCode::ExpiredToken | ErrorCode::SlowDown) => false,
        // 501: not implemented; 505: HTTP version not supported; 511: the network requires a sign-in.
        _ => matches!(status, 408 | 425 | 429 | 500..) && !matches!(status, 501 | 505 | 511),
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RequestError::DeviceCodeExpired => formatter.write_str("the code expired before it was approved"),
            RequestError::InvalidClaims => formatter.write_str("the claims are not a JSON object"),
            RequestError::Refused(refusal) => refusal.fmt(formatter),
            RequestError::Stopped => formatter.write_str("stopped"),
            RequestError::Misconfigured { message }
            | RequestError::NoMetadata { message }
            | RequestError::NoSuchHost { message }
            | RequestError::Unavailable { message, .. }
            | RequestError::Unintelligible { message, .. }
            | RequestError::WrongAuthority { message } => formatter.write_str(message),
            RequestError::Unsupported { what } => write!(formatter, "the provider names no {what}"),
        }
    }
}

impl std::error::Error for RequestError {}

#[cfg(test)]
mod tests;
