//! Waits for other processes with random pauses, so that they do not run in step.

use std::path::Path;
use std::time::Duration;

use tokcache_core::store::Pauses;

use crate::{Clock, Holder, StoreError};

/// The result of one attempt to take a lock.
pub enum Attempt<Lock> {
    /// This process now holds the lock.
    Held(Lock),
    /// Another process holds the lock.
    Taken(Holder),
}

/// A lock that another process may hold.
pub(crate) trait TryLock {
    /// The value that represents the held lock.
    type Lock;

    /// Tries once to take the lock.
    ///
    /// # Errors
    /// The lock cannot be read.
    fn attempt(&mut self) -> Result<Attempt<Self::Lock>, StoreError>;

    /// Waits for `pause` before the next attempt. An implementation that can watch for the release of the lock may wait
    /// longer, up to `most`. Returns whether the release came.
    fn rest(&mut self, pause: Duration, most: Duration, clock: &dyn Clock) -> bool;
}

/// Called with the lock file and its holder when a wait takes long.
pub type Waiting = dyn Fn(&Path, &Holder) + Send + Sync;

/// The shortest wait that is reported.
const WORTH_TELLING: Duration = Duration::from_secs(2);

/// The time limit of a wait, its clock, and the callback for long waits.
#[derive(Clone, Copy)]
pub(crate) struct WaitPolicy<'a> {
    /// The time limit.
    pub(crate) limit: Duration,
    /// The clock.
    pub(crate) clock: &'a dyn Clock,
    /// The callback for long waits.
    pub(crate) waiting: &'a Waiting,
}

/// Tries to take the lock until it is held.
///
/// # Errors
/// [`StoreError::Busy`] with `lock` after `patience`, and any error of `attempt`.
pub(crate) fn wait_for<Lock>(
    lock: &Path,
    patience: WaitPolicy<'_>,
    attempt: &mut dyn FnMut() -> Result<Attempt<Lock>, StoreError>,
) -> Result<Lock, StoreError> {
    let WaitPolicy { limit, clock, waiting } = patience;
    let start = clock.elapsed();
    let mut told = false;
    let mut pauses = Pauses::new(limit, clock);
    loop {
        match attempt()? {
            Attempt::Held(lock) => return Ok(lock),
            Attempt::Taken(holder) => {
                if !told && clock.elapsed().saturating_sub(start) >= WORTH_TELLING {
                    told = true;
                    waiting(lock, &holder);
                }
                let (pause, _) = pauses.next(holder, || lock.to_owned())?;
                clock.sleep(pause);
                pauses.rested(pause);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::{Arc, Mutex};

    use super::*;
    use tokcache_core::time::Timestamp;

    /// A clock that advances only when it sleeps.
    #[derive(Default)]
    struct SleepClock(std::sync::Mutex<Duration>);

    impl Clock for SleepClock {
        fn now(&self) -> Timestamp {
            Timestamp(0)
        }
        fn elapsed(&self) -> Duration {
            *self.0.lock().unwrap()
        }
        fn sleep(&self, wait: Duration) {
            *self.0.lock().unwrap() += wait;
        }
    }

    fn taken_by(pid: u32) -> Result<Attempt<()>, StoreError> {
        Ok(Attempt::Taken(Holder { pid: Some(pid), ..Holder::default() }))
    }

    #[test]
    fn patience_ends_with_the_last_known_holder() {
        let attempts = Cell::new(0);
        let mut attempt = || {
            attempts.set(attempts.get() + 1);
            if attempts.get() == 1 { taken_by(42) } else { Ok(Attempt::Taken(Holder::default())) }
        };
        let told = Arc::new(Mutex::new(Vec::new()));
        let clock = SleepClock::default();
        let heard = Arc::clone(&told);
        let waiting = move |_: &Path, holder: &Holder| heard.lock().unwrap().push(holder.to_string());
        let limit = Duration::from_secs(60);
        let outcome = wait_for(Path::new("lock"), WaitPolicy { limit, clock: &clock, waiting: &waiting }, &mut attempt);
        assert_eq!(*told.lock().unwrap(), ["another process"]);
        let Err(StoreError::Busy { lock, holder, waited }) = outcome else { panic!("not busy") };
        assert_eq!((lock.as_path(), holder.pid, waited), (Path::new("lock"), Some(42), Duration::from_secs(60)));
    }
}
