//! Waiting for a lease, with jitter.

use std::path::PathBuf;
use std::time::Duration;

use super::{Holder, Lease, LeaseAttempt, LeaseRequest, StoreError};
use crate::time::Clock;

const FIRST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(25);
/// The longest wait for the end of a lease before the next attempt, in case the end was missed.
const LONGEST_REST: Duration = Duration::from_millis(200);
/// A rest that lasts this much longer than planned, or an attempt that lasts this long, shows that this process was
/// suspended, as by Ctrl-Z.
const SUSPENDED: Duration = Duration::from_secs(1);
/// How often the caller may check whether it still needs the lease.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The next step of a wait.
pub enum Turn {
    /// The caller holds the lease.
    Held(Box<dyn Lease>),
    /// Another process holds the lease. The caller may check whether a holder has already saved the token that it
    /// needs.
    Taken(Holder),
}

/// A wait for a lease, in which the caller can check now and then whether it still needs the lease.
pub struct LeaseWait<'a> {
    request: Box<dyn LeaseRequest + 'a>,
    clock: &'a dyn Clock,
    pauses: Pauses<'a>,
    next_look: Duration,
    /// The holder at the last attempt, unless the lease was reported free since.
    holder: Option<Holder>,
    /// The holder at the caller's last check.
    seen: Option<Holder>,
}

impl<'a> LeaseWait<'a> {
    /// Starts a wait of at most `patience` for the lease of `request`.
    pub fn new(request: Box<dyn LeaseRequest + 'a>, patience: Duration, clock: &'a dyn Clock) -> Self {
        let pauses = Pauses::new(patience, clock);
        LeaseWait { request, clock, next_look: pauses.start, pauses, holder: None, seen: None }
    }

    /// Waits for the next step. `Taken` comes at once, then about every 50 ms, or every 200 ms if the store reports the
    /// end of a lease, and whenever the lease is free or has a new holder: the last holder may have saved what the
    /// caller needs.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if `patience` is over.
    pub async fn next(&mut self) -> Result<Turn, StoreError> {
        loop {
            if let Some(holder) = &self.holder {
                let (pause, left) = self.pauses.next(holder.clone(), || self.request.name())?;
                let most = left.min(LONGEST_REST);
                let is_free = self.request.rest(pause, most, self.clock).await;
                self.pauses.rested(most);
                if is_free {
                    // The next attempt comes without a pause.
                    return Ok(Turn::Taken(self.holder.take().unwrap_or_default()));
                }
            }
            let holder = match self.request.attempt().await? {
                LeaseAttempt::Held(lease) => return Ok(Turn::Held(lease)),
                LeaseAttempt::Taken(holder) => holder,
            };
            let is_news = self.seen.as_ref() != Some(&holder);
            self.holder = Some(holder.clone());
            if is_news || self.clock.elapsed() >= self.next_look {
                self.next_look = self.clock.elapsed() + LOOK_EVERY;
                self.seen = Some(holder.clone());
                return Ok(Turn::Taken(holder));
            }
        }
    }
}

/// The pauses of one wait: longer and longer, with jitter.
pub struct Pauses<'a> {
    patience: Duration,
    clock: &'a dyn Clock,
    start: Duration,
    /// The start of the current rest, or of what follows it: the caller's check and the attempt.
    step: Duration,
    /// Whether the wait has been extended for a slow attempt.
    is_extended: bool,
    pause: Duration,
    /// The last known holder, for errors. Between two holders, the lease is free for a moment.
    last_known: Holder,
}

impl<'a> Pauses<'a> {
    /// Starts a wait of at most `patience`.
    pub fn new(patience: Duration, clock: &'a dyn Clock) -> Self {
        let start = clock.elapsed();
        Pauses {
            patience,
            clock,
            start,
            step: start,
            is_extended: false,
            pause: FIRST_PAUSE,
            last_known: Holder::default(),
        }
    }

    /// Returns the pause after an attempt that met this holder, and the remaining patience. The caller rests, and then
    /// calls [`rested`](Self::rested).
    ///
    /// The first attempt that takes a second or more does not count as waiting: this process may have been suspended. A
    /// remote store can be as slow as that by itself, so later attempts count.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if no patience is left, with `name` for the lock.
    pub fn next(&mut self, holder: Holder, name: impl FnOnce() -> PathBuf) -> Result<(Duration, Duration), StoreError> {
        if holder.pid.is_some() {
            self.last_known = holder;
        }
        let attempt = self.end_step();
        if attempt >= SUSPENDED && !self.is_extended {
            self.is_extended = true;
            self.start += attempt;
        }
        let waited = self.step.saturating_sub(self.start);
        if waited >= self.patience {
            return Err(StoreError::Busy { lock: name(), holder: std::mem::take(&mut self.last_known), waited });
        }
        let left = self.patience - waited;
        let pause = jittered(self.pause).min(left);
        self.pause = (self.pause * 3 / 2).min(LONGEST_PAUSE);
        Ok((pause, left))
    }

    /// Ends a rest of at most `most`. The time in which this process was suspended does not count as waiting: the holder
    /// may have been suspended too.
    pub fn rested(&mut self, most: Duration) {
        let longer = self.end_step().saturating_sub(most);
        if longer >= SUSPENDED {
            self.start += longer;
        }
    }

    /// Returns how long the current step took, and begins the next one.
    fn end_step(&mut self) -> Duration {
        let now = self.clock.elapsed();
        now.saturating_sub(std::mem::replace(&mut self.step, now))
    }
}

/// Returns a random time between half of `pause` and all of it.
fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(0.5 + fastrand::f64() / 2.0)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use pollster::FutureExt as _;

    use super::*;
    use crate::future::BoxFuture;
    use crate::store::{MemoryStore, Partition, Store as _};
    use crate::time::Timestamp;

    /// A clock that advances only when it sleeps.
    #[derive(Default)]
    struct SleepClock(Mutex<Duration>);

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

    /// A sequence of holders, one for each attempt. Afterwards the lease is free if `free_at_last` is set.
    struct Turns {
        holders: Vec<Option<u32>>,
        free_at_last: bool,
    }

    impl LeaseRequest for Turns {
        fn attempt(&mut self) -> BoxFuture<'_, Result<LeaseAttempt, StoreError>> {
            Box::pin(async move {
                if self.holders.len() == 1 && self.free_at_last {
                    return free().lease(&Partition::whole(), "a", Duration::MAX)?.attempt().await;
                }
                let pid = if self.holders.len() > 1 { self.holders.remove(0) } else { self.holders[0] };
                Ok(LeaseAttempt::Taken(Holder { pid, ..Holder::default() }))
            })
        }

        fn name(&self) -> PathBuf {
            "lock".into()
        }
    }

    fn free() -> MemoryStore {
        MemoryStore::new()
    }

    fn turns(holders: impl Into<Vec<Option<u32>>>, free_at_last: bool) -> Box<dyn LeaseRequest> {
        Box::new(Turns { holders: holders.into(), free_at_last })
    }

    #[test]
    fn a_free_lease_is_taken_without_a_word() {
        let (store, partition, clock) = (free(), Partition::whole(), SleepClock::default());
        let request = store.lease(&partition, "a", Duration::MAX).unwrap();
        let turn = LeaseWait::new(request, Duration::ZERO, &clock).next().block_on();
        assert!(matches!(turn, Ok(Turn::Held(_))));
    }

    #[test]
    fn patience_ends_with_the_last_known_holder() {
        let clock = SleepClock::default();
        let mut wait = LeaseWait::new(turns([Some(42), None], false), Duration::from_secs(60), &clock);
        let error = loop {
            match wait.next().block_on() {
                Ok(Turn::Taken(_)) => {}
                Ok(Turn::Held(_)) => panic!("nobody gave it back"),
                Err(error) => break error,
            }
        };
        let StoreError::Busy { lock, holder, waited } = error else { panic!("{error:?}") };
        assert_eq!((lock, holder.pid, waited), (PathBuf::from("lock"), Some(42), Duration::from_secs(60)));
    }

    #[test]
    fn the_caller_looks_at_once_and_then_about_every_50_ms() {
        let clock = SleepClock::default();
        let mut wait = LeaseWait::new(turns([Some(42)], false), Duration::from_secs(1), &clock);
        let mut looks = 0;
        while wait.next().block_on().is_ok() {
            looks += 1;
        }
        assert!((12..=21).contains(&looks), "{looks} looks in a second");
    }

    #[test]
    fn time_in_which_the_process_was_suspended_does_not_count() {
        let clock = SleepClock::default();
        let mut pauses = Pauses::new(Duration::from_secs(2), &clock);
        for _ in 0..3 {
            let (pause, _) = pauses.next(Holder::default(), PathBuf::new).unwrap();
            clock.sleep(Duration::from_secs(60));
            pauses.rested(pause);
        }
        pauses.next(Holder::default(), PathBuf::new).unwrap();
        clock.sleep(Duration::from_secs(2));
        pauses.rested(Duration::from_secs(2));
        assert!(matches!(pauses.next(Holder::default(), PathBuf::new), Err(StoreError::Busy { .. })));
    }

    #[test]
    fn one_slow_attempt_does_not_count_either() {
        let clock = SleepClock::default();
        let mut pauses = Pauses::new(Duration::from_secs(2), &clock);
        clock.sleep(Duration::from_secs(60));
        let (pause, left) = pauses.next(Holder::default(), PathBuf::new).unwrap();
        assert_eq!(left, Duration::from_secs(2));
        clock.sleep(pause);
        pauses.rested(pause);
        clock.sleep(Duration::from_secs(2));
        assert!(matches!(pauses.next(Holder::default(), PathBuf::new), Err(StoreError::Busy { .. })));
    }

    #[test]
    fn the_caller_looks_whenever_it_is_somebody_elses_turn() {
        let clock = SleepClock::default();
        let holders = [1, 1, 2, 2, 3, 3].map(Some);
        let mut wait = LeaseWait::new(turns(holders, true), Duration::from_secs(60), &clock);
        let mut seen = Vec::new();
        while let Turn::Taken(holder) = wait.next().block_on().unwrap() {
            seen.extend(holder.pid);
        }
        assert!(clock.elapsed() < LOOK_EVERY);
        assert_eq!(seen, [1, 2, 3]);
    }
}
