//! A clock that advances only when a test steps it or sleeps.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokcache_core::time::{Clock, Timestamp};

pub(crate) struct SteppedClock {
    start: AtomicI64,
    elapsed: Mutex<Duration>,
}

impl SteppedClock {
    pub(crate) fn starting_at(seconds: i64) -> Self {
        SteppedClock { start: AtomicI64::new(seconds), elapsed: Mutex::new(Duration::ZERO) }
    }

    pub(crate) fn step(&self, seconds: u64) {
        *self.elapsed.lock().unwrap() += Duration::from_secs(seconds);
    }

    /// Moves the wall clock ahead or back.
    pub(crate) fn set_ahead(&self, seconds: i64) {
        self.start.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for SteppedClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.start.load(Ordering::Relaxed)).plus(self.elapsed())
    }

    fn elapsed(&self) -> Duration {
        *self.elapsed.lock().unwrap()
    }

    fn sleep(&self, wait: Duration) {
        *self.elapsed.lock().unwrap() += wait;
    }
}
