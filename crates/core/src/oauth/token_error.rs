//! A server's refusal (RFC 6749 §5.2), and its meaning.

use std::fmt;

use super::entra_error::EntraError;
use super::redaction::Secrets;

/// The answer that refuses a request. The server's texts are unescaped, at most 4 KiB each, and without the secrets
/// that were sent. Escape them before printing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TokenErrorResponse {
    /// `error`.
    pub error: ErrorCode,
    /// `error_description`.
    pub error_description: Option<String>,
    /// The numbers of Entra's AADSTS errors, from `error_codes` or else from the description.
    pub error_codes: Vec<u64>,
    /// `suberror`: Entra's reason for an `invalid_grant`.
    pub suberror: Option<String>,
    /// `claims`: the claims that a sign-in must request to avoid this refusal. JSON, not validated.
    pub claims: Option<String>,
    /// `correlation_id`, with which Entra's administrators find the event.
    pub correlation_id: Option<String>,
    /// The HTTP status.
    pub status: u16,
}

impl TokenErrorResponse {
    /// Whether a sign-in helps: the refresh token is not sufficient (RFC 6749 §5.2 `invalid_grant`), or the person has
    /// to do something (OpenID Connect Core §3.1.2.6; a claims challenge). A 400 without a reason counts too, because
    /// Glewlwyd 2.7 sends it for an expired token.
    pub fn needs_interaction(&self) -> bool {
        match &self.error {
            ErrorCode::AccountSelectionRequired
            | ErrorCode::ConsentRequired
            | ErrorCode::InteractionRequired
            | ErrorCode::InvalidGrant
            | ErrorCode::LoginRequired => true,
            ErrorCode::Other(code) if code.is_empty() => self.status == 400,
            _ => self.names_refresh_token() || self.claims.is_some(),
        }
    }

    /// Whether the code itself says that the refresh token is invalid: GitHub's `bad_refresh_token`, Slack's
    /// `invalid_refresh_token`.
    fn names_refresh_token(&self) -> bool {
        matches!(self.error.as_str(), "bad_refresh_token" | "invalid_refresh_token")
    }

    /// Whether the refresh token is dead for every resource. An `invalid_grant` alone may concern only one resource or
    /// a policy, and the token still works for others.
    pub fn kills_refresh_token(&self) -> bool {
        /// Expired by age or disuse, revoked, or ended by a sign-in frequency policy.
        const DEADLY: [u64; 4] = [50_173, 70_008, 70_043, 700_082];
        self.names_refresh_token()
            || self.error == ErrorCode::InvalidGrant
                && (matches!(self.suberror.as_deref(), Some("bad_token" | "token_expired"))
                    || self.error_codes.iter().any(|code| DEADLY.contains(code)))
    }

    /// Returns the known facts about Entra's error, if it is one.
    pub fn entra_error(&self) -> Option<&'static EntraError> {
        let described = self.error_description.as_deref().map(aadsts_numbers).unwrap_or_default();
        self.error_codes.iter().chain(&described).find_map(|number| EntraError::of(*number))
    }

    /// Whether the client does not belong to the family of the redeemed refresh token.
    pub fn is_client_mismatch(&self) -> bool {
        self.suberror.as_deref() == Some("client_mismatch")
    }
}

impl fmt::Display for TokenErrorResponse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.error.as_str(), &self.error_description) {
            ("", _) => write!(formatter, "HTTP {} with no reason given", self.status),
            (code, Some(description)) => write!(formatter, "{code}: {description}"),
            (code, None) => formatter.write_str(code),
        }
    }
}

impl ErrorCode {
    /// Returns the server's code without secrets. A known code is never redacted, even if it contains a short secret.
    pub(super) fn redacted(code: String, secrets: &Secrets) -> ErrorCode {
        match ErrorCode::from(code) {
            ErrorCode::Other(code) => ErrorCode::Other(secrets.redact(code)),
            known => known,
        }
    }
}

/// Returns the numbers behind `AADSTS` in an error description.
pub(super) fn aadsts_numbers(description: &str) -> Vec<u64> {
    let numbers = description.split("AADSTS").skip(1);
    numbers
        .filter_map(|rest| rest.split(|letter: char| !letter.is_ascii_digit()).next().unwrap_or_default().parse().ok())
        .collect()
}

macro_rules! error_codes {
    ($($(#[$doc:meta])+ $name:ident = $text:literal,)+) => {
        /// `error` of a refusal.
        #[derive(Clone, Debug, Eq, PartialEq)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])+ $name,)+
            /// Any other code; empty if the server gave none.
            Other(String),
        }

        impl ErrorCode {
            /// Returns the code as sent.
            pub fn as_str(&self) -> &str {
                match self {
                    $(ErrorCode::$name => $text,)+
                    ErrorCode::Other(code) => code,
                }
            }
        }

        impl From<String> for ErrorCode {
            fn from(code: String) -> Self {
                match code.as_str() {
                    $($text => ErrorCode::$name,)+
                    _ => ErrorCode::Other(code),
                }
            }
        }
    };
}

error_codes! {
    /// RFC 6749 §4.1.2.1, RFC 8628 §3.5: the person refused.
    AccessDenied = "access_denied",
    /// OpenID Connect Core §3.1.2.6.
    AccountSelectionRequired = "account_selection_required",
    /// Entra's code instead of `access_denied`.
    AuthorizationDeclined = "authorization_declined",
    /// RFC 8628 §3.5.
    AuthorizationPending = "authorization_pending",
    /// OpenID Connect Core §3.1.2.6.
    ConsentRequired = "consent_required",
    /// RFC 8628 §3.5.
    ExpiredToken = "expired_token",
    /// OpenID Connect Core §3.1.2.6.
    InteractionRequired = "interaction_required",
    /// RFC 6749 §5.2.
    InvalidClient = "invalid_client",
    /// RFC 6749 §5.2.
    InvalidGrant = "invalid_grant",
    /// RFC 6749 §5.2.
    InvalidRequest = "invalid_request",
    /// RFC 6749 §5.2.
    InvalidScope = "invalid_scope",
    /// RFC 8707 §2.
    InvalidTarget = "invalid_target",
    /// OpenID Connect Core §3.1.2.6.
    LoginRequired = "login_required",
    /// RFC 6749 §4.1.2.1.
    ServerError = "server_error",
    /// RFC 8628 §3.5.
    SlowDown = "slow_down",
    /// RFC 6749 §4.1.2.1.
    TemporarilyUnavailable = "temporarily_unavailable",
    /// RFC 6749 §5.2.
    UnauthorizedClient = "unauthorized_client",
    /// RFC 6749 §5.2.
    UnsupportedGrantType = "unsupported_grant_type",
    /// RFC 7009 §2.2.1.
    UnsupportedTokenType = "unsupported_token_type",
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(error: &str) -> TokenErrorResponse {
        TokenErrorResponse {
            error: ErrorCode::from(error.to_owned()),
            error_description: None,
            error_codes: Vec::new(),
            suberror: None,
            claims: None,
            correlation_id: None,
            status: 400,
        }
    }

    #[test]
    fn a_code_keeps_its_text() {
        for code in ["invalid_grant", "unsupported_token_type", "made_up", ""] {
            assert_eq!(ErrorCode::from(code.to_owned()).as_str(), code);
        }
    }

    #[test]
    fn interaction_and_denial_are_told_apart() {
        for error in ["invalid_grant", "interaction_required", "consent_required", "login_required", ""] {
            assert!(refusal(error).needs_interaction(), "{error}");
        }
        for error in ["bad_refresh_token", "invalid_refresh_token"] {
            assert!(refusal(error).needs_interaction() && refusal(error).kills_refresh_token(), "{error}");
        }
        for error in ["access_denied", "authorization_declined", "invalid_client", "invalid_scope"] {
            assert!(!refusal(error).needs_interaction(), "{error}");
        }
        assert!(!TokenErrorResponse { status: 401, ..refusal("") }.needs_interaction());
        let challenged = TokenErrorResponse { claims: Some("{}".into()), ..refusal("invalid_request") };
        assert!(challenged.needs_interaction());
    }

    #[test]
    fn a_refresh_token_dies_only_of_its_own_faults() {
        let with = |suberror: Option<&str>, code| TokenErrorResponse {
            suberror: suberror.map(str::to_owned),
            error_codes: vec![code],
            ..refusal("invalid_grant")
        };
        assert!(with(Some("bad_token"), 0).kills_refresh_token());
        assert!(with(Some("token_expired"), 0).kills_refresh_token());
        for code in [700_082, 50_173, 70_043, 70_008] {
            assert!(with(None, code).kills_refresh_token(), "{code}");
        }
        assert!(!with(Some("basic_action"), 50_076).kills_refresh_token());
        assert!(!with(Some("client_mismatch"), 0).kills_refresh_token());
        assert!(with(Some("client_mismatch"), 0).is_client_mismatch());
        assert!(!refusal("invalid_grant").kills_refresh_token());
    }

    #[test]
    fn aadsts_numbers_are_found_in_descriptions() {
        assert_eq!(aadsts_numbers("AADSTS50173: revoked. See AADSTS700082, AADSTS: AADSTSx"), [50_173, 700_082]);
        assert!(aadsts_numbers("nothing").is_empty());
    }
}
