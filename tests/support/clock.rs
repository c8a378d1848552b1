//! Time that passes only when somebody says so, or sleeps.

use std::sync::Mutex;
use std::time::Duration;

use tokcache::time::{Clock, Timestamp};

pub(crate) struct SteppedClock {
    start: i64,
    elapsed: Mutex<Duration>,
}

impl SteppedClock {
    pub(crate) fn starting_at(seconds: i64) -> Self {
        SteppedClock { start: seconds, elapsed: Mutex::new(Duration::ZERO) }
    }

    pub(crate) fn step(&self, seconds: u64) {
        *self.elapsed.lock().unwrap() += Duration::from_secs(seconds);
    }
}

impl Clock for SteppedClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.start).plus(self.elapsed())
    }

    fn elapsed(&self) -> Duration {
        *self.elapsed.lock().unwrap()
    }

    fn sleep(&self, wait: Duration) {
        *self.elapsed.lock().unwrap() += wait;
    }
}
