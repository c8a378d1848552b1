//! Time as an argument: absolute times are [`Timestamp`]s, relative ones [`Duration`]s, and nobody
//! reads a clock or sleeps but through a [`Clock`].

use std::fmt;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ::time::OffsetDateTime;
use ::time::format_description::well_known::Rfc3339;

use crate::future::BoxFuture;

/// Seconds since 1970-01-01T00:00:00Z, as the MSAL schema counts them.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The time `wait` later, saturating.
    pub fn plus(self, wait: Duration) -> Timestamp {
        Timestamp(self.0.saturating_add(i64::try_from(wait.as_secs()).unwrap_or(i64::MAX)))
    }

    /// Whole seconds from `earlier` to here; negative when `earlier` is later.
    pub fn seconds_since(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// RFC 3339 in UTC, `Z` at the end. Years outside 0 to 9999 have no such form: the plain number then.
    pub fn rfc3339(self) -> String {
        OffsetDateTime::from_unix_timestamp(self.0)
            .ok()
            .and_then(|time| time.format(&Rfc3339).ok())
            .unwrap_or_else(|| self.0.to_string())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Where time comes from: the system's in production, a stepped one in tests.
pub trait Clock: Send + Sync {
    /// The wall clock. It may step; use it for what is stored, never to measure a wait.
    fn now(&self) -> Timestamp;

    /// A clock that only goes forward, from an arbitrary start: for deadlines.
    fn elapsed(&self) -> Duration;

    /// Blocks the caller for `wait`.
    fn sleep(&self, wait: Duration);

    /// Waits without blocking the caller, where the clock can; otherwise it blocks.
    fn delay(&self, wait: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async move { self.sleep(wait) })
    }

    /// Blocks the caller until the signal comes, but no longer than `wait`.
    ///
    /// # Errors
    /// It did not come, or cannot come any more.
    fn wait_for(&self, signal: &Receiver<()>, wait: Duration) -> Result<(), RecvTimeoutError> {
        self.sleep(wait);
        signal.recv_timeout(Duration::ZERO)
    }
}

/// The operating system's clocks.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// A clock whose [`Clock::elapsed`] starts now.
    pub fn new() -> Self {
        SystemClock { started: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Timestamp(i64::try_from(seconds).unwrap_or(i64::MAX))
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn sleep(&self, wait: Duration) {
        std::thread::sleep(wait);
    }

    fn wait_for(&self, signal: &Receiver<()>, wait: Duration) -> Result<(), RecvTimeoutError> {
        signal.recv_timeout(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3339_is_utc() {
        assert_eq!(Timestamp(1_700_000_000).rfc3339(), "2023-11-14T22:13:20Z");
    }

    #[test]
    fn a_time_that_has_no_rfc3339_form_is_a_number() {
        assert_eq!(Timestamp(i64::MAX).rfc3339(), i64::MAX.to_string());
    }

    #[test]
    fn adding_saturates() {
        assert_eq!(Timestamp(1).plus(Duration::MAX), Timestamp(i64::MAX));
    }
}
