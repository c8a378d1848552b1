use std::sync::Mutex;
use std::time::Duration;

use tokcache_core::store::mutex::locked;
use tokcache_core::time::{Clock, Timestamp};

/// A clock that advances only when a test steps it or sleeps.
pub struct SteppedClock {
    start: Timestamp,
    elapsed: Mutex<Duration>,
}

impl SteppedClock {
    /// Returns a clock that shows `start`.
    pub fn starting_at(start: Timestamp) -> Self {
        SteppedClock { start, elapsed: Mutex::new(Duration::ZERO) }
    }

    /// Advances the clock.
    pub fn step(&self, time: Duration) {
        *locked(&self.elapsed) += time;
    }
}

impl Default for SteppedClock {
    fn default() -> Self {
        SteppedClock::starting_at(Timestamp(1_700_000_000))
    }
}

impl Clock for SteppedClock {
    fn now(&self) -> Timestamp {
        self.start.plus(self.elapsed())
    }

    fn elapsed(&self) -> Duration {
        *locked(&self.elapsed)
    }

    fn sleep(&self, wait: Duration) {
        self.step(wait);
    }
}
