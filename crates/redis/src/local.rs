//! What the tasks of one process know of a lease, so that a thousand of them who want the same one do not all ask the
//! server: one asks for all.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use tokcache_core::store::Holder;
use tokcache_core::store::mutex::locked;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use crate::error::Error;

/// Who asks for all is believed for so long after the last sign of life. It looks about every 25 ms; the caller may be
/// slow in between.
const LONGEST_SILENCE: Duration = Duration::from_millis(250);

/// How long one waits for the answer that another of this process is waiting for, before asking oneself.
const LONGEST_ANSWER: Duration = Duration::from_secs(1);

/// The leases that somebody in this process holds or waits for, by their keys.
pub(crate) struct Locals {
    locals: Mutex<HashMap<String, Weak<Local>>>,
    /// This process, as others are told of it.
    holder: Holder,
}

/// One lease, as this process knows it.
pub(crate) struct Local {
    key: String,
    locals: Weak<Locals>,
    state: Mutex<State>,
    holder: Holder,
    /// That an answer has come, or its failure, or that a lease of this process was given back.
    answered: watch::Sender<Option<Error>>,
    /// That it is worth looking whether a holder has done what is waited for.
    news: watch::Sender<()>,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    asker: Option<Asker>,
    /// Whom the last answer named.
    known: Option<Holder>,
}

/// A lease that this process holds.
struct Held {
    owner: String,
    until: Instant,
    is_being_given_back: bool,
}

/// The one who asks for all.
struct Asker {
    number: u64,
    since: Instant,
    is_waiting_for_an_answer: bool,
}

/// What somebody who wants the lease does next.
pub(crate) enum Turn<Asking> {
    /// Ask the server.
    Ask(Asking),
    /// Take this for the server's answer.
    Taken(Holder),
    /// Take the failure of another of this process for one's own.
    Failed(Error),
}

impl Locals {
    pub(crate) fn new(holder: Holder) -> Arc<Self> {
        Arc::new(Locals { locals: Mutex::default(), holder })
    }

    pub(crate) fn get(self: &Arc<Self>, key: &str) -> Arc<Local> {
        let mut locals = locked(&self.locals);
        if let Some(local) = locals.get(key).and_then(Weak::upgrade) {
            return local;
        }
        let local = Arc::new(Local {
            key: key.to_owned(),
            locals: Arc::downgrade(self),
            state: Mutex::default(),
            holder: self.holder.clone(),
            answered: watch::Sender::new(None),
            news: watch::Sender::new(()),
        });
        locals.insert(key.to_owned(), Arc::downgrade(&local));
        local
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        let Some(locals) = self.locals.upgrade() else { return };
        let mut locals = locked(&locals.locals);
        // Somebody may have made another one since.
        if locals.get(&self.key).is_some_and(|local| local.strong_count() == 0) {
            locals.remove(&self.key);
        }
    }
}

impl Local {
    /// This process holds the lease until that time, unless it is renewed.
    pub(crate) fn hold(&self, owner: &str, until: Instant) {
        let held = Held { owner: owner.to_owned(), until, is_being_given_back: false };
        locked(&self.state).held = Some(held);
        self.tell();
    }

    pub(crate) fn renew(&self, owner: &str, until: Instant) {
        self.change(owner, |held| held.until = until);
    }

    /// The lease is being given back: somebody who wants it waits until that is done.
    pub(crate) fn give_back(&self, owner: &str) {
        self.change(owner, |held| held.is_being_given_back = true);
    }

    /// This process does not hold the lease any more.
    pub(crate) fn free(&self, owner: &str) {
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

    /// What comes next, unless it is to wait for what another of this process will hear.
    fn turn(&self, number: u64) -> Option<Turn<()>> {
        let now = Instant::now();
        let mut state = locked(&self.state);
        match &state.held {
            Some(held) if now < held.until && held.is_being_given_back => return None,
            Some(held) if now < held.until => return Some(Turn::Taken(self.holder.clone())),
            _ => {}
        }
        if let Some(asker) = state.asker.as_ref().filter(|asker| asker.number != number) {
            let silence = now.saturating_duration_since(asker.since);
            match (&state.known, asker.is_waiting_for_an_answer) {
                (Some(holder), false) if silence < LONGEST_SILENCE => return Some(Turn::Taken(holder.clone())),
                (_, true) if silence < LONGEST_ANSWER => return None,
                _ => {}
            }
        }
        state.asker = Some(Asker { number, since: now, is_waiting_for_an_answer: true });
        Some(Turn::Ask(()))
    }
}

/// Somebody in this process who wants a lease.
pub(crate) struct Waiter {
    number: u64,
    local: Arc<Local>,
    answered: watch::Receiver<Option<Error>>,
    news: watch::Receiver<()>,
}

impl Waiter {
    pub(crate) fn new(local: Arc<Local>) -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let (answered, news) = (local.answered.subscribe(), local.news.subscribe());
        Waiter { number: LAST.fetch_add(1, Ordering::Relaxed), local, answered, news }
    }

    /// Returns the right to ask the server, or what another of this process has heard from it.
    pub(crate) async fn turn(&mut self) -> Turn<Asking<'_>> {
        loop {
            self.answered.mark_unchanged();
            self.news.mark_unchanged();
            match self.local.turn(self.number) {
                Some(Turn::Ask(())) => return Turn::Ask(Asking { waiter: self, answer: None, failure: None }),
                Some(Turn::Taken(holder)) => return Turn::Taken(holder),
                Some(Turn::Failed(error)) => return Turn::Failed(error),
                None => {}
            }
            // The sender cannot have gone: `local` has it.
            if let Ok(Ok(())) = timeout(LONGEST_ANSWER, self.answered.changed()).await
                && let Some(error) = self.answered.borrow().clone()
            {
                return Turn::Failed(error);
            }
        }
    }

    /// Whether this one asks for all.
    pub(crate) fn is_asker(&self) -> bool {
        locked(&self.local.state).asker.as_ref().is_some_and(|asker| asker.number == self.number)
    }

    /// Waits for news since the last turn.
    pub(crate) async fn news(&mut self) {
        let _ = self.news.changed().await;
    }

    pub(crate) fn local(&self) -> &Arc<Local> {
        &self.local
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        {
            let mut state = locked(&self.local.state);
            if state.asker.as_ref().is_none_or(|asker| asker.number != self.number) {
                return;
            }
            state.asker = None;
        }
        // Somebody else has to ask now.
        self.local.tell();
    }
}

/// A question to the server. However it ends, the others of this process are told.
pub(crate) struct Asking<'a> {
    waiter: &'a Waiter,
    answer: Option<Holder>,
    failure: Option<Error>,
}

impl Asking<'_> {
    /// The server has named the holder.
    pub(crate) fn met(mut self, holder: &Holder) {
        self.answer = Some(holder.clone());
    }

    /// The server has not answered.
    pub(crate) fn failed(mut self, error: &Error) {
        self.failure = Some(error.clone());
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        let local = &self.waiter.local;
        let is_news = {
            let mut state = locked(&local.state);
            let number = self.waiter.number;
            if let Some(asker) = state.asker.as_mut().filter(|asker| asker.number == number) {
                (asker.since, asker.is_waiting_for_an_answer) = (Instant::now(), false);
            }
            let is_news = state.known != self.answer;
            state.known = self.answer.take();
            is_news
        };
        local.answered.send_replace(self.failure.take());
        if is_news {
            local.news.send_replace(());
        }
    }
}
