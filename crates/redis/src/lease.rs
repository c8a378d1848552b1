//! Leases: a key that expires by itself, with a random owner and a number that grows from one holder to the next.

use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::select;
use redis::Value;
use ring::rand::{SecureRandom as _, SystemRandom};
use tokcache_core::future::BoxFuture;
use tokcache_core::store::{Fence, Holder, Lease, LeaseAttempt, LeaseRequest, Partition, StoreError};
use tokcache_core::time::Clock;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use crate::error::{Error, ErrorKind};
use crate::inner::{Inner, within};
use crate::keys::{Keys, LeaseKeys};
use crate::local::{Local, Turn, Waiter};
use crate::script::{ACQUIRE, NOTE, RELEASE, RENEW, hex};

/// For so long after its last lease, the number of the last holder of a credential is known. After that, the revision
/// alone protects the document from a holder that has slept since.
const FENCE_TIME: Duration = Duration::from_secs(24 * 60 * 60);

/// For so long a note is kept: an outage that somebody noted a day ago is of no interest.
const NOTE_TIME: Duration = Duration::from_secs(24 * 60 * 60);

/// Longer than any lease needs to be, and short enough for the arithmetic of the server.
const LONGEST_LEASE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The first pause before a lease that could not be given back is given back again; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// How often a lease that may have been granted without our knowledge is not found before it is taken for not granted.
const LOOKS: usize = 3;

pub(crate) fn milliseconds(time: Duration) -> String {
    time.as_millis().max(1).to_string()
}

/// Asks for a lease.
pub(crate) struct RedisLeaseRequest {
    inner: Arc<Inner>,
    terms: Terms,
    waiter: Waiter,
}

/// What is asked for, and by whom.
#[derive(Clone)]
struct Terms {
    keys: LeaseKeys,
    notes: String,
    credential: String,
    time: Duration,
    owner: String,
}

impl RedisLeaseRequest {
    pub(crate) fn new(
        inner: &Arc<Inner>,
        partition: &Partition,
        credential: &str,
        time: Duration,
    ) -> Result<Self, Error> {
        let keys = Keys::new(&inner.settings.prefix, partition)?;
        let mut owner = [0; 16];
        let failed = |_| Error::new(ErrorKind::Settings, "", "the system gives no random numbers");
        SystemRandom::new().fill(&mut owner).map_err(failed)?;
        let terms = Terms {
            keys: keys.lease(credential),
            notes: keys.notes(),
            credential: credential.to_owned(),
            time: time.min(LONGEST_LEASE),
            owner: hex(&owner),
        };
        let waiter = Waiter::new(inner.locals.get(&terms.keys.lease));
        Ok(RedisLeaseRequest { inner: Arc::clone(inner), terms, waiter })
    }
}

impl LeaseRequest for RedisLeaseRequest {
    fn attempt(&mut self) -> BoxFuture<'_, Result<LeaseAttempt, StoreError>> {
        let inner = Arc::clone(&self.inner);
        let runtime = inner.runtime.clone();
        within(&runtime, async move {
            let local = Arc::clone(self.waiter.local());
            let asking = match self.waiter.turn().await {
                Turn::Ask(asking) => asking,
                Turn::Taken(holder) => return Ok(LeaseAttempt::Taken(holder)),
                Turn::Failed(error) => return Err(error.into()),
            };
            let mut claim = Claim { inner, terms: self.terms.clone(), local, state: ClaimState::Unknown };
            let begin = Instant::now();
            match claim.acquire().await {
                Ok(Acquired::Held(number)) => {
                    claim.state = ClaimState::Held;
                    claim.local.hold(&claim.terms.owner, begin + claim.terms.time);
                    Ok(LeaseAttempt::Held(Box::new(RedisLease { claim, number })))
                }
                Ok(Acquired::Taken(holder)) => {
                    claim.state = ClaimState::Ended;
                    asking.met(&holder);
                    Ok(LeaseAttempt::Taken(holder))
                }
                Err(error) => {
                    if !error.may_be_done() {
                        claim.state = ClaimState::Ended;
                    }
                    asking.failed(&error);
                    Err(error.into())
                }
            }
        })
    }

    fn name(&self) -> PathBuf {
        name(&self.inner, &self.terms.keys)
    }

    /// One of this process asks the server now and then; the others are told by that one, or by the holder if it is in
    /// this process.
    fn rest<'a>(&'a mut self, pause: Duration, most: Duration, clock: &'a dyn Clock) -> BoxFuture<'a, bool> {
        let runtime = self.inner.runtime.clone();
        let is_asker = self.waiter.is_asker();
        within(&runtime, async move {
            let news = self.waiter.news();
            if !is_asker {
                return timeout(most, news).await.is_ok();
            }
            matches!(select(pin!(news), clock.delay(pause)).await, futures_util::future::Either::Left(_))
        })
    }
}

fn name(inner: &Inner, keys: &LeaseKeys) -> PathBuf {
    format!("{} {}", inner.link.server(), keys.lease).into()
}

enum Acquired {
    Held(u64),
    Taken(Holder),
}

/// What the server may have granted. It is given back when it is dropped.
struct Claim {
    inner: Arc<Inner>,
    terms: Terms,
    local: Arc<Local>,
    state: ClaimState,
}

#[derive(Clone, Copy, PartialEq)]
enum ClaimState {
    /// The answer has not come; it may be that it never will.
    Unknown,
    Held,
    /// There is nothing to give back.
    Ended,
}

impl Claim {
    async fn acquire(&self) -> Result<Acquired, Error> {
        let Terms { keys, owner, time, .. } = &self.terms;
        let (time, fence_time) = (milliseconds(*time), milliseconds(FENCE_TIME.max(*time * 2)));
        let holder = self.inner.holder_text();
        let arguments = [owner.as_bytes(), time.as_bytes(), fence_time.as_bytes(), holder.as_bytes()];
        let answer = self.inner.link.run(&ACQUIRE, &[&keys.lease, &keys.fence], &arguments).await?;
        acquired(answer).ok_or_else(|| self.inner.link.unexpected())
    }

    /// Returns whether the lease is still this holder's.
    async fn renew(&self, number: u64) -> Result<bool, Error> {
        let Terms { keys, owner, time, .. } = &self.terms;
        let (time, fence_time) = (milliseconds(*time), milliseconds(FENCE_TIME.max(*time * 2)));
        let (holder, number) = (self.inner.holder_text(), number.to_string());
        let arguments =
            [owner.as_bytes(), time.as_bytes(), fence_time.as_bytes(), holder.as_bytes(), number.as_bytes()];
        let answer = self.inner.link.run(&RENEW, &[&keys.lease, &keys.fence], &arguments).await?;
        Ok(answer == Value::Int(1))
    }

    /// Gives the lease back in a task of its own, so that a caller who gives up cannot prevent it.
    fn give_back(&mut self) -> Option<JoinHandle<()>> {
        let state = std::mem::replace(&mut self.state, ClaimState::Ended);
        if state == ClaimState::Ended {
            return None;
        }
        self.local.give_back(&self.terms.owner);
        let (inner, terms) = (Arc::clone(&self.inner), self.terms.clone());
        let freeing = Freeing { local: Arc::clone(&self.local), owner: self.terms.owner.clone() };
        Some(self.inner.runtime.spawn(async move {
            let is_released = release(&inner, &terms).await;
            drop(freeing);
            let looks = if state == ClaimState::Held { 1 } else { LOOKS };
            if is_released != Ok(true) && (is_released.is_err() || looks > 1) {
                // Nobody waits for this: a server that was down must not come back with a lease that nobody holds.
                tokio::spawn(release_later(inner, terms, looks));
            }
        }))
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

impl Drop for Claim {
    fn drop(&mut self) {
        self.give_back();
    }
}

/// Lets others of this process ask for the lease again.
struct Freeing {
    local: Arc<Local>,
    owner: String,
}

impl Drop for Freeing {
    fn drop(&mut self) {
        self.local.free(&self.owner);
    }
}

/// Returns whether there was a lease to give back.
async fn release(inner: &Inner, terms: &Terms) -> Result<bool, Error> {
    let answer = inner.link.run(&RELEASE, &[&terms.keys.lease], &[terms.owner.as_bytes()]).await?;
    Ok(answer == Value::Int(1))
}

fn acquired(answer: Value) -> Option<Acquired> {
    let Value::Array(answer) = answer else { return None };
    let [kind, rest] = <[Value; 2]>::try_from(answer).ok()?;
    let rest: String = redis::from_redis_value(rest).ok()?;
    match redis::from_redis_value::<String>(kind).ok()?.as_str() {
        "held" => rest.parse().ok().map(Acquired::Held),
        "taken" => {
            let (pid, program) = rest.split_once(' ').unwrap_or((&rest, ""));
            let program = Some(program.to_owned()).filter(|name| !name.is_empty());
            Some(Acquired::Taken(Holder { pid: pid.parse().ok(), program }))
        }
        _ => None,
    }
}

struct RedisLease {
    claim: Claim,
    number: u64,
}

impl Lease for RedisLease {
    fn fence(&self) -> Option<Fence> {
        Some(Fence { credential: self.claim.terms.credential.clone(), number: self.number })
    }

    fn is_renewed(&self) -> bool {
        true
    }

    fn renew(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        within(&self.claim.inner.runtime, async move {
            let Claim { inner, terms, local, .. } = &self.claim;
            let begin = Instant::now();
            if self.claim.renew(self.number).await? {
                local.renew(&terms.owner, begin + terms.time);
                return Ok(());
            }
            local.free(&terms.owner);
            Err(StoreError::LeaseLost { lease: name(inner, &terms.keys) })
        })
    }

    fn release(mut self: Box<Self>) -> BoxFuture<'static, ()> {
        let task = self.claim.give_back();
        Box::pin(async move {
            if let Some(task) = task {
                // It fails only when the runtime ends.
                let _ = task.await;
            }
        })
    }

    fn note<'a>(&'a self, note: Option<&'a [u8]>) -> BoxFuture<'a, ()> {
        let Claim { inner, terms, .. } = &self.claim;
        within(&inner.runtime, async move {
            let (credential, time) = (note_name(&terms.credential), milliseconds(NOTE_TIME));
            let arguments = [credential.as_bytes(), note.unwrap_or_default(), time.as_bytes()];
            // A note that cannot be written is lost.
            let _ = inner.link.run(&NOTE, &[&terms.notes], &arguments).await;
        })
    }
}

/// The name of a credential among the notes of its partition.
pub(crate) fn note_name(credential: &str) -> String {
    tokcache_core::secret::fingerprint(credential.as_bytes())
}
