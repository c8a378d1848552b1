//! The challenges of a resource server: the `WWW-Authenticate` header (RFC 9110 §11.6.1), as far as it says which token
//! is needed.

use std::fmt;

use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, Engine as _};
use base64::{alphabet, prelude::BASE64_STANDARD};

use super::json::Members;
use crate::types::ScopeSet;

/// An upper bound for the header, in bytes. Servers send at most a few KiB.
const LONGEST_HEADER: usize = 65_536;

/// base64url, with or without padding.
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The token that a resource server wants (RFC 6750 §3), by its first `Bearer` challenge.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Challenge {
    /// `error`, such as `invalid_token`, `insufficient_scope` or Entra's `insufficient_claims`.
    pub error: Option<String>,
    /// `scope`: the scopes that the token needs.
    pub scopes: ScopeSet,
    /// `resource`: the resource that the token is for, as Azure Key Vault names it.
    pub resource: Option<String>,
    /// `resource_metadata`: the address of the metadata of the resource (RFC 9728 §5.1).
    pub resource_metadata: Option<String>,
    /// `claims`: the claims that the token needs, a JSON object (OpenID Connect Core §5.5). Entra's base64 is decoded.
    pub claims: Option<String>,
}

/// Why a header is no challenge for a bearer token.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ChallengeError {
    /// The header does not follow RFC 9110 §11.6.1.
    Malformed,
    /// `claims` is neither a JSON object nor base64 of one.
    Claims,
    /// No challenge has the scheme `Bearer`.
    NoBearer,
    /// The header is longer than 64 KiB.
    TooLong,
}

impl fmt::Display for ChallengeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            ChallengeError::Malformed => "it is not a WWW-Authenticate header (RFC 9110 11.6.1)",
            ChallengeError::Claims => "its claims are neither JSON nor base64 of JSON",
            ChallengeError::NoBearer => "it has no Bearer challenge",
            ChallengeError::TooLong => "it is longer than 64 KiB",
        })
    }
}

impl std::error::Error for ChallengeError {}

impl Challenge {
    /// Parses a header, with or without `WWW-Authenticate:` before it. It may contain several challenges, also of other
    /// schemes.
    ///
    /// # Errors
    /// The text is not such a header, or has no challenge for a bearer token.
    pub fn parse(header: &str) -> Result<Challenge, ChallengeError> {
        if header.len() > LONGEST_HEADER {
            return Err(ChallengeError::TooLong);
        }
        let challenges = Scanner { rest: without_name(header) }.challenges().ok_or(ChallengeError::Malformed)?;
        let is_bearer = |scheme: &&RawChallenge<'_>| scheme.scheme.eq_ignore_ascii_case("Bearer");
        challenges.iter().find(is_bearer).ok_or(ChallengeError::NoBearer)?.read()
    }

    /// Whether the server wants a token with more scopes (RFC 6750 §3.1).
    pub fn wants_more_scopes(&self) -> bool {
        self.error.as_deref() == Some("insufficient_scope")
    }

    /// Whether the server refused the token that was sent, as one that has expired or was revoked.
    pub fn refuses_token(&self) -> bool {
        self.error.as_deref() == Some("invalid_token")
    }
}

/// Returns the value of the header field.
fn without_name(header: &str) -> &str {
    const NAME: &str = "WWW-Authenticate";
    match header.split_once(':') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case(NAME) => value,
        _ => header,
    }
}

/// A challenge with its parameters. Those of a `token68` are none.
struct RawChallenge<'h> {
    scheme: &'h str,
    parameters: Vec<(&'h str, String)>,
}

impl RawChallenge<'_> {
    fn read(&self) -> Result<Challenge, ChallengeError> {
        let value = |name: &str| {
            let found = self.parameters.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
        };
        Ok(Challenge {
            error: value("error").map(str::to_owned),
            scopes: ScopeSet::parse(value("scope").unwrap_or_default()),
            resource: value("resource").map(str::to_owned),
            resource_metadata: value("resource_metadata").map(str::to_owned),
            claims: value("claims").map(|claims| claims_of(claims).ok_or(ChallengeError::Claims)).transpose()?,
        })
    }
}

/// Returns the JSON object, decoded from base64 if necessary.
fn claims_of(text: &str) -> Option<String> {
    let claims = match text.starts_with('{') {
        true => text.to_owned(),
        false => {
            let decoded = BASE64_STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).ok()?;
            String::from_utf8(decoded).ok()?
        }
    };
    Members::parse(claims.as_bytes()).is_some().then_some(claims)
}

/// Reads a header from the front.
struct Scanner<'h> {
    rest: &'h str,
}

impl<'h> Scanner<'h> {
    /// Returns the challenges; `None` if the header is malformed. A comma separates challenges and parameters alike: a
    /// name without `=` begins a challenge.
    fn challenges(mut self) -> Option<Vec<RawChallenge<'h>>> {
        let mut challenges: Vec<RawChallenge<'h>> = Vec::new();
        loop {
            self.rest = self.rest.trim_start_matches([',', ' ', '\t']);
            if self.rest.is_empty() {
                return (!challenges.is_empty()).then_some(challenges);
            }
            let name = self.take_while(is_token)?;
            let after_name = self.rest;
            self.skip_blanks();
            if let Some(value) = self.rest.strip_prefix('=') {
                self.rest = value;
                self.skip_blanks();
                let value = self.value()?;
                challenges.last_mut()?.parameters.push((name, value));
                self.end_of_element()?;
            } else {
                challenges.push(RawChallenge { scheme: name, parameters: Vec::new() });
                // At least one blank separates the scheme from its parameters.
                if after_name.len() == self.rest.len() {
                    self.end_of_element()?;
                } else {
                    self.skip_token68();
                }
            }
        }
    }

    fn take_while(&mut self, is_wanted: impl Fn(char) -> bool) -> Option<&'h str> {
        let end = self.rest.find(|letter| !is_wanted(letter)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(taken).filter(|taken| !taken.is_empty())
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    /// Makes sure that a comma or the end follows.
    fn end_of_element(&mut self) -> Option<()> {
        self.skip_blanks();
        (self.rest.is_empty() || self.rest.starts_with(',')).then_some(())
    }

    /// Skips a `token68`, such as that of `Negotiate`, which a comma or the end follows.
    fn skip_token68(&mut self) {
        let is_token68 = |letter: char| letter.is_ascii_alphanumeric() || "-._~+/".contains(letter);
        let mut ahead = Scanner { rest: self.rest.trim_start_matches(is_token68).trim_start_matches('=') };
        if ahead.end_of_element().is_some() {
            self.rest = ahead.rest;
        }
    }

    /// Reads a `token` or a `quoted-string`. Base64 without quotes, which is no token, is accepted.
    fn value(&mut self) -> Option<String> {
        let Some(quoted) = self.rest.strip_prefix('"') else {
            return self.take_while(|letter| !", \t\"".contains(letter)).map(str::to_owned);
        };
        let mut value = String::new();
        let mut letters = quoted.char_indices();
        loop {
            match letters.next()? {
                (at, '"') => {
                    self.rest = &quoted[at + 1..];
                    return Some(value);
                }
                (_, '\\') => value.push(letters.next()?.1),
                (_, letter) => value.push(letter),
            }
        }
    }
}

fn is_token(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(letter)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CLAIMS: &str = r#"{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}"#;

    fn parse(header: &str) -> Challenge {
        Challenge::parse(header).unwrap_or_else(|error| panic!("{header}: {error}"))
    }

    #[test]
    fn continuous_access_evaluation_wants_claims_in_base64() {
        for encoded in [BASE64_STANDARD.encode(CLAIMS), URL_SAFE.encode(CLAIMS).trim_end_matches('=').to_owned()] {
            let header = format!(
                "WWW-Authenticate: Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/\
                 authorize\", client_id=\"00000003-0000-0000-c000-000000000000\", error=\"insufficient_claims\", \
                 claims=\"{encoded}\""
            );
            let challenge = parse(&header);
            assert_eq!(challenge.claims.as_deref(), Some(CLAIMS));
            assert_eq!(challenge.error.as_deref(), Some("insufficient_claims"));
            assert!(challenge.scopes.is_empty() && challenge.resource.is_none() && !challenge.refuses_token());
            let bare = format!("Bearer claims={encoded}");
            assert_eq!(parse(&bare).claims.as_deref(), Some(CLAIMS), "without quotes");
        }
        let escaped = format!("Bearer claims=\"{}\"", CLAIMS.replace('"', "\\\""));
        assert_eq!(parse(&escaped).claims.as_deref(), Some(CLAIMS), "JSON as it is");
    }

    #[test]
    fn the_bearer_challenge_is_found_among_others() {
        for header in [
            r#"Negotiate, Bearer realm="a, b=\"c\"", scope="x y""#,
            r#"negotiate oYIZ+/==, bearer scope="x y""#,
            r#"Basic realm="Bearer scope=\"z\"", , Bearer scope = "x y", error=invalid_token"#,
            r#"Newauth realm="apps", type=1, title="Login to \"apps\"", BEARER scope="x y", Basic realm="simple""#,
            r#"PoP nonce="1", Bearer scope="x y", Bearer scope="second""#,
        ] {
            assert_eq!(parse(header).scopes, ScopeSet::parse("x y"), "{header}");
        }
        assert!(parse(r#"Bearer realm="x", error="invalid_token""#).refuses_token());
        assert_eq!(parse("Bearer"), Challenge::default());
    }

    #[test]
    fn key_vault_names_its_resource() {
        let header = r#"Bearer authorization="https://login.windows.net/72f9", resource="https://vault.azure.net""#;
        assert_eq!(parse(header).resource.as_deref(), Some("https://vault.azure.net"));
    }

    #[test]
    fn anything_else_is_refused() {
        for (header, error) in [
            ("", ChallengeError::Malformed),
            (" , ,", ChallengeError::Malformed),
            ("scope=\"x\"", ChallengeError::Malformed),
            ("Bearer scope=\"x", ChallengeError::Malformed),
            ("Bearer scope=\"x\\", ChallengeError::Malformed),
            ("Bearer realm=x, scope=", ChallengeError::Malformed),
            ("Bearer scope=\"x\" error=\"y\"", ChallengeError::Malformed),
            ("Bearer \"x\"", ChallengeError::Malformed),
            ("{\"a\":1}", ChallengeError::Malformed),
            ("Basic realm=\"x\"", ChallengeError::NoBearer),
            ("Bearer claims=\"e30x%\"", ChallengeError::Claims),
            ("Bearer claims=\"W10=\"", ChallengeError::Claims),
        ] {
            assert_eq!(Challenge::parse(header), Err(error), "{header}");
        }
        assert_eq!(Challenge::parse(&"a".repeat(LONGEST_HEADER + 1)), Err(ChallengeError::TooLong));
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_or_refused(header in r#"(Bearer |[a-z]+=|"|\\|[=, \t]|claims=|e30=|é|.){0,40}"#) {
            if let Ok(challenge) = Challenge::parse(&header) {
                prop_assert!(challenge.claims.is_none_or(|claims| Members::parse(claims.as_bytes()).is_some()));
            }
        }

        #[test]
        fn what_is_written_is_read(scope in "[a-z:/.]{1,9}( [a-z:/.]{1,9}){0,3}", realm in "\\PC{0,20}", quoted in ".*") {
            let quote = |text: &str| format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""));
            let header =
                format!("Other x={}, Bearer realm={},\tscope = {}", quote(&quoted), quote(&realm), quote(&scope));
            prop_assert_eq!(parse(&header).scopes, ScopeSet::parse(&scope));
        }
    }
}
