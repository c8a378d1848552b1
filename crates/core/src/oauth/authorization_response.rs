//! The authorization response that the browser delivers, RFC 6749 §4.1.2.

use std::collections::BTreeMap;
use std::fmt;

use percent_encoding::percent_decode;
use zeroize::Zeroizing;

use super::issuer;
use super::message::ClientContext;
use super::pending_authorization::PendingAuthorization;
use super::redaction::Secrets;
use super::token_error::ErrorCode;
use crate::secret::{AuthorizationCode, State};

/// The maximum length in bytes. A code of Entra ID has about 1,500.
const LONGEST: usize = 64 * 1024;

/// A successful response that belongs to the request.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AuthorizationResponse {
    /// `code`, to be redeemed at once ([`AuthorizationCodeRequest`](super::AuthorizationCodeRequest)).
    pub code: AuthorizationCode,
}

/// Why a response is invalid or a refusal. No variant contains a secret.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum AuthorizationError {
    /// The pending request belongs to another client or authority.
    AnotherClient,
    /// A parameter is repeated (RFC 6749 §3.1).
    DuplicateParameter,
    /// The response names another issuer: it may be an attacker's (the mix-up attack, RFC 9207 §2.4).
    IssuerMismatch,
    /// The response names no issuer, although the provider says that it always does (RFC 9207 §2.4).
    IssuerMissing,
    /// The text is not a form, not UTF-8, or too long.
    Malformed,
    /// The response has neither a code nor an error.
    NoCode,
    /// The provider refused the request.
    Refused(Box<AuthorizationErrorResponse>),
    /// The response does not belong to this session: its `state` differs or is missing (RFC 6749 §10.12).
    StateMismatch,
}

/// The provider's refusal, RFC 6749 §4.1.2.1. The server's texts are unescaped, at most 4 KiB each, and without the
/// secrets that were sent. Escape them before printing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AuthorizationErrorResponse {
    /// `error`.
    pub error: ErrorCode,
    /// `error_description`.
    pub error_description: Option<String>,
    /// `error_uri`: a page about the error.
    pub error_uri: Option<String>,
}

impl AuthorizationResponse {
    /// Parses the query of the redirect URI, or the form that was posted to it, as it was received. `pending` comes
    /// from the same browser's session.
    ///
    /// First compares the `state`, so that nothing of a forged response is trusted, and then the issuer, so that no
    /// code goes to the wrong provider.
    ///
    /// # Errors
    /// The response has no code that belongs to the request.
    pub fn parse(
        parameters: &str,
        client: ClientContext<'_>,
        pending: &PendingAuthorization,
    ) -> Result<AuthorizationResponse, AuthorizationError> {
        if pending.authority != client.authority.url() || pending.client_id != *client.client_id {
            return Err(AuthorizationError::AnotherClient);
        }
        let parameters = Parameters::parse(parameters)?;
        if parameters.state().is_none_or(|state| state != pending.state) {
            return Err(AuthorizationError::StateMismatch);
        }
        let (issuer, authority) = (client.endpoints.issuer.as_deref(), client.authority);
        match parameters.get("iss") {
            Some(iss) if issuer::is_of_response(iss, issuer, authority) => {}
            Some(_) => return Err(AuthorizationError::IssuerMismatch),
            None if client.endpoints.authorization_response_iss_parameter_supported => {
                return Err(AuthorizationError::IssuerMissing);
            }
            None => {}
        }
        let code = parameters.get("code");
        if let Some(error) = parameters.get("error") {
            let mut secrets = vec![pending.state.expose(), pending.nonce.expose(), pending.code_verifier.expose()];
            secrets.extend(code);
            let secrets = Secrets::new(&secrets);
            let say = |name| parameters.get(name).map(|text| secrets.redact(text.to_owned()));
            return Err(AuthorizationError::Refused(Box::new(AuthorizationErrorResponse {
                error: ErrorCode::redacted(error.to_owned(), &secrets),
                error_description: say("error_description"),
                error_uri: say("error_uri"),
            })));
        }
        let code = code.map(AuthorizationCode::new).ok_or(AuthorizationError::NoCode)?;
        Ok(AuthorizationResponse { code })
    }

    /// Returns the `state` of a response, for finding its request in a session with several pending ones. Verifies
    /// nothing.
    pub fn state_of(parameters: &str) -> Option<State> {
        Parameters::parse(parameters).ok()?.state()
    }
}

/// The decoded parameters.
struct Parameters(BTreeMap<String, Zeroizing<String>>);

impl Parameters {
    fn parse(text: &str) -> Result<Parameters, AuthorizationError> {
        let text = text.strip_prefix('?').unwrap_or(text);
        if text.len() > LONGEST {
            return Err(AuthorizationError::Malformed);
        }
        let mut parameters = BTreeMap::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if parameters.insert(decoded(name)?.to_string(), decoded(value)?).is_some() {
                return Err(AuthorizationError::DuplicateParameter);
            }
        }
        Ok(Parameters(parameters))
    }

    /// Returns a parameter. An empty value counts as missing (RFC 6749 §3.1).
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.as_str()).filter(|value| !value.is_empty())
    }

    fn state(&self) -> Option<State> {
        self.get("state").map(State::new)
    }
}

fn decoded(encoded: &str) -> Result<Zeroizing<String>, AuthorizationError> {
    let spaced = Zeroizing::new(encoded.replace('+', " "));
    let decoded = percent_decode(spaced.as_bytes()).decode_utf8();
    decoded.map(|text| Zeroizing::new(text.into_owned())).map_err(|_| AuthorizationError::Malformed)
}

impl fmt::Display for AuthorizationError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            AuthorizationError::AnotherClient => "the sign-in was started at another authority or by another client",
            AuthorizationError::DuplicateParameter => "the authorization response has a parameter twice",
            AuthorizationError::IssuerMismatch => "the authorization response names another issuer",
            AuthorizationError::IssuerMissing => "the authorization response does not name its issuer",
            AuthorizationError::Malformed => "the authorization response cannot be read",
            AuthorizationError::NoCode => "the authorization response has neither a code nor an error",
            AuthorizationError::Refused(refusal) => return refusal.fmt(formatter),
            AuthorizationError::StateMismatch => "the authorization response does not belong to this session",
        })
    }
}

impl std::error::Error for AuthorizationError {}

impl fmt::Display for AuthorizationErrorResponse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.error.as_str())?;
        match &self.error_description {
            Some(description) => write!(formatter, ": {description}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
