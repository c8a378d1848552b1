//! Tests the client with a mocked transport: its requests and its waits.

use super::*;
use crate::oauth::device::DEVICE_CODE_GRANT_TYPE;
use crate::oauth::http::Stage;
use crate::oauth::mock_http::{MockHttp, Provider, SteppedClock, answer};
use crate::secret::{CodeVerifier, DeviceCode};
use pollster::FutureExt as _;

/// Runs `act` as a client of `http`. Returns its result and the number of seconds slept.
fn with<Answer>(http: &MockHttp, act: impl FnOnce(&Client<'_>) -> Answer) -> (Answer, u64) {
    let Provider { authority, endpoints, client_id, .. } = Provider::new("https://idp.example.com");
    let clock = SteppedClock::default();
    let answer = act(&Client {
        http,
        clock: &clock,
        client_id: &client_id,
        authentication: ClientAuthentication::None,
        authority: &authority,
        endpoints: &endpoints,
        capabilities: &[],
        parameters: &[],
    });
    assert!(clock.longest_sleep() <= SLICE);
    assert_eq!(http.left(), 0, "answers not asked for");
    (answer, clock.seconds())
}

fn authorization(interval: u64, expires_in: u64) -> DeviceAuthorization {
    DeviceAuthorization {
        device_code: DeviceCode::new("canary"),
        user_code: "AB-CD".into(),
        verification_uri: "https://idp.example.com/activate".into(),
        verification_uri_complete: None,
        expires_in,
        interval,
        message: None,
        claims: None,
        code_verifier: None,
    }
}

#[test]
fn further_parameters_are_sent_with_a_refresh_and_not_with_a_revocation() {
    let http = MockHttp::new([answer(200, GRANTED), answer(200, "")]);
    let parameters = [("resource", "https://api.example.com"), ("audience", "")];
    let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned()));
    with(&http, |client| {
        let client = client.clone().with_parameters(&parameters);
        client.refresh(&RefreshToken::new("rt"), &ScopeSet::default(), None, None).block_on().unwrap();
        client.revoke(&RefreshToken::new("rt")).block_on().unwrap();
    });
    let asked = http.form(0);
    assert!(asked.ends_with("\nrefresh_token=rt\nresource=https://api.example.com"), "{asked}");
    assert!(!asked.contains("audience"), "one without a value");
    assert_eq!(http.url(1), "https://idp.example.com/revoke");
    assert_eq!(http.form(1), "client_id=app\ntoken=rt\ntoken_type_hint=refresh_token");
}

#[test]
fn a_code_is_asked_for_with_a_new_challenge_and_all_scopes() {
    let granted = || answer(200, r#"{"device_code":"d","user_code":"u","verification_uri":"v"}"#);
    let http = MockHttp::new([granted(), granted()]);
    let (scopes, beside) = (ScopeSet::parse("read"), ScopeSet::parse("openid offline_access"));
    let authorize = |client: &Client<'_>| client.authorize_device(&scopes, &beside, Some("{}")).block_on().unwrap();
    let (verifiers, _) = with(&http, |client| [authorize(client), authorize(client)].map(|code| code.code_verifier));
    assert!(verifiers[0].is_some() && verifiers[0] != verifiers[1]);
    assert!(http.form(0).ends_with("\nscope=read openid offline_access"), "{}", http.form(0));
}

#[test]
fn without_an_endpoint_nothing_is_sent() {
    let Provider { authority, client_id, .. } = Provider::new("https://idp.example.com");
    let (http, clock, endpoints) = (MockHttp::new([]), SteppedClock::default(), Endpoints::default());
    let client = Client {
        http: &http,
        clock: &clock,
        client_id: &client_id,
        authentication: ClientAuthentication::None,
        authority: &authority,
        endpoints: &endpoints,
        capabilities: &[],
        parameters: &[],
    };
    let error = client.revoke(&RefreshToken::new("rt")).block_on().unwrap_err();
    assert_eq!(error, RequestError::Unsupported { what: "revocation_endpoint" });
    let error = client.refresh(&RefreshToken::new("rt"), &ScopeSet::default(), None, None).block_on().unwrap_err();
    assert_eq!(error, RequestError::Unsupported { what: "token_endpoint" });
}

const PENDING: &str = r#"{"error":"authorization_pending"}"#;
const GRANTED: &str = r#"{"access_token":"at"}"#;

/// Polls an authorization with an interval of 5 s and a lifetime of 100 s.
fn poll(http: &MockHttp) -> (Result<TokenResponse, RequestError>, u64) {
    with(http, |client| client.poll_device(&authorization(5, 100), &mut |_| ControlFlow::Continue(())).block_on())
}

#[test]
fn polling_waits_for_the_interval_and_ends_with_the_grant() {
    // GitHub sends this with status 200, and Google with 428.
    let http = MockHttp::new([answer(200, PENDING), answer(428, PENDING), answer(200, GRANTED)]);
    let (result, slept) = poll(&http);
    assert_eq!(result.unwrap().access_token.expose(), "at");
    assert_eq!(slept, 15);
    assert_eq!(
        http.form(2),
        format!("client_id=app\nclient_info=1\ndevice_code=canary\ngrant_type={DEVICE_CODE_GRANT_TYPE}")
    );
}

#[test]
fn the_questions_prove_who_asked_for_the_code() {
    let http = MockHttp::new([answer(200, GRANTED)]);
    let verifier = Some(CodeVerifier::new("canary-verifier"));
    let authorization = DeviceAuthorization { code_verifier: verifier, ..authorization(5, 100) };
    with(&http, |client| client.poll_device(&authorization, &mut |_| ControlFlow::Continue(())).block_on()).0.unwrap();
    assert!(http.form(0).contains("\ncode_verifier=canary-verifier\n"), "{}", http.form(0));
    assert!(!format!("{authorization:?}").contains("canary"));
}

#[test]
fn slow_down_adds_five_seconds_for_good() {
    let slow = r#"{"error":"slow_down"}"#;
    let http = MockHttp::new([answer(400, slow), answer(400, slow), answer(400, PENDING), answer(200, GRANTED)]);
    assert_eq!(poll(&http).1, 5 + 10 + 15 + 15);
}

#[test]
fn outages_are_waited_out_with_growing_pauses_and_then_forgotten() {
    let http = MockHttp::new([answer(502, "<html>"), answer(503, "")])
        .then_broken()
        .then(answer(400, PENDING))
        .then(answer(200, GRANTED));
    let (result, slept) = poll(&http);
    assert!(result.is_ok());
    assert_eq!(slept, 5 + 10 + 20 + 40 + 5);
}

#[test]
fn a_server_that_asks_for_patience_gets_it() {
    let mut busy = answer(429, "");
    busy.retry_after = Some(33);
    assert_eq!(poll(&MockHttp::new([busy, answer(200, GRANTED)])).1, 5 + 33);
}

#[test]
fn a_code_that_nobody_approves_expires_by_our_clock_after_a_last_question() {
    let http = MockHttp::new([answer(400, PENDING), answer(400, PENDING), answer(400, PENDING)]);
    let patience = &mut |_| ControlFlow::Continue(());
    let (result, slept) = with(&http, |client| client.poll_device(&authorization(5, 12), patience).block_on());
    assert_eq!((result.unwrap_err(), slept), (RequestError::DeviceCodeExpired, 12));
}

#[test]
fn an_approval_in_the_last_second_counts() {
    let http = MockHttp::new([answer(400, PENDING), answer(200, GRANTED)]);
    let patience = &mut |_| ControlFlow::Continue(());
    assert!(with(&http, |client| client.poll_device(&authorization(5, 7), patience).block_on()).0.is_ok());
}

#[test]
fn an_outage_that_lasts_to_the_end_is_told_as_one() {
    let mut busy = answer(503, "");
    busy.retry_after = Some(1_000_000);
    let (result, slept) = poll(&MockHttp::new([busy, answer(503, "")]));
    assert!(matches!(result, Err(RequestError::Unavailable { status: Some(503), .. })));
    assert_eq!(slept, 100);
}

#[test]
fn the_server_may_say_that_the_code_expired() {
    let (result, _) = poll(&MockHttp::new([answer(400, r#"{"error":"expired_token"}"#)]));
    assert_eq!(result.unwrap_err(), RequestError::DeviceCodeExpired);
}

#[test]
fn a_denial_ends_the_polling_with_all_that_the_server_said() {
    for code in ["access_denied", "authorization_declined", "invalid_grant"] {
        let body = format!(r#"{{"error":"{code}","suberror":"s","error_description":"canary","claims":"{{}}"}}"#);
        let Err(RequestError::Refused(refusal)) = poll(&MockHttp::new([answer(400, &body)])).0 else {
            panic!("{code} is no refusal")
        };
        assert_eq!(refusal.error.as_str(), code);
        assert_eq!((refusal.suberror.as_deref(), refusal.claims.as_deref()), (Some("s"), Some("{}")));
        assert_eq!(refusal.error_description.as_deref(), Some("[redacted]"));
    }
}

#[test]
fn a_400_without_a_word_means_pending() {
    let (result, slept) = poll(&MockHttp::new([answer(400, ""), answer(200, GRANTED)]));
    assert!(result.is_ok());
    assert_eq!(slept, 10);
}

#[test]
fn an_approval_is_not_lost_to_an_answer_that_the_token_endpoint_did_not_give() {
    for (status, body) in [
        (404, "<html>no such page</html>"),
        (403, "<html>blocked</html>"),
        (403, ""),
        (401, ""),
        (404, r#"{"error":"Not Found","status":404,"path":"/token"}"#),
        (403, r#"{"error":"forbidden"}"#),
        (400, r#"{"error":{"code":400}}"#),
        (400, "{"),
        (302, ""),
        (204, ""),
        (200, ""),
        (200, "<html>log in to the hotel's network</html>"),
        (200, r#"{"access_token":""}"#),
        (200, "[]"),
        (410, ""),
        (500, r#"{"error":"server_error"}"#),
        (400, r#"{"error":"temporarily_unavailable"}"#),
    ] {
        let (result, slept) = poll(&MockHttp::new([answer(status, body), answer(400, PENDING), answer(200, GRANTED)]));
        assert!(result.is_ok(), "{status} {body}: {result:?}");
        assert_eq!(slept, 5 + 10 + 5, "{status} {body}");
    }
}

#[test]
fn a_code_of_oauth_ends_the_polling_even_if_it_is_not_known() {
    for (status, code) in [
        (200, "device_flow_disabled"),
        (400, "admin_policy_enforced"),
        (401, "invalid_client"),
        (400, "unauthorized_client"),
        (400, "unsupported_grant_type"),
        (403, "access_denied"),
    ] {
        let (result, _) = poll(&MockHttp::new([answer(status, &format!(r#"{{"error":"{code}"}}"#))]));
        assert!(matches!(result, Err(RequestError::Refused(_))), "{status} {code}: {result:?}");
    }
}

#[test]
fn a_code_that_could_never_be_asked_about_is_told_with_the_cause() {
    let patience = &mut |_| ControlFlow::Continue(());
    let expired = || answer(400, r#"{"error":"expired_token"}"#);
    for (last, cause) in
        [(answer(404, "<html>"), "HTTP 404: a web page"), (answer(401, ""), "HTTP 401"), (expired(), "HTTP 404")]
    {
        let http = MockHttp::new([answer(404, "<html>"), last]);
        let error = with(&http, |client| client.poll_device(&authorization(5, 12), patience).block_on()).0.unwrap_err();
        assert!(error.to_string().contains(cause), "{error}");
    }
    let http = MockHttp::new([answer(404, ""), answer(400, PENDING), expired()]);
    let (result, _) = with(&http, |client| client.poll_device(&authorization(5, 100), patience).block_on());
    assert_eq!(result.unwrap_err(), RequestError::DeviceCodeExpired);
}

#[test]
fn a_network_that_changes_while_a_person_approves_is_waited_out_but_no_wrong_setting() {
    for stage in [Stage::NotSent, Stage::Unknown, Stage::Unreadable, Stage::NoSuchHost, Stage::Unsendable] {
        let http = MockHttp::new([answer(400, PENDING)]).then_failing(stage).then(answer(200, GRANTED));
        assert!(poll(&http).0.is_ok(), "{stage:?}");
    }
    for stage in [Stage::NoSuchHost, Stage::Unsendable] {
        let (result, slept) = poll(&MockHttp::new([]).then_failing(stage));
        assert!(result.is_err(), "{stage:?}");
        assert_eq!(slept, 5, "{stage:?}");
    }
}

#[test]
fn an_interval_longer_than_the_code_lives_leaves_the_last_question() {
    let patience = &mut |_| ControlFlow::Continue(());
    let endless = authorization(u64::from(u32::MAX), 100);
    let (result, slept) =
        with(&MockHttp::new([answer(200, GRANTED)]), |client| client.poll_device(&endless, patience).block_on());
    assert!(result.is_ok());
    assert_eq!(slept, 100);
}

#[test]
fn a_retry_after_is_heeded_whatever_it_comes_with() {
    let mut answers = [answer(400, r#"{"error":"slow_down"}"#), answer(429, PENDING), answer(403, "<html>")];
    answers.iter_mut().for_each(|answer| answer.retry_after = Some(20));
    let [slow, pending, page] = answers;
    let (result, slept) = poll(&MockHttp::new([slow, pending, page, answer(200, GRANTED)]));
    assert!(result.is_ok());
    assert_eq!(slept, 5 + 20 + 20 + 20);
}

#[test]
fn the_caller_hears_every_second_and_can_stop() {
    let mut heard = Vec::new();
    let (result, slept) = with(&MockHttp::new([]), |client| {
        client
            .poll_device(&authorization(5, 100), &mut |left| {
                heard.push(left.as_secs());
                if heard.len() == 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
            .block_on()
    });
    assert_eq!((result.unwrap_err(), slept), (RequestError::Stopped, 3));
    assert_eq!(heard, [100, 99, 98, 97]);
}

#[test]
fn a_caller_that_stops_during_an_outage_is_told_of_it() {
    let http = MockHttp::new([answer(503, "")]);
    let mut seconds = 0;
    let (result, _) = with(&http, |client| {
        client
            .poll_device(&authorization(5, 100), &mut |_| {
                seconds += 1;
                if seconds > 8 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
            .block_on()
    });
    assert!(matches!(result, Err(RequestError::Unavailable { status: Some(503), .. })), "{result:?}");
}
