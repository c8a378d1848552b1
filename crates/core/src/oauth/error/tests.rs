use super::*;
use crate::oauth::form::Form;
use crate::oauth::mock_http::answer;
use crate::oauth::redaction::REDACTED;
use crate::oauth::request::Request;
use crate::secret::RefreshToken;

/// Returns the secrets of a request with these values in its form.
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
fn a_network_that_wants_a_sign_in_is_an_outage() {
    let error = RequestError::of(&answer(511, "<html>"), &Secrets::none());
    assert!(error.is_retryable() && error.to_string().contains("sign in to it first"), "{error:?}");
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
