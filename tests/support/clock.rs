//! Time that a test need not wait for.

use std::sync::Mutex;
use std::time::Duration;

use tokcache_core::time::{Clock, SystemClock, Timestamp};

/// The time at which it was made; only sleeping moves it, and takes none.
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
