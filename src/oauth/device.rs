//! The device authorization grant, RFC 8628.

use std::ops::ControlFlow;
use std::time::Duration;

use crate::secret::DeviceCode;
use crate::terms::ScopeSet;

use super::client::{Client, checked_claims, named, with_reserved_scopes};
use super::error::RequestError;
use super::http::Response;
use super::members::Members;
use super::token::TokenResponse;
use super::token_error::{ErrorCode, TokenErrorResponse};

/// `grant_type`, RFC 8628 §3.4.
pub const DEVICE_CODE_GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// Seconds; RFC 8628 demands `expires_in`, so this is what MSAL assumes.
const DEFAULT_EXPIRES_IN: u64 = 1800;
/// Seconds, RFC 8628 §3.2.
const DEFAULT_INTERVAL: u64 = 5;
/// What `slow_down` adds for good, RFC 8628 §3.5.
const SLOW_DOWN: Duration = Duration::from_secs(5);
/// A caller hears at least this often how long there is left.
const SLICE: Duration = Duration::from_secs(1);
/// During an outage the pause doubles up to this.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(60);

/// A device authorization response (RFC 8628 §3.2): what to show to the person, and how to ask whether it is done.
/// The texts are the server's, raw.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DeviceAuthorization {
    /// `device_code`.
    pub device_code: DeviceCode,
    /// `user_code`.
    pub user_code: String,
    /// `verification_uri`, or `verification_url` as some servers call it.
    pub verification_uri: String,
    /// `verification_uri_complete`: the code is in it.
    pub verification_uri_complete: Option<String>,
    /// Seconds from receipt that the codes are good for.
    pub expires_in: u64,
    /// Seconds between two questions, at least 1.
    pub interval: u64,
    /// `message`: Entra's own words for the person.
    pub message: Option<String>,
    /// The claims asked for; they are sent with each question too, as MSAL does.
    pub claims: Option<String>,
}

impl DeviceAuthorization {
    fn read(response: &Response, claims: Option<&str>) -> Option<DeviceAuthorization> {
        let members = Members::parse(&response.body).filter(|_| (200..300).contains(&response.status))?;
        let uri = |name, alias| members.string(name).or_else(|| members.string(alias));
        Some(DeviceAuthorization {
            device_code: members.secret("device_code")?,
            user_code: members.string("user_code")?,
            verification_uri: uri("verification_uri", "verification_url")?,
            verification_uri_complete: uri("verification_uri_complete", "verification_url_complete"),
            expires_in: members.seconds("expires_in").unwrap_or(DEFAULT_EXPIRES_IN),
            interval: members.seconds("interval").unwrap_or(DEFAULT_INTERVAL).max(1),
            message: members.string("message"),
            claims: claims.map(str::to_owned),
        })
    }
}

impl Client<'_> {
    /// Asks for a code (RFC 8628 §3.1). Besides `scopes` it asks for `openid profile offline_access`, to learn who
    /// signs in and to get a refresh token.
    ///
    /// # Errors
    /// [`RequestError::Unsupported`] if no device authorization endpoint is known.
    pub fn authorize_device(
        &self,
        scopes: &ScopeSet,
        claims: Option<&str>,
    ) -> Result<DeviceAuthorization, RequestError> {
        let endpoint = named(&self.endpoints.device_authorization, "device_authorization_endpoint")?;
        let scope = with_reserved_scopes(scopes).to_string();
        let mut fields = vec![("scope", scope.as_str())];
        fields.extend(checked_claims(claims)?);
        self.ask(endpoint, fields, Vec::new(), |response| DeviceAuthorization::read(response, claims))
    }

    /// Asks until the person has decided (RFC 8628 §3.4), the code has expired by our own clock, or `waiting`, which
    /// hears at least once a second how long there is left, breaks off. Outages are waited out. The last question is
    /// asked when the time is up, so that no late approval is missed.
    ///
    /// # Errors
    /// [`RequestError::DeviceCodeExpired`], [`RequestError::Stopped`], a refusal, or an outage that lasted to the end.
    pub fn poll_device(
        &self,
        authorization: &DeviceAuthorization,
        waiting: &mut dyn FnMut(Duration) -> ControlFlow<()>,
    ) -> Result<TokenResponse, RequestError> {
        let deadline = self.clock.elapsed().saturating_add(Duration::from_secs(authorization.expires_in));
        let mut interval = Duration::from_secs(authorization.interval.max(1));
        let mut pause = interval;
        loop {
            self.wait(pause, deadline, waiting)?;
            let is_last = self.clock.elapsed() >= deadline;
            match self.ask_whether_approved(authorization) {
                Err(RequestError::Refused(refusal)) if refusal.error == ErrorCode::ExpiredToken => {
                    return Err(RequestError::DeviceCodeExpired);
                }
                Err(RequestError::Refused(refusal)) if is_pending(&refusal) => {
                    if is_last {
                        return Err(RequestError::DeviceCodeExpired);
                    }
                    if refusal.error == ErrorCode::SlowDown {
                        interval = interval.saturating_add(SLOW_DOWN);
                    }
                    pause = interval;
                }
                Err(RequestError::Unavailable { retry_after, .. }) if !is_last => {
                    let doubled = pause.saturating_mul(2).min(LONGEST_BACK_OFF);
                    pause = doubled.max(interval).max(Duration::from_secs(retry_after.unwrap_or_default()));
                }
                decided => return decided,
            }
        }
    }

    fn ask_whether_approved(&self, authorization: &DeviceAuthorization) -> Result<TokenResponse, RequestError> {
        let mut fields =
            vec![("grant_type", DEVICE_CODE_GRANT_TYPE), ("device_code", authorization.device_code.expose())];
        fields.extend(checked_claims(authorization.claims.as_deref())?);
        self.ask_for_token(fields, Vec::new())
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

/// Whether the person has not decided yet. Glewlwyd 2.7 says so by a 400 without a word, which is no proof of denial.
fn is_pending(refusal: &TokenErrorResponse) -> bool {
    match &refusal.error {
        ErrorCode::AuthorizationPending | ErrorCode::SlowDown => true,
        ErrorCode::Other(code) => code.is_empty() && refusal.status == 400,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::scripted::{Scripted, SteppedClock, answer};
    use crate::oauth::{Authority, Endpoint, Endpoints};
    use crate::terms::ClientId;

    const PENDING: &str = r#"{"error":"authorization_pending"}"#;
    const GRANTED: &str = r#"{"access_token":"at"}"#;

    /// Runs `act` as a client of `http`; tells what came of it and how many seconds it slept.
    fn with<Answer>(http: &Scripted, act: impl FnOnce(&Client<'_>) -> Answer) -> (Answer, u64) {
        let authority = Authority::parse("https://idp.example.com", None).unwrap();
        let endpoint = |name| Some(Endpoint::parse(&format!("https://idp.example.com/{name}")).unwrap());
        let endpoints =
            Endpoints { token: endpoint("token"), device_authorization: endpoint("device"), ..Endpoints::default() };
        let clock = SteppedClock::default();
        let client_id = ClientId::new("app");
        let answer =
            act(&Client { http, clock: &clock, client_id: &client_id, authority: &authority, endpoints: &endpoints });
        assert!(clock.longest_sleep() <= SLICE);
        assert_eq!(http.left(), 0, "answers not asked for");
        (answer, clock.seconds())
    }

    fn authorize(body: &str) -> Result<DeviceAuthorization, RequestError> {
        with(&Scripted::new([answer(200, body)]), |client| client.authorize_device(&ScopeSet::default(), None)).0
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
        }
    }

    /// Polls an authorization of 5 s interval and 100 s life.
    fn poll(http: &Scripted) -> (Result<TokenResponse, RequestError>, u64) {
        with(http, |client| client.poll_device(&authorization(5, 100), &mut |_| ControlFlow::Continue(())))
    }

    #[test]
    fn the_request_asks_for_identity_and_a_refresh_token_too() {
        let http = Scripted::new([answer(200, r#"{"device_code":"d","user_code":"u","verification_uri":"v"}"#)]);
        let scopes = ScopeSet::parse("read");
        let (authorization, _) = with(&http, |client| client.authorize_device(&scopes, Some("{}")));
        assert_eq!(http.url(0), "https://idp.example.com/device");
        assert_eq!(http.form(0), "claims={}\nclient_id=app\nscope=read openid profile offline_access");
        assert_eq!(authorization.unwrap().claims.as_deref(), Some("{}"));
    }

    #[test]
    fn an_authorization_is_read_in_full() {
        let body = r#"{"device_code":"canary","user_code":"AB-CD","verification_uri":"https://v","expires_in":"900",
            "verification_uri_complete":"https://v?c","interval":"7","message":"Go to"}"#;
        assert_eq!(
            authorize(body).unwrap(),
            DeviceAuthorization {
                verification_uri: "https://v".into(),
                verification_uri_complete: Some("https://v?c".into()),
                message: Some("Go to".into()),
                ..authorization(7, 900)
            }
        );
        assert!(!format!("{:?}", authorize(body)).contains("canary"));
    }

    #[test]
    fn what_is_missing_has_a_default() {
        let bare = authorize(r#"{"device_code":"d","user_code":"u","verification_url":"https://v"}"#).unwrap();
        assert_eq!((bare.expires_in, bare.interval, &*bare.verification_uri), (1800, 5, "https://v"));
        let zero = authorize(r#"{"device_code":"d","user_code":"u","verification_uri":"v","interval":0}"#).unwrap();
        assert_eq!(zero.interval, 1);
    }

    #[test]
    fn an_authorization_without_a_code_is_unintelligible() {
        let error = authorize(r#"{"device_code":"canary","verification_uri":"v"}"#).unwrap_err();
        assert!(matches!(error, RequestError::Unintelligible { .. }));
        assert!(!format!("{error} {error:?}").contains("canary"));
    }

    #[test]
    fn polling_waits_for_the_interval_and_ends_with_the_grant() {
        // GitHub says it with 200, and Google with 428.
        let http = Scripted::new([answer(200, PENDING), answer(428, PENDING), answer(200, GRANTED)]);
        let (result, slept) = poll(&http);
        assert_eq!(result.unwrap().access_token.expose(), "at");
        assert_eq!(slept, 15);
        assert_eq!(http.form(2), format!("client_id=app\ndevice_code=canary\ngrant_type={DEVICE_CODE_GRANT_TYPE}"));
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
        assert!(poll(&Scripted::new([answer(400, ""), answer(200, GRANTED)])).0.is_ok());
        assert!(matches!(poll(&Scripted::new([answer(401, "")])).0, Err(RequestError::Refused(_))));
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
