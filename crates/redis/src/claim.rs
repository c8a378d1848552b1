//! A lease that the server has granted, or may have granted. It is released when the value is dropped.

use std::sync::Arc;
use std::time::Duration;

use redis::{Value, from_redis_value};
use tokcache_core::store::Holder;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::error::Error;
use crate::inner::Inner;
use crate::keys::LeaseKeys;
use crate::local_leases::LocalLease;
use crate::script::{ACQUIRE, RELEASE, RENEW};

/// How long the number of the last holder is kept after its lease. Later, only the revision protects the document from a
/// holder that has slept since.
const FENCE_TIME: Duration = Duration::from_secs(24 * 60 * 60);

/// The pause before a failed release is repeated. Each further pause is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// How often a lease is looked for that the server may grant late, after the client has given up.
const LATE_LOOKS: usize = 3;

pub(crate) fn milliseconds(time: Duration) -> String {
    time.as_millis().max(1).to_string()
}

/// The lease that a request asks for.
#[derive(Clone)]
pub(crate) struct Terms {
    pub(crate) keys: LeaseKeys,
    /// The key of the notes.
    pub(crate) notes: String,
    pub(crate) credential: String,
    pub(crate) time: Duration,
    /// A random name of the request, by which its commands are recognised when they are repeated.
    pub(crate) owner: String,
}

pub(crate) enum Acquired {
    Held(u64),
    Taken(Holder),
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum ClaimState {
    /// The server has not answered, and may grant the lease or have granted it.
    Unknown,
    Held,
    /// There is nothing to release.
    Ended,
}

pub(crate) struct Claim {
    pub(crate) inner: Arc<Inner>,
    pub(crate) terms: Terms,
    pub(crate) lease: Arc<LocalLease>,
    pub(crate) state: ClaimState,
}

impl Claim {
    pub(crate) async fn acquire(&self) -> Result<Acquired, Error> {
        acquired(self.run(true, None).await?).ok_or_else(|| self.inner.link.unexpected())
    }

    /// Returns whether the lease is still this holder's.
    pub(crate) async fn renew(&self, number: u64) -> Result<bool, Error> {
        Ok(self.run(false, Some(number)).await? == Value::Int(1))
    }

    async fn run(&self, is_new: bool, number: Option<u64>) -> Result<Value, Error> {
        let Terms { keys, owner, time, .. } = &self.terms;
        let (time, fence_time) = (milliseconds(*time), milliseconds(FENCE_TIME.max(*time * 2)));
        let (holder, number) = (self.inner.holder_text(), number.map(|number| number.to_string()));
        let mut arguments = vec![owner.as_bytes(), time.as_bytes(), fence_time.as_bytes(), holder.as_bytes()];
        arguments.extend(number.as_deref().map(str::as_bytes));
        let script = if is_new { &ACQUIRE } else { &RENEW };
        self.inner.link.run(script, &[&keys.lease, &keys.fence], &arguments).await
    }

    /// Releases the lease in a task of its own, so that a caller who gives up does not cancel it.
    pub(crate) fn release(&mut self) -> Option<JoinHandle<()>> {
        let state = std::mem::replace(&mut self.state, ClaimState::Ended);
        if state == ClaimState::Ended {
            return None;
        }
        self.lease.begin_release(&self.terms.owner);
        let (inner, terms) = (Arc::clone(&self.inner), self.terms.clone());
        let end = EndOnDrop { lease: Arc::clone(&self.lease), owner: self.terms.owner.clone() };
        Some(self.inner.runtime.spawn(async move {
            let is_released = release(&inner, &terms).await;
            drop(end);
            let looks = match (is_released, state) {
                (Ok(true), _) | (Ok(false), ClaimState::Held) => return,
                (Err(_), ClaimState::Held) => 1,
                _ => LATE_LOOKS,
            };
            // Nobody waits for this. A server that was down must not come back with a lease that nobody holds.
            tokio::spawn(release_later(inner, terms, looks));
        }))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.release();
    }
}

async fn release_later(inner: Arc<Inner>, terms: Terms, mut looks: usize) {
    let (end, mut pause) = (Instant::now() + terms.time, FIRST_PAUSE);
    while looks > 0 && Instant::now() < end {
        sleep(pause).await;
        pause *= 2;
        match release(&inner, &terms).await {
            Ok(true) => return,
            Ok(false) => looks -= 1,
            Err(_) => {}
        }
    }
}

/// Returns whether there was a lease to release.
async fn release(inner: &Inner, terms: &Terms) -> Result<bool, Error> {
    let answer = inner.link.run(&RELEASE, &[&terms.keys.lease], &[terms.owner.as_bytes()]).await?;
    Ok(answer == Value::Int(1))
}

/// Lets other tasks of this process ask for the lease again, also if the runtime ends.
struct EndOnDrop {
    lease: Arc<LocalLease>,
    owner: String,
}

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.lease.end(&self.owner);
    }
}

fn acquired(answer: Value) -> Option<Acquired> {
    let (kind, rest): (String, String) = from_redis_value(answer).ok()?;
    match kind.as_str() {
        "held" => rest.parse().ok().map(Acquired::Held),
        "taken" => {
            let (pid, program) = rest.split_once(' ').unwrap_or((&rest, ""));
            let program = Some(program.to_owned()).filter(|name| !name.is_empty());
            Some(Acquired::Taken(Holder { pid: pid.parse().ok(), program, age: None }))
        }
        _ => None,
    }
}
