//! A clock without real waits.

use std::sync::Mutex;
use std::time::Duration;

use tokcache_core::time::{Clock, SystemClock, Timestamp};

/// A clock that starts at its creation, and advances only when it sleeps, which takes no time.
pub(crate) struct SleepClock {
    made: Timestamp,
    slept: Mutex<Duration>,
}

impl Default for SleepClock {
    fn default() -> Self {
        SleepClock { made: SystemClock::new().now(), slept: Mutex::default() }
    }
}

impl SleepClock {
    pub(crate) fn slept(&self) -> Duration {
        *self.slept.lock().unwrap()
    }
}

impl Clock for SleepClock {
    fn now(&self) -> Timestamp {
        self.made.plus(self.slept())
    }

    fn elapsed(&self) -> Duration {
        self.slept()
    }

    fn sleep(&self, wait: Duration) {
        *self.slept.lock().unwrap() += wait;
    }
}
