//! Time that a test need not wait for.

use std::sync::Mutex;
use std::time::Duration;

use tokcache::time::{Clock, SystemClock, Timestamp};

/// The system's clock, but sleeping only moves it.
#[derive(Default)]
pub(crate) struct SleepClock {
    slept: Mutex<Duration>,
}

impl SleepClock {
    pub(crate) fn slept(&self) -> Duration {
        *self.slept.lock().unwrap()
    }
}

impl Clock for SleepClock {
    fn now(&self) -> Timestamp {
        SystemClock::new().now().plus(self.slept())
    }

    fn elapsed(&self) -> Duration {
        self.slept()
    }

    fn sleep(&self, wait: Duration) {
        *self.slept.lock().unwrap() += wait;
    }
}
