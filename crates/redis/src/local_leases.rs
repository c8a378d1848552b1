//! The leases that this process holds or waits for.
//!
//! A thousand tasks may want the same lease. One of them, the poller, asks the server. The others take its answer, and
//! wait until the poller or the holder tells them that something has changed.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use tokcache_core::store::Holder;
use tokcache_core::store::mutex::locked;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use crate::error::Error;

/// How long a poller may be silent before another task takes over. A poller asks about every 25 ms, but its caller may be
/// slow in between.
const LONGEST_SILENCE: Duration = Duration::from_millis(250);

/// How long a task waits for the answer to the poller's question before it asks itself.
const LONGEST_ANSWER: Duration = Duration::from_secs(1);

/// All leases that a task of this process holds or waits for, by their keys.
pub(crate) struct LocalLeases {
    leases: Mutex<HashMap<String, Weak<LocalLease>>>,
    /// This process.
    holder: Holder,
}

/// One lease, as this process knows it.
pub(crate) struct LocalLease {
    key: String,
    leases: Weak<LocalLeases>,
    holder: Holder,
    state: Mutex<State>,
    /// The poller has an answer or a failure, or a lease was released. Tasks in [`Waiter::turn`] wait for this.
    answered: watch::Sender<Option<Error>>,
    /// The holder has changed. Tasks in [`Waiter::news`] wait for this.
    news: watch::Sender<()>,
    created: Instant,
}

#[derive(Default)]
struct State {
    /// The lease of this process.
    held: Option<Held>,
    poller: Option<Poller>,
    /// The holder in the poller's last answer.
    known: Option<Holder>,
}

/// A lease that this process holds.
struct Held {
    owner: String,
    until: Instant,
    is_being_released: bool,
}

/// The task that asks the server for all.
struct Poller {
    number: u64,
    /// When it last asked or had an answer.
    since: Instant,
    is_asking: bool,
}

/// The next step of a task that wants the lease.
pub(crate) enum Turn<Poll> {
    /// Ask the server.
    Ask(Poll),
    /// This is the answer.
    Taken(Holder),
    /// The poller's question has failed.
    Failed(Error),
}

impl LocalLeases {
    pub(crate) fn new(holder: Holder) -> Arc<Self> {
        Arc::new(LocalLeases { leases: Mutex::default(), holder })
    }

    pub(crate) fn get(self: &Arc<Self>, key: &str) -> Arc<LocalLease> {
        let mut leases = locked(&self.leases);
        if let Some(lease) = leases.get(key).and_then(Weak::upgrade) {
            return lease;
        }
        let lease = Arc::new(LocalLease {
            key: key.to_owned(),
            leases: Arc::downgrade(self),
            holder: self.holder.clone(),
            state: Mutex::default(),
            answered: watch::Sender::new(None),
            news: watch::Sender::new(()),
            created: Instant::now(),
        });
        leases.insert(key.to_owned(), Arc::downgrade(&lease));
        lease
    }
}

impl Drop for LocalLease {
    fn drop(&mut self) {
        let Some(leases) = self.leases.upgrade() else { return };
        let mut leases = locked(&leases.leases);
        // Another task may have inserted a new one since.
        if leases.get(&self.key).is_some_and(|lease| lease.strong_count() == 0) {
            leases.remove(&self.key);
        }
    }
}

impl LocalLease {
    /// Records that this process holds the lease until that time.
    pub(crate) fn hold(&self, owner: &str, until: Instant) {
        let held = Held { owner: owner.to_owned(), until, is_being_released: false };
        locked(&self.state).held = Some(held);
        self.tell();
    }

    pub(crate) fn renew(&self, owner: &str, until: Instant) {
        self.change(owner, |held| held.until = until);
    }

    /// Records that the lease is being released. Tasks that want it wait until that is done.
    pub(crate) fn begin_release(&self, owner: &str) {
        self.change(owner, |held| held.is_being_released = true);
    }

    /// Records that this process does not hold the lease any more.
    pub(crate) fn end(&self, owner: &str) {
        {
            let mut state = locked(&self.state);
            if state.held.as_ref().is_some_and(|held| held.owner == owner) {
                (state.held, state.known) = (None, None);
            }
        }
        self.tell();
    }

    fn change(&self, owner: &str, change: impl FnOnce(&mut Held)) {
        if let Some(held) = locked(&self.state).held.as_mut().filter(|held| held.owner == owner) {
            change(held);
        }
    }

    fn tell(&self) {
        self.answered.send_replace(None);
        self.news.send_replace(());
    }

    /// Returns the next step of this task; `None` if it has to wait for an answer to the poller or for a release.
    fn turn(&self, number: u64) -> Option<Turn<()>> {
        let now = Instant::now();
        let mut state = locked(&self.state);
        match &state.held {
            Some(held) if now < held.until && held.is_being_released => return None,
            Some(held) if now < held.until => return Some(Turn::Taken(self.holder.clone())),
            _ => {}
        }
        if let Some(poller) = state.poller.as_ref().filter(|poller| poller.number != number) {
            let silence = now.saturating_duration_since(poller.since);
            match (&state.known, poller.is_asking) {
                (Some(holder), false) if silence < LONGEST_SILENCE => return Some(Turn::Taken(holder.clone())),
                (_, true) if silence < LONGEST_ANSWER => return None,
                _ => {}
            }
        }
        state.poller = Some(Poller { number, since: now, is_asking: true });
        Some(Turn::Ask(()))
    }
}

/// A task that wants a lease.
pub(crate) struct Waiter {
    number: u64,
    lease: Arc<LocalLease>,
    answered: watch::Receiver<Option<Error>>,
    news: watch::Receiver<()>,
}

impl Waiter {
    pub(crate) fn new(lease: Arc<LocalLease>) -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let (answered, news) = (lease.answered.subscribe(), lease.news.subscribe());
        Waiter { number: LAST.fetch_add(1, Ordering::Relaxed), lease, answered, news }
    }

    /// Makes this task the poller, or returns the poller's answer.
    pub(crate) async fn turn(&mut self) -> Turn<Poll<'_>> {
        loop {
            self.answered.mark_unchanged();
            self.news.mark_unchanged();
            match self.lease.turn(self.number) {
                Some(Turn::Ask(())) => return Turn::Ask(Poll { waiter: self, answer: None, failure: None }),
                Some(Turn::Taken(holder)) => return Turn::Taken(holder),
                Some(Turn::Failed(error)) => return Turn::Failed(error),
                None => {}
            }
            // `lease` owns the sender, so that it is not closed.
            if let Ok(Ok(())) = timeout(LONGEST_ANSWER, self.answered.changed()).await
                && let Some(error) = self.answered.borrow().clone()
            {
                return Turn::Failed(error);
            }
        }
    }

    /// Returns whether this task is the poller.
    pub(crate) fn is_poller(&self) -> bool {
        locked(&self.lease.state).poller.as_ref().is_some_and(|poller| poller.number == self.number)
    }

    /// Returns when to wake from a rest of at most `most`: for all tasks at the same moments, so that they share what they
    /// then ask the server.
    pub(crate) fn next_wake(&self, most: Duration) -> Instant {
        let (now, mut wake) = (Instant::now(), self.lease.created);
        if let Some(periods) = now.saturating_duration_since(wake).as_nanos().checked_div(most.as_nanos()) {
            wake += most * u32::try_from(periods).unwrap_or(u32::MAX);
        }
        wake + most
    }

    /// Waits until the holder has changed since the last turn.
    pub(crate) async fn news(&mut self) {
        let _ = self.news.changed().await;
    }

    pub(crate) fn lease(&self) -> &Arc<LocalLease> {
        &self.lease
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        {
            let mut state = locked(&self.lease.state);
            if state.poller.as_ref().is_none_or(|poller| poller.number != self.number) {
                return;
            }
            state.poller = None;
        }
        // Another task must become the poller.
        self.lease.tell();
    }
}

/// A question to the server. The other tasks are told how it ends, also if it is cancelled.
pub(crate) struct Poll<'a> {
    waiter: &'a Waiter,
    answer: Option<Holder>,
    failure: Option<Error>,
}

impl Poll<'_> {
    /// The server has named the holder.
    pub(crate) fn taken(mut self, holder: &Holder) {
        self.answer = Some(holder.clone());
    }

    /// The server has not answered.
    pub(crate) fn failed(mut self, error: &Error) {
        self.failure = Some(error.clone());
    }
}

impl Drop for Poll<'_> {
    fn drop(&mut self) {
        let lease = &self.waiter.lease;
        let is_news = {
            let mut state = locked(&lease.state);
            let number = self.waiter.number;
            if let Some(poller) = state.poller.as_mut().filter(|poller| poller.number == number) {
                (poller.since, poller.is_asking) = (Instant::now(), false);
            }
            let is_news = state.known != self.answer;
            state.known = self.answer.take();
            is_news
        };
        lease.answered.send_replace(self.failure.take());
        if is_news {
            lease.news.send_replace(());
        }
    }
}
