//! Time as an argument: absolute times are [`Timestamp`]s, relative ones are [`Duration`]s. Code reads a clock and
//! sleeps only through a [`Clock`].

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
    /// The end of the year 9999: the last time that RFC 3339 can express, and that every database can store.
    pub const LATEST: Timestamp = Timestamp(253_402_300_799);

    /// Returns the time `wait` later, saturating.
    pub fn plus(self, wait: Duration) -> Timestamp {
        Timestamp(self.0.saturating_add(i64::try_from(wait.as_secs()).unwrap_or(i64::MAX)))
    }

    /// Returns the whole seconds since `earlier`; negative if `earlier` is later.
    pub fn seconds_since(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Returns the time in RFC 3339 format in UTC, with a final `Z`. Returns the plain number for years outside 0 to
    /// 9999.
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

/// A source of time: the system's in production, a stepped one in tests.
pub trait Clock: Send + Sync {
    /// Returns the wall-clock time. It may jump, so use it for stored times, never to measure a wait.
    fn now(&self) -> Timestamp;

    /// Returns the time since an arbitrary start, which never decreases. Use it for deadlines.
    fn elapsed(&self) -> Duration;

    /// Blocks the caller for `wait`.
    fn sleep(&self, wait: Duration);

    /// Returns a future that ends after `wait` and does not block; `None` if the clock can only block.
    fn timer(&self, wait: Duration) -> Option<BoxFuture<'_, ()>> {
        let _ = wait;
        None
    }

    /// Waits without blocking the caller if the clock supports that; otherwise blocks.
    fn delay(&self, wait: Duration) -> BoxFuture<'_, ()> {
        self.timer(wait).unwrap_or_else(|| Box::pin(async move { self.sleep(wait) }))
    }

    /// Blocks the caller until the signal arrives, at most for `wait`.
    ///
    /// # Errors
    /// The signal has not arrived, or cannot arrive any more.
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
    /// Returns a clock whose [`Clock::elapsed`] starts now.
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
