//! Why there is no token.

use super::granted::{not_covered, not_granted};
use super::refusal::{is_answer_for_another, refused_token_type};
use crate::cache::{Account, AskedAndGranted};
use crate::oauth::{AuthorizationError, ErrorCode, IdTokenError, Remedy, RequestError, Stage, TokenErrorResponse};
use crate::store::StoreError;
use crate::types::ScopeSet;

/// Why there is no token; each variant asks for something else of the caller.
#[derive(Debug)]
#[non_exhaustive]
pub enum AcquireError {
    /// More than one account fits.
    AmbiguousAccount {
        /// Those that fit.
        candidates: Vec<Account>,
    },
    /// The browser came back from the provider with something else than a code for the pending request.
    AuthorizationResponse(AuthorizationError),
    /// The server or the user refused, for good.
    Denied(Box<TokenErrorResponse>),
    /// The ID token does not prove who has signed in. Nothing of that sign-in is stored.
    IdToken(IdTokenError),
    /// Somebody has to sign in.
    InteractionRequired(InteractionRequired),
    /// Even a fresh token lives shorter than asked for. It is cached all the same.
    MinValid {
        /// Seconds that a fresh token lives.
        lifetime: u64,
        /// Seconds that were asked for.
        needed: u64,
    },
    /// The provider gave no ID token, so that nobody knows who has signed in. Nothing of that sign-in is stored.
    NoIdToken,
    /// Nobody of that name is signed in.
    NoSuchAccount {
        /// As asked for.
        wanted: String,
        /// Who is signed in.
        candidates: Vec<Account>,
    },
    /// Nobody approved the sign-in in time, or the wait was given up.
    NotApproved,
    /// The network may not be used, and the cache alone does not help.
    Offline,
    /// The request cannot be made with these settings: trying again will not help.
    Misconfigured {
        /// What is wrong.
        message: String,
    },
    /// The token that came is no bearer token, and so of no use here (RFC 6749 §7.1). It is not kept.
    NotBearer {
        /// The type that the server names. `Bearer` means that the token has characters that no header can carry (RFC 6750
        /// §2.1).
        token_type: String,
    },
    /// The server left these scopes out of what it granted, though it was asked for them: final, until it allows them.
    ScopeNotGranted {
        /// What is missing.
        scopes: ScopeSet,
    },
    /// Somebody else than was wanted has signed in. Nothing of that sign-in is stored.
    SignedInAsAnother {
        /// As asked for.
        wanted: String,
        /// Who has signed in.
        name: String,
    },
    /// The server refused a sign-in, for good.
    SignInRefused {
        /// What was refused.
        grant: SignInGrant,
        /// What the server said.
        response: Box<TokenErrorResponse>,
    },
    /// The cache could not be read or written.
    Store(StoreError),
    /// The server could not be reached, or cannot answer now. Nothing was signed out; try again.
    Unavailable {
        /// What happened.
        message: String,
        /// Seconds after which the server wants to be asked again (RFC 9110 §10.2.3).
        retry_after: Option<u64>,
    },
    /// What answers is not what was asked for: no such endpoint, a web page, a redirect. Nothing was signed out; trying
    /// again is in vain.
    Unintelligible {
        /// What came instead.
        message: String,
    },
    /// The provider lacks what is needed, or its metadata does not name it.
    Unsupported {
        /// By its name in provider metadata, as `device_authorization_endpoint`.
        what: &'static str,
    },
    /// The authority is none, or its metadata cannot be trusted.
    WrongAuthority {
        /// What is wrong.
        message: String,
    },
}

/// The step of a sign-in that a server refuses.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SignInGrant {
    /// To take an authorization code (RFC 6749 §4.1.3).
    AuthorizationCode,
    /// To give a device code (RFC 8628 §3.1).
    DeviceAuthorization,
    /// To take it (RFC 8628 §3.4).
    DeviceCode,
}

/// Why somebody has to sign in.
#[derive(Debug)]
#[non_exhaustive]
pub enum InteractionRequired {
    /// The server answered a refresh with tokens of somebody else.
    AnswerForAnother,
    /// No cached access token fits, and there is no refresh token to get another.
    NoRefreshToken {
        /// Who is signed in.
        account: Box<Account>,
    },
    /// Nobody is signed in.
    NothingCached,
    /// The server refused the refresh token (`invalid_grant`, `interaction_required`, …).
    Refused(Box<TokenErrorResponse>),
    /// The server refused to extend the sign-in to these scopes (RFC 6749 §6).
    ScopeNotCovered {
        /// What the sign-in was not for.
        scopes: ScopeSet,
        /// What the server said.
        response: Box<TokenErrorResponse>,
    },
    /// The account was signed out while its tokens were being refreshed.
    SignedOutMeanwhile,
}

/// What a failure asks of the caller: one of these for each exit code of the program.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ErrorKind {
    /// Another account, or a clear one.
    Account,
    /// Other settings.
    Config,
    /// Nothing: it is final.
    Denied,
    /// A sign-in.
    InteractionRequired,
    /// A shorter [`MinValid`](crate::cache::MinValid).
    MinValid,
    /// A look at the cache.
    Store,
    /// A network that works.
    Unavailable,
}

impl AcquireError {
    /// What the failure asks of the caller.
    pub fn kind(&self) -> ErrorKind {
        match self {
            AcquireError::AmbiguousAccount { .. }
            | AcquireError::NoSuchAccount { .. }
            | AcquireError::SignedInAsAnother { .. } => ErrorKind::Account,
            AcquireError::SignInRefused { response, .. } => match response.entra_error().map(|error| error.at_device) {
                Some(Remedy::Later) => ErrorKind::Unavailable,
                None if response.claims.is_some() => ErrorKind::InteractionRequired,
                _ => ErrorKind::Denied,
            },
            // Nobody who signs in can mend that.
            AcquireError::InteractionRequired(InteractionRequired::Refused(response))
                if response.entra_error().is_some_and(|error| error.remedy == Remedy::Administrator) =>
            {
                ErrorKind::Denied
            }
            AcquireError::AuthorizationResponse(AuthorizationError::Refused(_))
            | AcquireError::Denied(_)
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

    /// Whether trying the same again can mend it.
    pub fn is_retryable(&self) -> bool {
        match self {
            AcquireError::Unavailable { .. } => true,
            AcquireError::Store(error) => error.is_retryable(),
            AcquireError::SignInRefused { .. } => self.kind() == ErrorKind::Unavailable,
            AcquireError::AmbiguousAccount { .. }
            | AcquireError::AuthorizationResponse(_)
            | AcquireError::Denied(_)
            | AcquireError::IdToken(_)
            | AcquireError::InteractionRequired(_)
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

    /// How a failed refresh is to be taken. A scope that the refresh token does not cover wants a person's consent
    /// (RFC 6749 §6: the scope must not exceed what was granted).
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
            RequestError::Unavailable { message, stage: Stage::Unknown, retry_after, status: None } => {
                let message = format!("{message}; where refresh tokens are rotated, this one may be spent");
                AcquireError::Unavailable { message, retry_after }
            }
            // The endpoint has worked before: what it says now is the fault of a server that is not well.
            RequestError::Unintelligible { message, status: 200..300 } => {
                let message = format!("{message}; where refresh tokens are rotated, this one may be spent");
                AcquireError::Unavailable { message, retry_after: None }
            }
            error => AcquireError::from_request(error),
        }
    }

    /// A refusal of the `wanted` scopes, told by what is known of the sign-in: whether it was asked for them.
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

    /// How a failed step of a sign-in is to be taken.
    pub(super) fn from_sign_in(grant: SignInGrant, error: RequestError) -> Self {
        match error {
            RequestError::Refused(response) => AcquireError::SignInRefused { grant, response },
            error => AcquireError::from_request(error),
        }
    }

    /// How a failed request for tokens is to be taken.
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
