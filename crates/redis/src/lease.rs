//! Leases: a key that expires by itself, with a random owner and a number that grows from one holder to the next.

use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use ring::rand::{SecureRandom as _, SystemRandom};
use tokcache_core::future::BoxFuture;
use tokcache_core::secret::fingerprint;
use tokcache_core::store::{Fence, Lease, LeaseAttempt, LeaseRequest, Partition, StoreError};
use tokcache_core::time::Clock;
use tokio::time::{Instant, timeout_at};

use crate::claim::{Acquired, Claim, ClaimState, Terms, milliseconds};
use crate::error::{Error, ErrorKind};
use crate::inner::{Inner, within};
use crate::keys::{Keys, LeaseKeys};
use crate::local_leases::{Turn, Waiter};
use crate::script::{NOTE, hex};

/// How long a note is kept. Nobody is interested in an outage of yesterday.
const NOTE_TIME: Duration = Duration::from_secs(24 * 60 * 60);

/// Longer leases are cut: the server cannot add longer times.
const LONGEST_LEASE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

pub(crate) struct RedisLeaseRequest {
    inner: Arc<Inner>,
    terms: Terms,
    waiter: Waiter,
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
        let waiter = Waiter::new(inner.local_leases.get(&terms.keys.lease));
        Ok(RedisLeaseRequest { inner: Arc::clone(inner), terms, waiter })
    }
}

impl LeaseRequest for RedisLeaseRequest {
    fn attempt(&mut self) -> BoxFuture<'_, Result<LeaseAttempt, StoreError>> {
        let inner = Arc::clone(&self.inner);
        let runtime = inner.runtime.clone();
        within(&runtime, async move {
            let lease = Arc::clone(self.waiter.lease());
            let poll = match self.waiter.turn().await {
                Turn::Ask(poll) => poll,
                Turn::Taken(holder) => return Ok(LeaseAttempt::Taken(holder)),
                Turn::Failed(error) => return Err(error.into()),
            };
            let mut claim = Claim { inner, terms: self.terms.clone(), lease, state: ClaimState::Unknown };
            let begin = Instant::now();
            match claim.acquire().await {
                Ok(Acquired::Held(number)) => {
                    claim.state = ClaimState::Held;
                    claim.lease.hold(&claim.terms.owner, begin + claim.terms.time);
                    Ok(LeaseAttempt::Held(Box::new(RedisLease { claim, number })))
                }
                Ok(Acquired::Taken(holder)) => {
                    claim.state = ClaimState::Ended;
                    poll.taken(&holder);
                    Ok(LeaseAttempt::Taken(holder))
                }
                Err(error) => {
                    if !error.may_be_done() {
                        claim.state = ClaimState::Ended;
                    }
                    poll.failed(&error);
                    Err(error.into())
                }
            }
        })
    }

    fn name(&self) -> PathBuf {
        name(&self.inner, &self.terms.keys)
    }

    /// The poller of this process asks again after `pause`. The other tasks wait for news from the poller, or from the
    /// holder if it is in this process.
    fn rest<'a>(&'a mut self, pause: Duration, most: Duration, clock: &'a dyn Clock) -> BoxFuture<'a, bool> {
        let runtime = self.inner.runtime.clone();
        let is_poller = self.waiter.is_poller();
        within(&runtime, async move {
            let wake = self.waiter.next_wake(most);
            let news = self.waiter.news();
            if !is_poller {
                return timeout_at(wake, news).await.is_ok();
            }
            matches!(select(pin!(news), clock.delay(pause)).await, Either::Left(_))
        })
    }
}

fn name(inner: &Inner, keys: &LeaseKeys) -> PathBuf {
    format!("{} {}", inner.link.server(), keys.lease).into()
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
            let Claim { inner, terms, lease, .. } = &self.claim;
            let begin = Instant::now();
            if self.claim.renew(self.number).await? {
                lease.renew(&terms.owner, begin + terms.time);
                return Ok(());
            }
            lease.end(&terms.owner);
            Err(StoreError::LeaseLost { lease: name(inner, &terms.keys) })
        })
    }

    fn release(mut self: Box<Self>) -> BoxFuture<'static, ()> {
        let task = self.claim.release();
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
            let (field, time) = (note_field(&terms.credential), milliseconds(NOTE_TIME));
            let arguments = [field.as_bytes(), note.unwrap_or_default(), time.as_bytes()];
            // A note that cannot be written is lost.
            let _ = inner.link.run(&NOTE, &[&terms.notes], &arguments).await;
        })
    }
}

/// Returns the field of a credential in the hash of the notes.
pub(crate) fn note_field(credential: &str) -> String {
    fingerprint(credential.as_bytes())
}
