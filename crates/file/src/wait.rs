//! How to wait for another process: politely, and not in step with the others.

use std::path::Path;
use std::time::Duration;

use tokcache_core::store::Pauses;

use crate::{Clock, Holder, StoreError};

/// What one try at a lock came to.
pub enum Attempt<Lock> {
    /// The lock is ours.
    Held(Lock),
    /// It is somebody else's.
    Taken(Holder),
}

/// What may be locked by somebody else.
pub(crate) trait TryLock {
    /// What is held then.
    type Lock;

    /// Tries once.
    ///
    /// # Errors
    /// The lock cannot be looked at.
    fn attempt(&mut self) -> Result<Attempt<Self::Lock>, StoreError>;

    /// Lets `pause` pass before the next try. Who listens for the end of the lock may wait longer for that, up to
    /// `most`, and returns whether it came.
    fn rest(&mut self, pause: Duration, most: Duration, clock: &dyn Clock) -> bool;
}

/// Is told whose lock is waited for, should that take a while.
pub type Waiting = dyn Fn(&Path, &Holder) + Send + Sync;

/// A wait shorter than this is nobody's concern.
const WORTH_TELLING: Duration = Duration::from_secs(2);

/// How long to wait, by which clock, and who is told.
#[derive(Clone, Copy)]
pub(crate) struct WaitPolicy<'a> {
    /// How long.
    pub(crate) limit: Duration,
    /// By which clock.
    pub(crate) clock: &'a dyn Clock,
    /// Who is told.
    pub(crate) waiting: &'a Waiting,
}

/// Tries until the lock is held. [`StoreError::Busy`] when `patience` is over, with `lock` as its name.
///
/// # Errors
/// [`StoreError::Busy`], and whatever `attempt` says.
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

    /// A clock on which only sleeping takes time.
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
        Ok(Attempt::Taken(Holder { pid: Some(pid), program: None }))
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
