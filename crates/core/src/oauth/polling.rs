//! Decides when a device polls and when it stops, RFC 8628 §3.5.

use std::ops::ControlFlow;
use std::time::Duration;

use super::device::DeviceAuthorization;
use super::error::RequestError;
use super::token::TokenResponse;
use super::token_error::ErrorCode;

/// The permanent increase of the interval after `slow_down` (RFC 8628 §3.5).
const SLOW_DOWN: Duration = Duration::from_secs(5);
/// The maximum pause, which doubles during an outage.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(60);

/// The state of a device that polls the token endpoint with [`DeviceTokenRequest`](super::DeviceTokenRequest)s until
/// the person has decided or the code has expired. It neither sends nor sleeps. Times are arguments, all from one
/// monotonic clock.
///
/// Any answer that is not a decision is ignored, because the person may be approving while a gateway shows its own
/// page. No poll comes earlier than the server allows, except for the last one at the deadline, so that a late approval
/// is not missed.
#[derive(Debug)]
pub struct DevicePolling {
    deadline: Duration,
    interval: Duration,
    pause: Duration,
    next_poll: Duration,
    /// Whether the server has answered before. Then a failure does not mean wrong settings, but a change in the
    /// network.
    was_heard: bool,
    last_failure: Option<RequestError>,
}

impl DevicePolling {
    /// Starts with an authorization that was received at `now`.
    pub fn new(authorization: &DeviceAuthorization, now: Duration) -> DevicePolling {
        let deadline = now.saturating_add(Duration::from_secs(authorization.expires_in));
        let interval = Duration::from_secs(authorization.interval.max(1));
        let next_poll = now.saturating_add(interval).min(deadline);
        DevicePolling { deadline, interval, pause: interval, next_poll, was_heard: false, last_failure: None }
    }

    /// Returns the time when the codes expire and the last poll is due.
    pub fn deadline(&self) -> Duration {
        self.deadline
    }

    /// Returns the time of the next poll.
    pub fn next_poll(&self) -> Duration {
        self.next_poll
    }

    /// Processes the result of a poll that was sent at `asked_at`, with the response's `Retry-After` in seconds. Breaks
    /// with the result of the sign-in if no further poll is useful.
    pub fn answered(
        &mut self,
        outcome: Result<TokenResponse, RequestError>,
        retry_after: Option<u64>,
        asked_at: Duration,
        now: Duration,
    ) -> ControlFlow<Result<TokenResponse, RequestError>> {
        match Poll::of(&outcome, self.was_heard) {
            Poll::Decided => return ControlFlow::Break(outcome),
            Poll::Expired => return ControlFlow::Break(Err(self.expired())),
            Poll::Failed => {
                let doubled = self.pause.saturating_mul(2).min(LONGEST_BACK_OFF).max(self.interval);
                self.pause = if retry_after.is_some() { self.interval } else { doubled };
                self.last_failure = outcome.err();
            }
            pending @ (Poll::Pending | Poll::SlowDown) => {
                if pending == Poll::SlowDown {
                    self.interval = self.interval.saturating_add(SLOW_DOWN);
                }
                self.pause = self.interval;
                (self.was_heard, self.last_failure) = (true, None);
            }
        }
        if asked_at >= self.deadline {
            return ControlFlow::Break(Err(self.expired()));
        }
        self.pause = self.pause.max(Duration::from_secs(retry_after.unwrap_or_default()));
        self.next_poll = now.saturating_add(self.pause).min(self.deadline);
        ControlFlow::Continue(())
    }

    /// Returns the error if the caller stops polling now.
    pub fn stopped(self) -> RequestError {
        self.last_failure.map_or(RequestError::Stopped, unheard)
    }

    fn expired(&mut self) -> RequestError {
        self.last_failure.take().map_or(RequestError::DeviceCodeExpired, unheard)
    }
}

/// The meaning of a poll's result.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Poll {
    /// The person has decided, or the server refuses further polls.
    Decided,
    /// The code has expired.
    Expired,
    /// There was no answer, or one that is not the token endpoint's own.
    Failed,
    /// The person has not decided yet.
    Pending,
    /// The person has not decided yet, and the polls are too frequent.
    SlowDown,
}

impl Poll {
    /// Interprets the result. If the server `was_heard` before, the settings are right, and the network has changed.
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

    /// Interprets an unknown error code. By RFC 8628 §3.5, it ends the polling. But "Not Found" or "forbidden" comes
    /// from a gateway, and an OAuth code comes with an OAuth status (RFC 6749 §5.2; GitHub's come with 200). Glewlwyd
    /// 2.7 sends an empty 400 while the person has not decided.
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

/// Returns the error for a code that expired during a failure of the server.
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
