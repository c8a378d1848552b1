//! Authorization requests and the codes that answer them.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokcache_core::oauth::url::{bare_host, is_loopback, parse_secure};
use tokcache_core::time::Timestamp;

use crate::form::Form;
use crate::people::Person;
use crate::refusal::{Refusal, refuse};

/// A valid authorization request (RFC 6749 §4.1.1).
pub(crate) struct AuthorizationRequest {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) scope: String,
    state: String,
    pub(crate) nonce: String,
    pub(crate) code_challenge: String,
}

/// A code that was issued.
pub(crate) struct Code {
    pub(crate) request: AuthorizationRequest,
    pub(crate) person: &'static Person,
    pub(crate) issued_at: Timestamp,
    /// The sign-in that the code was redeemed for.
    pub(crate) sign_in: Option<usize>,
}

impl AuthorizationRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// The request is not valid. The browser must not be redirected then.
    pub(crate) fn parse(query: &Form) -> Result<Self, Refusal> {
        let field = |name: &str| query.field(name).to_owned();
        let request = AuthorizationRequest {
            client_id: field("client_id"),
            redirect_uri: field("redirect_uri"),
            scope: field("scope"),
            state: field("state"),
            nonce: field("nonce"),
            code_challenge: field("code_challenge"),
        };
        if request.client_id.is_empty() {
            return refuse("invalid_request", "client_id is missing");
        }
        if !is_on_this_machine(&request.redirect_uri) {
            return refuse(
                "invalid_request",
                "redirect_uri must be a URL of this machine, such as http://127.0.0.1:8080",
            );
        }
        if query.field("response_type") != "code" {
            return refuse("unsupported_response_type", "response_type must be code");
        }
        if request.code_challenge.is_empty() || query.field("code_challenge_method") != "S256" {
            return refuse("invalid_request", "PKCE with S256 is required");
        }
        Ok(request)
    }

    /// Returns the URL with the answer to the client, and with the issuer (RFC 9207).
    pub(crate) fn redirect(&self, issuer: &str, outcome: (&str, &str)) -> String {
        with_query(&self.redirect_uri, &[outcome, ("state", &self.state), ("iss", issuer)])
    }
}

/// Returns whether browsers may be sent to the URL.
pub(crate) fn is_on_this_machine(url: &str) -> bool {
    parse_secure(url).is_ok_and(|url| is_loopback(bare_host(&url)))
}

/// Adds fields to the query of a URL.
pub(crate) fn with_query(url: &str, fields: &[(&str, &str)]) -> String {
    let encode = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
    let fields = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&");
    format!("{url}{}{fields}", if url.contains('?') { '&' } else { '?' })
}
