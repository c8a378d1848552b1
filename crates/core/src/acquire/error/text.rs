//! The error messages. The message of a refusal names the refused thing: a refresh token, a device code, a client.

use std::fmt;

use crate::acquire::{AcquireError, InteractionRequired, SignInGrant, Source};
use crate::cache::Account;
use crate::oauth::{ErrorCode, Remedy, TokenErrorResponse};

impl fmt::Display for AcquireError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AcquireError::AmbiguousAccount { candidates } => {
                write!(formatter, "{} accounts are signed in: {}", candidates.len(), names(candidates))
            }
            AcquireError::AuthorizationResponse(error) => write!(formatter, "the sign-in cannot be finished: {error}"),
            AcquireError::Denied(response) => {
                write!(formatter, "the server refused the request: {}{}", Told(response), missing_secret(response))
            }
            AcquireError::TokenRequestRefused { source, response } => {
                let refused = match source {
                    _ if matches!(response.error, ErrorCode::InvalidScope | ErrorCode::InvalidTarget) => "the scopes",
                    source if source.is_for_user() => "the user's token",
                    Source::ManagedIdentity => "a token for the managed identity",
                    _ => "the application",
                };
                write!(formatter, "the server refused {refused}: {}{}", Told(response), missing_secret(response))
            }
            AcquireError::IdToken(error) => write!(formatter, "the ID token is not valid: {error}"),
            AcquireError::InteractionRequired(why) => why.fmt(formatter),
            AcquireError::MinValid { lifetime, needed } => {
                write!(formatter, "a fresh token is valid for {lifetime} s, and {needed} s were asked for")
            }
            AcquireError::NoIdToken => formatter.write_str(
                "the provider gave no ID token, so that nobody knows who has signed in: ask for the scope openid",
            ),
            AcquireError::NoSuchAccount { wanted, candidates } if candidates.is_empty() => {
                write!(formatter, "no account {wanted:?} is signed in")
            }
            AcquireError::NoSuchAccount { wanted, candidates } => {
                write!(formatter, "no account {wanted:?} is signed in; there is {}", names(candidates))
            }
            AcquireError::NotApproved => formatter.write_str("nobody approved the sign-in in time"),
            AcquireError::Offline => formatter.write_str("no usable token is cached, and the network may not be used"),
            AcquireError::NotBearer { token_type } if token_type.eq_ignore_ascii_case("Bearer") => formatter.write_str(
                "the server issued an access token with characters that no header can carry (RFC 6750 2.1); it was not kept",
            ),
            AcquireError::NotBearer { token_type } if token_type.eq_ignore_ascii_case("DPoP") => {
                write!(formatter, "the server issued a token that is bound to a key; it was not kept. {NO_PROOF}")
            }
            AcquireError::NotBearer { token_type } => write!(
                formatter,
                "the server issued a token of the type {token_type:?}, and only bearer tokens can be used here (RFC 6749 7.1); \
                 it was not kept"
            ),
            AcquireError::ScopeNotGranted { scopes } => {
                write!(formatter, "the server did not grant {scopes}")
            }
            AcquireError::SignedInAsAnother { wanted, name } => {
                write!(formatter, "{name} has signed in, and not {wanted}; nothing of that sign-in is kept")
            }
            AcquireError::SignInRefused { grant, response } => {
                let (refused, missing) = (refused(*grant, response), missing_secret(response));
                write!(formatter, "{refused}: {}{missing}", Told(response))?;
                match response.entra_error().map(|error| error.at_device) {
                    Some(Remedy::AnotherFlow) => formatter.write_str(
                        "; sign in in a way that the policy allows, such as in a browser on a device of the \
                         organisation: after az login, --profile azure-cli uses that sign-in",
                    ),
                    Some(Remedy::Administrator) => formatter.write_str("; ask an administrator of the tenant"),
                    _ => Ok(()),
                }
            }
            AcquireError::Store(error) => error.fmt(formatter),
            AcquireError::Unavailable { message, retry_after: Some(seconds) } => {
                write!(formatter, "{message}; the server wants to be asked again in {seconds} s")
            }
            AcquireError::Misconfigured { message }
            | AcquireError::Unavailable { message, retry_after: None }
            | AcquireError::Unintelligible { message }
            | AcquireError::WrongAuthority { message } => formatter.write_str(message),
            AcquireError::Unsupported { what } => write!(formatter, "the provider names no {what}"),
        }
    }
}

impl fmt::Display for InteractionRequired {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InteractionRequired::AnswerForAnother => formatter.write_str(
                "the server answered the refresh for somebody else: the issuer or subject of its ID token is not that of \
                 the sign-in; nothing of the answer was kept",
            ),
            InteractionRequired::NoRefreshToken { account } => write!(
                formatter,
                "{} is signed in, but no cached token fits, and there is no refresh token to get another",
                name(account)
            ),
            InteractionRequired::NothingCached => formatter.write_str("nobody is signed in"),
            InteractionRequired::Refused(response) if response.error == ErrorCode::InvalidScope => {
                write!(formatter, "the server refused the scopes: {response}")
            }
            InteractionRequired::Refused(response) => {
                write!(formatter, "the server refused the refresh token: {}", Told(response))?;
                // Entra sends the reason.
                let says_why = response.suberror.is_some() || !response.error_codes.is_empty();
                let says_why = says_why || response.entra_error().is_some();
                if response.error == ErrorCode::InvalidGrant && !says_why {
                    formatter.write_str(
                        "; it was revoked, has expired, or a process that had renewed it died before it could save",
                    )?;
                }
                Ok(())
            }
            InteractionRequired::ScopeNotCovered { scopes, response } => {
                write!(formatter, "this sign-in does not cover {scopes} ({response})")
            }
            InteractionRequired::SignedOutMeanwhile => formatter.write_str("the account was signed out meanwhile"),
        }
    }
}

/// Why a token that is bound to a key cannot be used.
const NO_PROOF: &str = "Each use of such a token needs a proof of possession (DPoP, RFC 9449), which a printed token \
                        cannot carry. Only a command that sends the request itself, as `curl` does, could make one, \
                        and none does yet: register the client without DPoP";

/// A refusal, with the known cause of Entra's error first.
struct Told<'a>(&'a TokenErrorResponse);

impl fmt::Display for Told<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Told(response) = self;
        if let Some(error) = response.entra_error() {
            write!(formatter, "{} (AADSTS{}): ", error.cause, error.number)?;
        }
        response.fmt(formatter)?;
        if matches!(response.error.as_str(), "invalid_dpop_proof" | "use_dpop_nonce") {
            write!(formatter, ". The server issues only tokens that are bound to a key. {NO_PROOF}")?;
        }
        Ok(())
    }
}

/// Returns the meaning of a refused step of a sign-in.
fn refused(grant: SignInGrant, response: &TokenErrorResponse) -> &'static str {
    match (&response.error, grant) {
        (ErrorCode::AccessDenied | ErrorCode::AuthorizationDeclined, _) => "the sign-in was declined",
        (ErrorCode::InvalidGrant, SignInGrant::AuthorizationCode) if response.entra_error().is_none() => {
            "the server does not take the authorization code any more, which has expired or was used already"
        }
        (ErrorCode::UnauthorizedClient | ErrorCode::UnsupportedGrantType, SignInGrant::AuthorizationCode) => {
            "this client may not sign in by authorization code"
        }
        (ErrorCode::InvalidGrant, SignInGrant::DeviceCode) if response.entra_error().is_none() => {
            "the server does not take the device code any more, which has expired or was used already"
        }
        (ErrorCode::InvalidClient, _) => "the server does not accept the client",
        (ErrorCode::UnauthorizedClient | ErrorCode::UnsupportedGrantType, _) => {
            "this client may not sign in by device code"
        }
        (ErrorCode::InvalidScope | ErrorCode::InvalidTarget, _) => "the server refused the scopes",
        _ => "the server refused the sign-in",
    }
}

/// Returns a hint if the server requires a client secret, as Google does even for devices.
fn missing_secret(response: &TokenErrorResponse) -> &'static str {
    let is_of_client =
        matches!(response.error, ErrorCode::InvalidClient | ErrorCode::InvalidRequest | ErrorCode::UnauthorizedClient);
    let said = response.error_description.as_deref().unwrap_or_default().to_ascii_lowercase();
    let names_secret = ["client_secret", "client secret", "client authentication", "client credentials"]
        .iter()
        .any(|words| said.contains(words));
    if is_of_client && names_secret && response.entra_error().is_none() {
        "; the server wants the secret of the client: save it in a file, and add --client-secret-file PATH"
    } else {
        ""
    }
}

fn names(accounts: &[Account]) -> String {
    let names: Vec<_> = accounts.iter().map(name).collect();
    names.join(", ")
}

fn name(account: &Account) -> String {
    match account.username.as_str() {
        "" => account.home_account_id.to_string(),
        username => format!("{username} ({})", account.home_account_id),
    }
}
