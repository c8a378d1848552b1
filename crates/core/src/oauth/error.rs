//! Why a request did not bring what was asked for, and how an answer that is no success is understood.

use std::fmt;

use super::endpoint::Endpoint;
use super::http::{Response, Stage, TransportError};
use super::json::Members;
use super::redaction::Secrets;
use super::token_error::{ErrorCode, TokenErrorResponse, aadsts_numbers};

/// The failure of one exchange with a provider. No variant holds a secret.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum RequestError {
    /// The device code expired before anybody approved it (RFC 8628 §3.5).
    DeviceCodeExpired,
    /// The `claims` to be sent are not a JSON object.
    InvalidClaims,
    /// The settings are wrong: nothing can be sent.
    Misconfigured {
        /// What is wrong, for a person.
        message: String,
    },
    /// There is no provider metadata at the authority (OpenID Connect Discovery 1.0, RFC 8414).
    NoMetadata {
        /// What is there instead, for a person; server-chosen in part.
        message: String,
    },
    /// There is no host of the name in the URL.
    NoSuchHost {
        /// Which name, for a person.
        message: String,
    },
    /// The server said no. It is not asked again without a change.
    Refused(Box<TokenErrorResponse>),
    /// The caller had enough of waiting.
    Stopped,
    /// There was an answer, and it makes no sense. Its body is not repeated, as it may hold secrets. With a success
    /// status the server may have carried the request out.
    Unintelligible {
        /// What is wrong, for a person; server-chosen in part.
        message: String,
        /// The HTTP status; 200 for an answer that could not be read.
        status: u16,
    },
    /// No answer, or one that says "later": 408, 425, 429, 5xx, `temporarily_unavailable`, `server_error`. The only
    /// failure that trying again can mend.
    Unavailable {
        /// What is wrong, for a person; server-chosen in part.
        message: String,
        /// How far the request had come; [`Stage::Unknown`] if there was an answer.
        stage: Stage,
        /// Seconds that the server asks to wait.
        retry_after: Option<u64>,
        /// The HTTP status, if there was an answer.
        status: Option<u16>,
    },
    /// The provider has no such endpoint, or does not say so; it can be named by hand.
    Unsupported {
        /// By its name in provider metadata, as `device_authorization_endpoint`.
        what: &'static str,
    },
    /// The authority is none, or its metadata cannot be trusted.
    WrongAuthority {
        /// What is wrong, for a person; server-chosen in part.
        message: String,
    },
}

impl RequestError {
    /// Understands an answer that is not the success hoped for. `secrets` are taken out of whatever the server says.
    pub(super) fn of(response: &Response, secrets: &Secrets) -> RequestError {
        let status = response.status;
        let members = Members::parse(&response.body);
        let say = |name: &str| members.as_ref()?.string(name).map(|text| secrets.redact(bounded(text)));
        // A known code is no secret, even if a short secret should stand in it.
        let error = members.as_ref().and_then(|members| members.string("error")).map(ErrorCode::from);
        let error = match error {
            Some(ErrorCode::Other(_)) => say("error").map(ErrorCode::Other),
            known => known,
        };
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
        // A page of a web framework, not of OAuth, may hold an `error` too.
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

    /// The failure of an exchange without an answer. `secrets` are taken out of whatever the transport says.
    pub(super) fn in_transit(error: TransportError, secrets: &Secrets) -> RequestError {
        RequestError::from(TransportError { message: secrets.redact(error.message), ..error })
    }

    /// Says what an answer is that was not understood. `secrets` are taken out of whatever the server says.
    pub(super) fn unintelligible(response: &Response, secrets: &Secrets) -> RequestError {
        let status = response.status;
        let words = Members::parse(&response.body)
            .and_then(|members| members.string("error").or_else(|| members.string("message")))
            .filter(|_| is_of_address(status));
        let what = match (status, response.body.trim_ascii().first()) {
            (300..400, _) => redirect(response.location.as_deref()),
            (511, _) => "this network wants you to sign in to it first: open any page in a browser".to_owned(),
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
        RequestError::Unintelligible { message: secrets.redact(bounded(format!("HTTP {status}: {what}"))), status }
    }

    /// Named after the endpoint that gave an answer that was not understood: its address may be what is wrong.
    pub(super) fn at(self, endpoint: &Endpoint) -> RequestError {
        let RequestError::Unintelligible { message, status } = self else { return self };
        let url = endpoint.as_str().split('?').next().unwrap_or_default();
        let by_hand = if endpoint.is_told_by_provider() { "" } else { "; this address was named by hand: check it" };
        RequestError::Unintelligible { message: format!("{url} answered {message}{by_hand}"), status }
    }

    /// Whether trying again can mend it.
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

    /// Whether there is nothing at the address that was asked: nothing was spent, and the provider may have moved what
    /// was there.
    pub fn is_of_address(&self) -> bool {
        match self {
            RequestError::NoSuchHost { .. } => true,
            RequestError::Unintelligible { status, .. } => is_of_address(*status) || (300..400).contains(status),
            _ => false,
        }
    }
}

/// The statuses of an address where there is nothing, or not what was asked for (RFC 9110 §15).
fn is_of_address(status: u16) -> bool {
    matches!(status, 404 | 405 | 410 | 501)
}

/// Where a redirect leads, without what may be secret in it.
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

/// Whether the same request may succeed later. What a polling device is told is final in that sense, whatever the
/// status.
fn is_transient(status: u16, error: Option<&ErrorCode>) -> bool {
    match error {
        Some(ErrorCode::ServerError | ErrorCode::TemporarilyUnavailable) => true,
        Some(ErrorCode::AuthorizationPending | ErrorCode::ExpiredToken | ErrorCode::SlowDown) => false,
        // 501: not implemented; 505: not this version of HTTP; 511: a network that wants a sign-in of its own.
        _ => matches!(status, 408 | 425 | 429 | 500..) && !matches!(status, 501 | 505 | 511),
    }
}

/// The first 4 KiB, in whole characters.
fn bounded(mut text: String) -> String {
    let end = (0..=4096).rev().find(|&end| text.is_char_boundary(end));
    text.truncate(end.unwrap_or_default());
    text
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
mod tests {
    use super::*;
    use crate::oauth::form::Form;
    use crate::oauth::mock_http::answer;
    use crate::oauth::redaction::REDACTED;
    use crate::oauth::request::Request;
    use crate::secret::RefreshToken;

    /// The secrets of a request with these in its form.
    fn sent(secrets: &[&str]) -> Secrets {
        let mut form = Form::new();
        secrets.iter().for_each(|secret| form.secret("token", &RefreshToken::new(*secret)));
        Secrets::of(&Request::post_form("https://idp.example.com", form))
    }

    fn refused(status: u16, body: &str) -> TokenErrorResponse {
        match RequestError::of(&answer(status, body), &Secrets::none()) {
            RequestError::Refused(refusal) => *refusal,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_refusal_is_read_in_full() {
        let refusal = refused(
            400,
            r#"{"error":"invalid_grant","error_description":"AADSTS50076: mfa","error_codes":[50076],
                "suberror":"basic_action","claims":"{\"access_token\":{}}","correlation_id":"c-1","trace_id":"t"}"#,
        );
        assert_eq!(refusal.error, ErrorCode::InvalidGrant);
        assert_eq!(refusal.error_codes, [50076]);
        assert_eq!(refusal.suberror.as_deref(), Some("basic_action"));
        assert_eq!(refusal.claims.as_deref(), Some(r#"{"access_token":{}}"#));
        assert_eq!(refusal.correlation_id.as_deref(), Some("c-1"));
        assert_eq!(refusal.to_string(), "invalid_grant: AADSTS50076: mfa");
    }

    #[test]
    fn aadsts_numbers_come_from_the_description_if_need_be() {
        let refusal =
            refused(400, r#"{"error":"invalid_grant","error_description":"AADSTS700082: old","error_codes":"x"}"#);
        assert_eq!(refusal.error_codes, [700_082]);
    }

    #[test]
    fn an_error_on_200_is_a_refusal() {
        assert_eq!(refused(200, r#"{"error":"access_denied"}"#).error, ErrorCode::AccessDenied);
    }

    #[test]
    fn a_refusal_without_words_has_an_empty_code() {
        for status in [400, 401] {
            let refusal = refused(status, " \r\n");
            assert_eq!(refusal.error, ErrorCode::Other(String::new()));
            assert_eq!(refusal.to_string(), format!("HTTP {status} with no reason given"));
        }
    }

    #[test]
    fn outages_are_unavailable_whatever_the_body() {
        for (status, body) in [
            (503, ""),
            (500, "<html>"),
            (502, r#"{"error":"invalid_grant"}"#),
            (429, ""),
            (408, ""),
            (425, ""),
            (504, "<html>"),
            (400, r#"{"error":"temporarily_unavailable"}"#),
            (200, r#"{"error":"server_error"}"#),
        ] {
            let mut response = answer(status, body);
            response.retry_after = Some(7);
            let error = RequestError::of(&response, &Secrets::none());
            let expected = (Some(status), Some(7), Stage::Unknown);
            assert!(
                matches!(error, RequestError::Unavailable { status, retry_after, stage, .. }
                    if (status, retry_after, stage) == expected),
                "{status} {body}: {error:?}"
            );
        }
    }

    #[test]
    fn what_trying_again_cannot_mend_is_not_unavailable() {
        for (status, body, words) in [
            (501, "", "empty answer"),
            (505, "<html>", "web page"),
            (511, "<html>", "sign in to it first"),
            (404, r#"{"timestamp":"t","status":404,"error":"Not Found","path":"/token"}"#, "HTTP 404: Not Found"),
            (404, r#"{"message":"no such tenant"}"#, "HTTP 404: no such tenant"),
            (405, "", "takes no such request"),
            (410, "<html>", "web page"),
            (403, "<html>", "web page"),
            (200, "<html>", "sign in to it first"),
        ] {
            let error = RequestError::of(&answer(status, body), &Secrets::none());
            assert!(!error.is_retryable(), "{status}: {error:?}");
            assert!(error.to_string().contains(words), "{words} is not in {error}");
            assert_eq!(error.is_of_address(), matches!(status, 404 | 405 | 410 | 501), "{status}");
        }
    }

    #[test]
    fn a_redirect_is_told_with_its_target_and_without_what_may_be_secret() {
        let at = |location: &str| {
            let response = Response { location: Some(location.to_owned()), ..answer(302, "") };
            RequestError::of(&response, &sent(&["canary"])).to_string()
        };
        let told = "HTTP 302: a redirect to https://b.example/token, which is not followed";
        assert_eq!(at("https://b.example/token?code=secret#x"), told);
        assert_eq!(at("https://u:p@b.example/"), "HTTP 302: a redirect, which is not followed");
        assert_eq!(at("/canary"), "HTTP 302: a redirect to /[redacted], which is not followed");
    }

    #[test]
    fn slow_down_with_429_is_slow_down() {
        assert_eq!(refused(429, r#"{"error":"slow_down"}"#).error, ErrorCode::SlowDown);
    }

    #[test]
    fn nonsense_is_described_but_not_repeated() {
        for (status, body, words) in [
            (200, "<html>canary</html>", "web page"),
            (200, r#"{"token":"canary"}"#, "not what was asked for"),
            (200, "", "empty"),
            (302, "canary", "redirect"),
            (403, "canary", "not what was asked for"),
            (400, r#"{"error":{"message":"canary"}}"#, "not what was asked for"),
        ] {
            let error = RequestError::of(&answer(status, body), &Secrets::none());
            assert!(matches!(error, RequestError::Unintelligible { .. }), "{error:?}");
            assert!(error.to_string().contains(words), "{error}");
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
    }

    #[test]
    fn what_was_sent_in_secret_is_taken_out_of_what_the_server_says() {
        let body = r#"{"error":"canary","error_description":"canary\/1 is bad, canary\/1","suberror":"canary\/1 Y2FuYXJ5LzE=","claims":"canary%2F1"}"#;
        for status in [400, 503] {
            let error = RequestError::of(&answer(status, body), &sent(&["canary/1", "canary", ""]));
            let said = format!("{error} {error:?}");
            assert!(!said.contains("canary") && !said.contains("Y2Fu"), "{said}");
        }
    }

    #[test]
    fn nothing_is_left_of_a_text_with_a_part_of_a_secret_in_whatever_spelling() {
        let secret = "M.C5_BAY.-Cab*SECRET/SECRET!xyz$$";
        let described = |description: &str| {
            let body = serde_json::json!({"error": "invalid_grant", "error_description": description}).to_string();
            match RequestError::of(&answer(400, &body), &sent(&[secret])) {
                RequestError::Refused(refusal) => refusal.error_description.unwrap(),
                error => panic!("{error:?}"),
            }
        };
        for spelled in [
            "M.C5_BAY.-Cab%2ASECRET%2FSECRET%21xyz%24%24",
            "M.C5_BAY.-Cab*SECRET%2fSECRET!xyz$$",
            "M.C5_BAY.-Cab%252ASECRET%252FSECRET%2521xyz",
            "M.C5_BAY.-Cab*SECRET/SECRET!xyz$",
            "Cab*SECRET/SECRE",
        ] {
            assert_eq!(described(&format!("token {spelled} is bad")), REDACTED, "{spelled}");
        }
        assert_eq!(described(&format!("{secret} is bad")), "[redacted] is bad");
        assert_eq!(described("M.C5_BAY.-Cab is bad"), "M.C5_BAY.-Cab is bad");
    }

    #[test]
    fn texts_are_cut_at_4_kib_and_between_characters() {
        let refusal = refused(400, &format!(r#"{{"error":"x","error_description":"a{}"}}"#, "é".repeat(4000)));
        assert_eq!(refusal.error_description.unwrap().len(), 4095);
    }
}
