use std::sync::Mutex;
use std::time::Duration;

use tokcache_core::store::mutex::locked;
use tokcache_core::time::{Clock, Timestamp};

/// Time that passes only when a test says so, or sleeps.
pub struct SteppedClock {
    start: Timestamp,
    elapsed: Mutex<Duration>,
}

impl SteppedClock {
    /// A clock that shows `start` until it is moved.
    pub fn starting_at(start: Timestamp) -> Self {
        SteppedClock { start, elapsed: Mutex::new(Duration::ZERO) }
    }

    /// Lets time pass.
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
