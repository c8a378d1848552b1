//! The errors of acquiring a token.

mod text;

use super::Source;
use super::granted::{not_covered, not_granted};
use super::silent::refusal::{is_answer_for_another, refused_token_type};
use crate::cache::{Account, AskedAndGranted};
use crate::oauth::{AuthorizationError, ErrorCode, IdTokenError, Remedy, RequestError, Stage, TokenErrorResponse};
use crate::store::StoreError;
use crate::types::ScopeSet;

/// Why there is no token. Each variant requires another action of the caller.
#[derive(Debug)]
#[non_exhaustive]
pub enum AcquireError {
    /// Several accounts match.
    AmbiguousAccount {
        /// The matching accounts.
        candidates: Vec<Account>,
    },
    /// The browser returned from the provider without a code for the pending request.
    AuthorizationResponse(AuthorizationError),
    /// The server or the user refused, permanently.
    Denied(Box<TokenErrorResponse>),
    /// The server refused a token for the client itself, for a managed identity, or on behalf of a user.
    TokenRequestRefused {
        /// The origin that the token would have had.
        source: Source,
        /// The server's response.
        response: Box<TokenErrorResponse>,
    },
    /// The ID token does not prove who has signed in. The tokens are not stored.
    IdToken(IdTokenError),
    /// A person has to sign in.
    InteractionRequired(InteractionRequired),
    /// Even a new token expires too early. It is cached nevertheless.
    MinValid {
        /// The lifetime of a new token in seconds.
        lifetime: u64,
        /// The required validity in seconds.
        needed: u64,
    },
    /// The provider sent no ID token, so the user is unknown. The tokens are not stored.
    NoIdToken,
    /// No account with this name is signed in.
    NoSuchAccount {
        /// The requested account.
        wanted: String,
        /// The accounts that are signed in.
        candidates: Vec<Account>,
    },
    /// The sign-in was not approved in time, or the wait was stopped.
    NotApproved,
    /// The network may not be used, and the cache has no usable token.
    Offline,
    /// The request cannot be sent with these settings. A retry does not help.
    Misconfigured {
        /// The reason.
        message: String,
    },
    /// The received token is not a bearer token and cannot be used (RFC 6749 §7.1). It is not stored.
    NotBearer {
        /// The type in the response. `Bearer` means that the token contains characters that are not allowed in a header
        /// (RFC 6750 §2.1).
        token_type: String,
    },
    /// The server did not grant these requested scopes. This is final until the server allows them.
    ScopeNotGranted {
        /// The missing scopes.
        scopes: ScopeSet,
    },
    /// Another account than the requested one has signed in. Its tokens are not stored.
    SignedInAsAnother {
        /// The requested account.
        wanted: String,
        /// The account that has signed in.
        name: String,
    },
    /// The server refused a sign-in, permanently.
    SignInRefused {
        /// The refused step.
        grant: SignInGrant,
        /// The server's response.
        response: Box<TokenErrorResponse>,
    },
    /// The cache could not be read or written.
    Store(StoreError),
    /// The server could not be reached, or cannot answer now. Nobody was signed out; a retry may help.
    Unavailable {
        /// The reason.
        message: String,
        /// The server's `Retry-After` in seconds (RFC 9110 §10.2.3).
        retry_after: Option<u64>,
    },
    /// The answer makes no sense: the endpoint does not exist, or it is a web page or a redirect. Nobody was signed
    /// out. A retry does not help.
    Unintelligible {
        /// A description of the answer.
        message: String,
    },
    /// The provider lacks a needed feature, or its metadata do not name it.
    Unsupported {
        /// The name in provider metadata, such as `device_authorization_endpoint`.
        what: &'static str,
    },
    /// The URL is not an authority, or its metadata cannot be trusted.
    WrongAuthority {
        /// The reason.
        message: String,
    },
}

/// The step of a sign-in that a server refuses.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SignInGrant {
    /// Redeeming an authorization code (RFC 6749 §4.1.3).
    AuthorizationCode,
    /// Requesting a device code (RFC 8628 §3.1).
    DeviceAuthorization,
    /// Redeeming a device code (RFC 8628 §3.4).
    DeviceCode,
}

/// Why a person has to sign in.
#[derive(Debug)]
#[non_exhaustive]
pub enum InteractionRequired {
    /// The server answered a refresh with another user's tokens.
    AnswerForAnother,
    /// No cached access token fits, and there is no refresh token.
    NoRefreshToken {
        /// The account that is signed in.
        account: Box<Account>,
    },
    /// Nobody is signed in.
    NothingCached,
    /// The server refused the refresh token (`invalid_grant`, `interaction_required`, …).
    Refused(Box<TokenErrorResponse>),
    /// The server refused to extend the sign-in to these scopes (RFC 6749 §6).
    ScopeNotCovered {
        /// The scopes that the sign-in did not include.
        scopes: ScopeSet,
        /// The server's response.
        response: Box<TokenErrorResponse>,
    },
    /// The account was signed out during the refresh.
    SignedOutMeanwhile,
}

/// The action that an error requires. The program has an exit code for each.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ErrorKind {
    /// Select another account, or name one.
    Account,
    /// Change the settings.
    Config,
    /// None: the error is final.
    Denied,
    /// Sign in.
    InteractionRequired,
    /// Require a shorter validity ([`MinValid`](crate::cache::MinValid)).
    MinValid,
    /// Check the cache.
    Store,
    /// Wait until the server can be reached.
    Unavailable,
}

impl AcquireError {
    /// Returns the action that the error requires.
    pub fn kind(&self) -> ErrorKind {
        match self {
            AcquireError::AmbiguousAccount { .. }
            | AcquireError::NoSuchAccount { .. }
            | AcquireError::SignedInAsAnother { .. } => ErrorKind::Account,
            AcquireError::TokenRequestRefused { source, response } => {
                match response.entra_error().map(|error| error.remedy) {
                    Some(Remedy::Later) => ErrorKind::Unavailable,
                    Some(Remedy::Administrator) => ErrorKind::Denied,
                    _ if source.is_for_user() && response.needs_interaction() => ErrorKind::InteractionRequired,
                    _ => ErrorKind::Denied,
                }
            }
            AcquireError::SignInRefused { response, .. } => match response.entra_error().map(|error| error.at_device) {
                Some(Remedy::Later) => ErrorKind::Unavailable,
                None if response.claims.is_some() => ErrorKind::InteractionRequired,
                _ => ErrorKind::Denied,
            },
            AcquireError::Denied(response) => match response.entra_error().map(|error| error.remedy) {
                Some(Remedy::Later) => ErrorKind::Unavailable,
                _ => ErrorKind::Denied,
            },
            AcquireError::InteractionRequired(InteractionRequired::Refused(response)) => {
                match response.entra_error().map(|error| error.remedy) {
                    Some(Remedy::Later) => ErrorKind::Unavailable,
                    Some(remedy) if !remedy.is_sign_in() => ErrorKind::Denied,
                    _ => ErrorKind::InteractionRequired,
                }
            }
            AcquireError::AuthorizationResponse(AuthorizationError::Refused(_))
            | AcquireError::IdToken(_)
            | AcquireError::NoIdToken
            | AcquireError::NotBearer { .. }
            | AcquireError::ScopeNotGranted { .. } => ErrorKind::Denied,
            AcquireError::AuthorizationResponse(_)
            | AcquireError::InteractionRequired(_)
            | AcquireError::NotApproved => ErrorKind::InteractionRequired,
            AcquireError::MinValid { .. } => ErrorKind::MinValid,
            AcquireError::Misconfigured { .. }
            | AcquireError::Unintelligible { .. }
            | AcquireError::Unsupported { .. }
            | AcquireError::WrongAuthority { .. } => ErrorKind::Config,
            AcquireError::Store(_) => ErrorKind::Store,
            AcquireError::Offline | AcquireError::Unavailable { .. } => ErrorKind::Unavailable,
        }
    }

    pub(super) fn nothing_cached() -> Self {
        AcquireError::InteractionRequired(InteractionRequired::NothingCached)
    }

    /// Whether a retry may help.
    pub fn is_retryable(&self) -> bool {
        match self {
            AcquireError::Unavailable { .. } => true,
            AcquireError::Store(error) => error.is_retryable(),
            AcquireError::Denied(_)
            | AcquireError::TokenRequestRefused { .. }
            | AcquireError::InteractionRequired(_)
            | AcquireError::SignInRefused { .. } => self.kind() == ErrorKind::Unavailable,
            AcquireError::AmbiguousAccount { .. }
            | AcquireError::AuthorizationResponse(_)
            | AcquireError::IdToken(_)
            | AcquireError::NoIdToken
            | AcquireError::MinValid { .. }
            | AcquireError::Misconfigured { .. }
            | AcquireError::NoSuchAccount { .. }
            | AcquireError::NotApproved
            | AcquireError::NotBearer { .. }
            | AcquireError::ScopeNotGranted { .. }
            | AcquireError::SignedInAsAnother { .. }
            | AcquireError::Offline
            | AcquireError::Unintelligible { .. }
            | AcquireError::Unsupported { .. }
            | AcquireError::WrongAuthority { .. } => false,
        }
    }

    /// Converts the failure of a refresh. A scope that the refresh token does not cover requires a person's consent
    /// (RFC 6749 §6: the scope must not exceed the granted ones).
    pub(super) fn from_refresh(error: RequestError) -> Self {
        match error {
            RequestError::Refused(response) if refused_token_type(&response).is_some() => {
                AcquireError::NotBearer { token_type: refused_token_type(&response).unwrap_or_default() }
            }
            RequestError::Refused(response) if is_answer_for_another(&response) => {
                AcquireError::InteractionRequired(InteractionRequired::AnswerForAnother)
            }
            RequestError::Refused(response) if response.error == ErrorCode::InvalidScope => {
                AcquireError::InteractionRequired(InteractionRequired::Refused(response))
            }
            RequestError::Unavailable {
                message,
                stage: Stage::Unknown,
                retry_after,
                status: None | Some(200..300),
            } => {
                let message = format!("{message}; where refresh tokens are rotated, this one may be spent");
                AcquireError::Unavailable { message, retry_after }
            }
            error => AcquireError::from_request(error),
        }
    }

    /// Refines the refusal of the `wanted` scopes by whether the sign-in has requested them.
    pub(super) fn about(self, wanted: &ScopeSet, known: &[AskedAndGranted]) -> Self {
        match self {
            AcquireError::InteractionRequired(InteractionRequired::Refused(response))
                if response.error == ErrorCode::InvalidScope =>
            {
                let (refused, uncovered) = (not_granted(wanted, known), not_covered(wanted, known));
                if !refused.is_empty() {
                    return AcquireError::ScopeNotGranted { scopes: refused };
                }
                AcquireError::InteractionRequired(if uncovered.is_empty() {
                    InteractionRequired::Refused(response)
                } else {
                    InteractionRequired::ScopeNotCovered { scopes: uncovered, response }
                })
            }
            other => other,
        }
    }

    /// Converts the failure of a step of a sign-in.
    pub(super) fn from_sign_in(grant: SignInGrant, error: RequestError) -> Self {
        match error {
            RequestError::Refused(response) => AcquireError::SignInRefused { grant, response },
            error => AcquireError::from_request(error),
        }
    }

    /// Converts the failure of a request for a token without a refresh token.
    pub(super) fn from_token_request(source: Source, error: RequestError) -> Self {
        match error {
            RequestError::Refused(response) => AcquireError::TokenRequestRefused { source, response },
            error => AcquireError::from_request(error),
        }
    }

    /// Converts the failure of a token request.
    pub(super) fn from_request(error: RequestError) -> Self {
        match error {
            RequestError::Refused(response) if response.needs_interaction() => {
                AcquireError::InteractionRequired(InteractionRequired::Refused(response))
            }
            RequestError::Refused(response) => AcquireError::Denied(response),
            RequestError::Unsupported { what } => AcquireError::Unsupported { what },
            RequestError::Misconfigured { message } => AcquireError::Misconfigured { message },
            RequestError::NoMetadata { message } | RequestError::WrongAuthority { message } => {
                AcquireError::WrongAuthority { message }
            }
            RequestError::NoSuchHost { message } => AcquireError::Misconfigured { message },
            RequestError::Unintelligible { message, .. } => AcquireError::Unintelligible { message },
            RequestError::InvalidClaims => AcquireError::Misconfigured { message: error.to_string() },
            RequestError::DeviceCodeExpired | RequestError::Stopped => AcquireError::NotApproved,
            RequestError::Unavailable { message, retry_after, .. } => {
                AcquireError::Unavailable { message, retry_after }
            }
        }
    }
}

/// Converts the failure of a request without a grant, such as that for the metadata.
impl From<RequestError> for AcquireError {
    fn from(error: RequestError) -> Self {
        AcquireError::from_request(error)
    }
}

impl From<StoreError> for AcquireError {
    fn from(error: StoreError) -> Self {
        AcquireError::Store(error)
    }
}

impl std::error::Error for AcquireError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            AcquireError::Store(error) => std::error::Error::source(error),
            _ => None,
        }
    }
}
