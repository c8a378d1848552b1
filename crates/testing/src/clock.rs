use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokcache_core::future::BoxFuture;
use tokcache_core::store::mutex::locked;
use tokcache_core::time::{Clock, SystemClock, Timestamp};
use tokio::time::Instant;

/// A clock that advances only when a test steps it or sleeps.
pub struct SteppedClock {
    start: AtomicI64,
    elapsed: Mutex<Duration>,
}

impl SteppedClock {
    /// Returns a clock that shows `start`.
    pub fn starting_at(start: Timestamp) -> Self {
        SteppedClock { start: AtomicI64::new(start.0), elapsed: Mutex::new(Duration::ZERO) }
    }

    /// Advances the clock.
    pub fn step(&self, time: Duration) {
        *locked(&self.elapsed) += time;
    }

    /// Sets the wall clock ahead, or back if `seconds` is negative. The elapsed time stays.
    pub fn set_ahead(&self, seconds: i64) {
        self.start.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Default for SteppedClock {
    fn default() -> Self {
        SteppedClock::starting_at(Timestamp(1_700_000_000))
    }
}

impl Clock for SteppedClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.start.load(Ordering::Relaxed)).plus(self.elapsed())
    }

    fn elapsed(&self) -> Duration {
        *locked(&self.elapsed)
    }

    fn sleep(&self, wait: Duration) {
        self.step(wait);
    }
}

/// The clock of a tokio runtime, which a test can pause. It panics if a worker is to be blocked.
pub struct TokioClock {
    start: Timestamp,
    started: Instant,
}

impl TokioClock {
    /// Returns a clock that shows the system's time and goes on by the runtime's.
    pub fn new() -> Self {
        TokioClock::starting_at(SystemClock::new().now())
    }

    /// Returns a clock that shows `start` and goes on by the runtime's time.
    pub fn starting_at(start: Timestamp) -> Self {
        TokioClock { start, started: Instant::now() }
    }
}

impl Default for TokioClock {
    fn default() -> Self {
        TokioClock::new()
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Timestamp {
        self.start.plus(self.elapsed())
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn sleep(&self, _wait: Duration) {
        panic!("a worker is blocked");
    }

    fn timer(&self, wait: Duration) -> Option<BoxFuture<'_, ()>> {
        Some(Box::pin(tokio::time::sleep(wait)))
    }
}
