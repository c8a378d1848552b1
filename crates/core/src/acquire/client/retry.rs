//! Decides whether a failed request is repeated.

use std::time::Duration;

use crate::acquire::ClientApplication;
use crate::oauth::{AuthorityKind, EndpointKind, Endpoints, RequestError, Stage};

/// The maximum number of attempts, because a server that is down is not waited for.
const MOST_TRIES: u32 = 3;

/// The pause before the second attempt. Each further pause is three times as long. A `Retry-After` takes precedence.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// The number of attempts, and the deadline for further ones.
pub(in crate::acquire) struct Retry {
    made: u32,
    /// The deadline by [`Clock::elapsed`](crate::time::Clock::elapsed).
    deadline: Duration,
    /// Whether a refresh token was sent again that may have been redeemed.
    risked: bool,
}

impl Retry {
    /// Starts without attempts. No further attempt begins after `deadline`.
    pub(in crate::acquire) fn until(deadline: Duration) -> Self {
        Retry { made: 0, deadline, risked: false }
    }

    /// Returns how long to wait before the next attempt; `None` if there is none.
    ///
    /// Repeats a request that was not sent, or that the server says it has not processed (429; 503 with a
    /// `Retry-After`). After any other failure, the server may have redeemed the refresh token. Entra's rotation leaves
    /// the old token valid, so one more attempt is safe there. Elsewhere, a redeemed token that is sent again may end
    /// the sign-in.
    pub(in crate::acquire) fn pause_after(
        &mut self,
        error: &RequestError,
        kind: AuthorityKind,
        now: Duration,
    ) -> Option<Duration> {
        self.made += 1;
        match error {
            RequestError::Unavailable { stage: Stage::NotSent, .. }
            | RequestError::Unavailable { status: Some(429), .. }
            | RequestError::Unavailable { status: Some(503), retry_after: Some(_), .. } => {}
            error if may_be_spent(error) && kind.is_entra_like() && !self.risked => self.risked = true,
            _ => return None,
        }
        let pause = match error {
            RequestError::Unavailable { retry_after: Some(seconds), .. } => Duration::from_secs(*seconds),
            _ => FIRST_PAUSE * 3_u32.saturating_pow(self.made - 1),
        };
        (self.made < MOST_TRIES && now.saturating_add(pause) < self.deadline).then_some(pause)
    }

    /// Like [`pause_after`](Self::pause_after), for a request that may be processed twice: a discovery, a device
    /// authorization, a revocation. If the server sends a `Retry-After`, attempts continue until the deadline.
    pub(super) fn pause_after_harmless(&mut self, error: &RequestError, now: Duration) -> Option<Duration> {
        self.made += 1;
        let RequestError::Unavailable { retry_after, .. } = error else { return None };
        let pause = FIRST_PAUSE * 3_u32.saturating_pow(self.made - 1);
        let pause = pause.max(Duration::from_secs(retry_after.unwrap_or_default()));
        let is_worth_it = retry_after.is_some() || self.made < MOST_TRIES;
        (is_worth_it && now.saturating_add(pause) < self.deadline).then_some(pause)
    }
}

impl ClientApplication<'_> {
    /// Waits before a request is repeated that may be processed twice. `tries` may include attempts of earlier
    /// requests.
    ///
    /// # Errors
    /// The failure, if there is no further attempt.
    pub(in crate::acquire) async fn wait_to_retry(
        &self,
        tries: &mut Retry,
        failure: RequestError,
    ) -> Result<(), RequestError> {
        let Some(pause) = tries.pause_after_harmless(&failure, self.clock.elapsed()) else { return Err(failure) };
        self.observer.retrying(&failure, pause);
        self.clock.delay(pause).await;
        Ok(())
    }

    /// Returns the endpoints, including all `needed` ones, after retries if necessary.
    pub(in crate::acquire) async fn endpoints_after_retries(
        &self,
        tries: &mut Retry,
        needed: &[EndpointKind],
    ) -> Result<Endpoints, RequestError> {
        loop {
            match self.endpoints(needed).await {
                Ok(endpoints) => return Ok(endpoints),
                Err(failure) => self.wait_to_retry(tries, failure).await?,
            }
        }
    }

    /// Returns a counter without attempts.
    pub(in crate::acquire) fn tries(&self) -> Retry {
        Retry::until(self.clock.elapsed().saturating_add(self.retry_within))
    }
}

/// Whether the server may have processed the request although there was no good answer.
fn may_be_spent(error: &RequestError) -> bool {
    match error {
        RequestError::Unavailable { stage, .. } => *stage == Stage::Unknown,
        RequestError::Unintelligible { status, .. } => (200..300).contains(status),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unavailable(stage: Stage, status: Option<u16>, retry_after: Option<u64>) -> RequestError {
        RequestError::Unavailable { message: String::new(), stage, retry_after, status }
    }

    /// Returns the pauses in milliseconds between attempts with the same failure, within 30 s.
    fn pauses(error: &RequestError, kind: AuthorityKind) -> Vec<u128> {
        let mut tries = Retry::until(Duration::from_secs(30));
        let mut now = Duration::ZERO;
        std::iter::from_fn(|| {
            let pause = tries.pause_after(error, kind, now)?;
            now += pause;
            Some(pause.as_millis())
        })
        .collect()
    }

    #[test]
    fn what_has_not_left_is_sent_again_a_few_times() {
        for kind in [AuthorityKind::Oidc, AuthorityKind::Entra] {
            assert_eq!(pauses(&unavailable(Stage::NotSent, None, None), kind), [250, 750]);
        }
    }

    #[test]
    fn a_server_that_names_a_time_is_asked_then_if_that_fits() {
        let asked = |status, seconds| pauses(&unavailable(Stage::Unknown, Some(status), seconds), AuthorityKind::Oidc);
        assert_eq!(asked(429, Some(7)), [7000, 7000]);
        assert_eq!(asked(503, Some(20)), [20_000]);
        assert_eq!(asked(429, Some(31)), []);
        assert_eq!(asked(503, Some(u64::MAX)), []);
        assert_eq!(asked(429, None), [250, 750]);
        assert_eq!(asked(503, None), []);
    }

    #[test]
    fn what_may_be_spent_is_sent_again_only_to_entra_and_once() {
        let lost = unavailable(Stage::Unknown, None, None);
        let failed = unavailable(Stage::Unknown, Some(502), None);
        let page = RequestError::Unintelligible { message: String::new(), status: 200 };
        for error in [lost, failed, page] {
            assert_eq!(pauses(&error, AuthorityKind::Oidc), [], "{error:?}");
            assert_eq!(pauses(&error, AuthorityKind::Entra), [250], "{error:?}");
        }
    }

    #[test]
    fn what_does_no_harm_is_sent_again_whatever_became_of_it() {
        let pauses = |error: &RequestError| {
            let (mut tries, mut now) = (Retry::until(Duration::from_secs(30)), Duration::ZERO);
            let next = || {
                let pause = tries.pause_after_harmless(error, now)?;
                now += pause;
                Some(pause.as_millis())
            };
            std::iter::from_fn(next).collect::<Vec<_>>()
        };
        for (stage, status) in [(Stage::NotSent, None), (Stage::Unknown, None), (Stage::Unknown, Some(502))] {
            assert_eq!(pauses(&unavailable(stage, status, None)), [250, 750]);
        }
        assert_eq!(pauses(&unavailable(Stage::Unknown, Some(503), Some(7))), [7000, 7000, 7000, 7000]);
        assert_eq!(pauses(&unavailable(Stage::Unknown, Some(429), Some(0))), [250, 750, 2250, 6750]);
        assert_eq!(pauses(&unavailable(Stage::Unknown, Some(429), Some(u64::MAX))), []);
        assert_eq!(pauses(&RequestError::Unintelligible { message: String::new(), status: 404 }), []);
    }

    #[test]
    fn what_makes_no_sense_and_is_no_success_is_final() {
        let page = RequestError::Unintelligible { message: String::new(), status: 404 };
        assert_eq!(pauses(&page, AuthorityKind::Entra), []);
        assert_eq!(pauses(&RequestError::Unsupported { what: "token_endpoint" }, AuthorityKind::Entra), []);
    }
}
