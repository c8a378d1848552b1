//! Asking whether the person has approved the device, RFC 8628 §3.4.

use std::ops::ControlFlow;
use std::time::Duration;

use super::client::{Client, checked_claims};
use super::device::{DEVICE_CODE_GRANT_TYPE, DeviceAuthorization};
use super::error::RequestError;
use super::token::TokenResponse;
use super::token_error::ErrorCode;

/// What `slow_down` adds for good, RFC 8628 §3.5.
const SLOW_DOWN: Duration = Duration::from_secs(5);
/// A caller hears at least this often how long there is left.
pub(super) const SLICE: Duration = Duration::from_secs(1);
/// During an outage the pause doubles up to this.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(60);

impl Client<'_> {
    /// Asks until the person has decided (RFC 8628 §3.4), the code has expired by our own clock, or `waiting`, which
    /// hears at least once a second how long there is left, breaks off.
    ///
    /// Whatever is no decision is waited out: the person may be approving while a gateway shows its own page. Asks no
    /// sooner than the server has said, but for the last question, which is asked when the time is up, so that no late
    /// approval is missed.
    ///
    /// # Errors
    /// [`RequestError::DeviceCodeExpired`], [`RequestError::Stopped`], a refusal, or the failure that lasted to the
    /// end.
    pub fn poll_device(
        &self,
        authorization: &DeviceAuthorization,
        waiting: &mut dyn FnMut(Duration) -> ControlFlow<()>,
    ) -> Result<TokenResponse, RequestError> {
        let deadline = self.clock.elapsed().saturating_add(Duration::from_secs(authorization.expires_in));
        let mut interval = Duration::from_secs(authorization.interval.max(1));
        let mut pause = interval;
        let (mut was_heard, mut last_failure) = (false, None);
        loop {
            if let Err(stopped) = self.wait(pause, deadline, waiting) {
                return Err(last_failure.map_or(stopped, unheard));
            }
            let is_last = self.clock.elapsed() >= deadline;
            let mut retry_after = None;
            let outcome = self.ask_whether_approved(authorization, &mut retry_after);
            match Poll::of(&outcome, was_heard) {
                Poll::Decided => return outcome,
                Poll::Expired => break,
                Poll::Failed => {
                    let doubled = pause.saturating_mul(2).min(LONGEST_BACK_OFF).max(interval);
                    pause = if retry_after.is_some() { interval } else { doubled };
                    last_failure = outcome.err();
                }
                pending @ (Poll::Pending | Poll::SlowDown) => {
                    if pending == Poll::SlowDown {
                        interval = interval.saturating_add(SLOW_DOWN);
                    }
                    pause = interval;
                    (was_heard, last_failure) = (true, None);
                }
            }
            if is_last {
                break;
            }
            pause = pause.max(Duration::from_secs(retry_after.unwrap_or_default()));
        }
        Err(match last_failure {
            Some(failure) => unheard(failure),
            None => RequestError::DeviceCodeExpired,
        })
    }

    fn ask_whether_approved(
        &self,
        authorization: &DeviceAuthorization,
        retry_after: &mut Option<u64>,
    ) -> Result<TokenResponse, RequestError> {
        let mut fields =
            vec![("grant_type", DEVICE_CODE_GRANT_TYPE), ("device_code", authorization.device_code.expose())];
        fields.extend(authorization.code_verifier.as_ref().map(|verifier| ("code_verifier", verifier.expose())));
        fields.extend(checked_claims(authorization.claims.as_deref())?);
        fields.extend(self.further());
        self.ask_for_token_noting(fields, Vec::new(), retry_after)
    }

    /// Sleeps for `pause`, but not past `deadline`.
    fn wait(
        &self,
        pause: Duration,
        deadline: Duration,
        waiting: &mut dyn FnMut(Duration) -> ControlFlow<()>,
    ) -> Result<(), RequestError> {
        let until = self.clock.elapsed().saturating_add(pause).min(deadline);
        loop {
            let now = self.clock.elapsed();
            if waiting(deadline.saturating_sub(now)).is_break() {
                return Err(RequestError::Stopped);
            }
            if now >= until {
                return Ok(());
            }
            self.clock.sleep((until - now).min(SLICE));
        }
    }
}

/// What the answer to a question says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Poll {
    /// The person has decided, or the server will not ask any more.
    Decided,
    /// The code has expired.
    Expired,
    /// Nothing: there was no answer, or one that is not the token endpoint's own.
    Failed,
    /// The person has not decided yet.
    Pending,
    /// The same; and it was asked too often.
    SlowDown,
}

impl Poll {
    /// Settings with which the server `was_heard` before are not wrong: it is the network that has changed meanwhile.
    fn of(outcome: &Result<TokenResponse, RequestError>, was_heard: bool) -> Poll {
        match outcome {
            Err(RequestError::Refused(refusal)) => match &refusal.error {
                ErrorCode::AuthorizationPending => Poll::Pending,
                ErrorCode::SlowDown => Poll::SlowDown,
                ErrorCode::ExpiredToken => Poll::Expired,
                ErrorCode::Other(code) => Poll::of_unknown(code, refusal.status),
                _ => Poll::Decided,
            },
            Err(RequestError::Unavailable { .. } | RequestError::Unintelligible { .. }) => Poll::Failed,
            Err(RequestError::Misconfigured { .. } | RequestError::NoSuchHost { .. }) if was_heard => Poll::Failed,
            _ => Poll::Decided,
        }
    }

    /// RFC 8628 §3.5: any other error code ends it. But "Not Found" or "forbidden" is what a gateway says, and a code of
    /// OAuth comes with the status of one (RFC 6749 §5.2; GitHub's come with 200). Glewlwyd 2.7 says that it waits by a
    /// 400 without a word.
    fn of_unknown(code: &str, status: u16) -> Poll {
        let is_of_oauth = code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        match (code, status) {
            ("", 400) => Poll::Pending,
            ("", _) => Poll::Failed,
            (_, 200 | 400 | 401) if is_of_oauth => Poll::Decided,
            _ => Poll::Failed,
        }
    }
}

/// The failure that kept the server from being asked until the code had expired.
fn unheard(failure: RequestError) -> RequestError {
    let told = |message| format!("the code expired while the server could not say whether it was approved: {message}");
    match failure {
        RequestError::Unavailable { message, stage, retry_after, status } => {
            RequestError::Unavailable { message: told(message), stage, retry_after, status }
        }
        RequestError::Unintelligible { message, status } => {
            RequestError::Unintelligible { message: told(message), status }
        }
        RequestError::Refused(refusal) => {
            RequestError::Unintelligible { message: told(refusal.to_string()), status: refusal.status }
        }
        RequestError::Misconfigured { message } => RequestError::Misconfigured { message: told(message) },
        RequestError::NoSuchHost { message } => RequestError::NoSuchHost { message: told(message) },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::Stage;
    use crate::oauth::device::tests::{authorization, with};
    use crate::oauth::scripted::{Scripted, answer};

    const PENDING: &str = r#"{"error":"authorization_pending"}"#;
    const GRANTED: &str = r#"{"access_token":"at"}"#;

    /// Polls an authorization of 5 s interval and 100 s life.
    fn poll(http: &Scripted) -> (Result<TokenResponse, RequestError>, u64) {
        with(http, |client| client.poll_device(&authorization(5, 100), &mut |_| ControlFlow::Continue(())))
    }

    #[test]
    fn polling_waits_for_the_interval_and_ends_with_the_grant() {
        // GitHub says it with 200, and Google with 428.
        let http = Scripted::new([answer(200, PENDING), answer(428, PENDING), answer(200, GRANTED)]);
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
        let http = Scripted::new([answer(200, GRANTED)]);
        let verifier = Some(crate::secret::CodeVerifier::new("canary-verifier"));
        let authorization = DeviceAuthorization { code_verifier: verifier, ..authorization(5, 100) };
        with(&http, |client| client.poll_device(&authorization, &mut |_| ControlFlow::Continue(()))).0.unwrap();
        assert!(http.form(0).contains("\ncode_verifier=canary-verifier\n"), "{}", http.form(0));
        assert!(!format!("{authorization:?}").contains("canary"));
    }

    #[test]
    fn slow_down_adds_five_seconds_for_good() {
        let slow = r#"{"error":"slow_down"}"#;
        let http = Scripted::new([answer(400, slow), answer(400, slow), answer(400, PENDING), answer(200, GRANTED)]);
        assert_eq!(poll(&http).1, 5 + 10 + 15 + 15);
    }

    #[test]
    fn outages_are_waited_out_with_growing_pauses_and_then_forgotten() {
        let http = Scripted::new([answer(502, "<html>"), answer(503, "")])
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
        assert_eq!(poll(&Scripted::new([busy, answer(200, GRANTED)])).1, 5 + 33);
    }

    #[test]
    fn a_code_that_nobody_approves_expires_by_our_clock_after_a_last_question() {
        let http = Scripted::new([answer(400, PENDING), answer(400, PENDING), answer(400, PENDING)]);
        let patience = &mut |_| ControlFlow::Continue(());
        let (result, slept) = with(&http, |client| client.poll_device(&authorization(5, 12), patience));
        assert_eq!((result.unwrap_err(), slept), (RequestError::DeviceCodeExpired, 12));
    }

    #[test]
    fn an_approval_in_the_last_second_counts() {
        let http = Scripted::new([answer(400, PENDING), answer(200, GRANTED)]);
        let patience = &mut |_| ControlFlow::Continue(());
        assert!(with(&http, |client| client.poll_device(&authorization(5, 7), patience)).0.is_ok());
    }

    #[test]
    fn an_outage_that_lasts_to_the_end_is_told_as_one() {
        let mut busy = answer(503, "");
        busy.retry_after = Some(1_000_000);
        let (result, slept) = poll(&Scripted::new([busy, answer(503, "")]));
        assert!(matches!(result, Err(RequestError::Unavailable { status: Some(503), .. })));
        assert_eq!(slept, 100);
    }

    #[test]
    fn the_server_may_say_that_the_code_expired() {
        let (result, _) = poll(&Scripted::new([answer(400, r#"{"error":"expired_token"}"#)]));
        assert_eq!(result.unwrap_err(), RequestError::DeviceCodeExpired);
    }

    #[test]
    fn a_denial_ends_the_polling_with_all_that_the_server_said() {
        for code in ["access_denied", "authorization_declined", "invalid_grant"] {
            let body = format!(r#"{{"error":"{code}","suberror":"s","error_description":"canary","claims":"{{}}"}}"#);
            let Err(RequestError::Refused(refusal)) = poll(&Scripted::new([answer(400, &body)])).0 else {
                panic!("{code} is no refusal")
            };
            assert_eq!(refusal.error.as_str(), code);
            assert_eq!((refusal.suberror.as_deref(), refusal.claims.as_deref()), (Some("s"), Some("{}")));
            assert_eq!(refusal.error_description.as_deref(), Some("[redacted]"));
        }
    }

    #[test]
    fn a_400_without_a_word_means_pending() {
        let (result, slept) = poll(&Scripted::new([answer(400, ""), answer(200, GRANTED)]));
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
            let (result, slept) =
                poll(&Scripted::new([answer(status, body), answer(400, PENDING), answer(200, GRANTED)]));
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
            let (result, _) = poll(&Scripted::new([answer(status, &format!(r#"{{"error":"{code}"}}"#))]));
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
            let http = Scripted::new([answer(404, "<html>"), last]);
            let error = with(&http, |client| client.poll_device(&authorization(5, 12), patience)).0.unwrap_err();
            assert!(error.to_string().contains(cause), "{error}");
        }
        let http = Scripted::new([answer(404, ""), answer(400, PENDING), expired()]);
        let (result, _) = with(&http, |client| client.poll_device(&authorization(5, 100), patience));
        assert_eq!(result.unwrap_err(), RequestError::DeviceCodeExpired);
    }

    #[test]
    fn a_network_that_changes_while_a_person_approves_is_waited_out_but_no_wrong_setting() {
        for stage in [Stage::NotSent, Stage::Unknown, Stage::Unreadable, Stage::NoSuchHost, Stage::Unsendable] {
            let http = Scripted::new([answer(400, PENDING)]).then_failing(stage).then(answer(200, GRANTED));
            assert!(poll(&http).0.is_ok(), "{stage:?}");
        }
        for stage in [Stage::NoSuchHost, Stage::Unsendable] {
            let (result, slept) = poll(&Scripted::new([]).then_failing(stage));
            assert!(result.is_err(), "{stage:?}");
            assert_eq!(slept, 5, "{stage:?}");
        }
    }

    #[test]
    fn an_interval_longer_than_the_code_lives_leaves_the_last_question() {
        let patience = &mut |_| ControlFlow::Continue(());
        let endless = authorization(u64::from(u32::MAX), 100);
        let (result, slept) =
            with(&Scripted::new([answer(200, GRANTED)]), |client| client.poll_device(&endless, patience));
        assert!(result.is_ok());
        assert_eq!(slept, 100);
    }

    #[test]
    fn a_retry_after_is_heeded_whatever_it_comes_with() {
        let mut answers = [answer(400, r#"{"error":"slow_down"}"#), answer(429, PENDING), answer(403, "<html>")];
        answers.iter_mut().for_each(|answer| answer.retry_after = Some(20));
        let [slow, pending, page] = answers;
        let (result, slept) = poll(&Scripted::new([slow, pending, page, answer(200, GRANTED)]));
        assert!(result.is_ok());
        assert_eq!(slept, 5 + 20 + 20 + 20);
    }

    #[test]
    fn the_caller_hears_every_second_and_can_stop() {
        let mut heard = Vec::new();
        let (result, slept) = with(&Scripted::new([]), |client| {
            client.poll_device(&authorization(5, 100), &mut |left| {
                heard.push(left.as_secs());
                if heard.len() == 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
        });
        assert_eq!((result.unwrap_err(), slept), (RequestError::Stopped, 3));
        assert_eq!(heard, [100, 99, 98, 97]);
    }
}
