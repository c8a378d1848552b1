//! Shares an outage with the processes that waited for the failed request, so that they do not send their own. Later
//! processes respect the server's `Retry-After`, within limits.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::acquire::{AcquireError, ClientApplication};
use crate::oauth::{RequestError, Stage};
use crate::store::Lease;
use crate::time::Timestamp;

/// How many seconds all processes wait after an outage without a `Retry-After`.
const SHORT_HOLD: u64 = 1;

/// The maximum number of seconds to respect, because a server may send a wrong `Retry-After`.
const LONGEST_HOLD: u64 = 60;

/// The note of a lease holder about an outage. It contains no secret and none of the server's text.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(in crate::acquire) struct Outage {
    /// The time of the outage in seconds since the epoch, by the clock of the process that met it.
    at: i64,
    /// Distinguishes two outages within one second.
    mark: u64,
    /// The reason.
    message: String,
    /// The server's `Retry-After` in seconds.
    retry_after: Option<u64>,
    /// Whether a retry may help.
    passes: bool,
}

impl Outage {
    fn of(error: &RequestError, at: Timestamp) -> Option<Outage> {
        let (status, message, retry_after, passes) = match error {
            RequestError::Unavailable { message, retry_after, status, .. } => (*status, message, *retry_after, true),
            RequestError::Unintelligible { message, status } => (Some(*status), message, None, false),
            _ => return None,
        };
        let message = status.map_or_else(|| message.clone(), |status| format!("HTTP {status}"));
        Some(Outage { at: at.0, mark: fastrand::u64(..), message, retry_after, passes })
    }

    /// Returns the remaining time in which no request is sent; `None` if it is over. Ignores a note from the future,
    /// which means that a clock was set back.
    pub(in crate::acquire) fn hold(&self, now: Timestamp) -> Option<Duration> {
        let hold = self.retry_after.unwrap_or(SHORT_HOLD).min(LONGEST_HOLD);
        let since = u64::try_from(now.seconds_since(Timestamp(self.at))).ok()?;
        hold.checked_sub(since).filter(|left| *left > 0).map(Duration::from_secs)
    }

    /// Returns the failure for a process that has not sent a request itself.
    pub(in crate::acquire) fn failure(&self, now: Timestamp) -> AcquireError {
        let since = u64::try_from(now.seconds_since(Timestamp(self.at))).unwrap_or_default();
        let message = format!("{} (as another process was told; the server was not asked again)", self.message);
        if !self.passes {
            return AcquireError::Unintelligible { message };
        }
        AcquireError::Unavailable { message, retry_after: self.retry_after.map(|after| after.saturating_sub(since)) }
    }
}

/// Converts an unintelligible success of an endpoint that is known to be right to an outage: the cause is a proxy or the
/// server, and not a mistyped address.
pub(in crate::acquire) fn as_outage(error: RequestError) -> RequestError {
    match error {
        RequestError::Unintelligible { message, status: status @ 200..300 } => {
            RequestError::Unavailable { message, stage: Stage::Unknown, retry_after: None, status: Some(status) }
        }
        error => error,
    }
}

impl ClientApplication<'_> {
    /// Returns the outage that the last holder of this lease has noted.
    pub(in crate::acquire) async fn outage(&self, credential: &str) -> Option<Outage> {
        serde_json::from_slice(&self.store.note(&self.partition, credential).await?).ok()
    }

    /// Returns the outage that another process has met since a call began with the `known` one, as the failure of the
    /// call.
    pub(in crate::acquire) async fn outage_since(
        &self,
        known: Option<&Outage>,
        credential: &str,
    ) -> Option<AcquireError> {
        let outage = self.outage(credential).await?;
        (known != Some(&outage)).then(|| outage.failure(self.clock.now()))
    }

    /// Notes the error of a request if it means that the server cannot be reached.
    pub(in crate::acquire) async fn note_outage(&self, lease: &dyn Lease, error: &RequestError) {
        let note = Outage::of(error, self.clock.now()).and_then(|outage| serde_json::to_vec(&outage).ok());
        if let Some(note) = note {
            lease.note(Some(&note)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THEN: Timestamp = Timestamp(1_700_000_000);

    fn outage(retry_after: Option<u64>) -> Outage {
        let message = "HTTP 503: the server's own words".to_owned();
        let error = RequestError::Unavailable { message, stage: Stage::Unknown, retry_after, status: Some(503) };
        Outage::of(&error, THEN).unwrap()
    }

    /// Returns the remaining seconds `after` seconds.
    fn left(outage: &Outage, after: i64) -> Option<u64> {
        outage.hold(Timestamp(THEN.0 + after)).map(|left| left.as_secs())
    }

    #[test]
    fn a_server_is_left_alone_for_as_long_as_it_asked_within_bounds() {
        assert_eq!(
            [0, 19, 20, 21, -1].map(|after| left(&outage(Some(20)), after)),
            [Some(20), Some(1), None, None, None]
        );
        assert_eq!([0, 1, 5].map(|after| left(&outage(None), after)), [Some(1), None, None]);
        assert_eq!([0, 59, 60].map(|after| left(&outage(Some(u64::MAX)), after)), [Some(60), Some(1), None]);
        assert_eq!(left(&outage(Some(0)), 0), None);
    }

    #[test]
    fn a_note_has_none_of_the_servers_words_and_tells_the_time_that_is_left() {
        let error = outage(Some(20)).failure(Timestamp(THEN.0 + 5));
        let AcquireError::Unavailable { message, retry_after: Some(15) } = error else { panic!("{error:?}") };
        assert!(message.starts_with("HTTP 503 (") && !message.contains("words"), "{message}");
    }

    #[test]
    fn an_answer_that_makes_no_sense_is_an_outage_only_where_the_endpoint_is_right() {
        let page = || RequestError::Unintelligible { message: "HTTP 200: <html>".to_owned(), status: 200 };
        let failure = |error| Outage::of(&error, THEN).unwrap().failure(THEN);
        assert!(matches!(failure(as_outage(page())), AcquireError::Unavailable { .. }));
        assert!(matches!(failure(page()), AcquireError::Unintelligible { .. }));
    }

    #[test]
    fn two_outages_of_one_second_are_two() {
        assert_ne!(outage(None), outage(None));
    }
}
