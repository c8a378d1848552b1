//! A simulated remote store.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokcache_core::future::BoxFuture;
use tokcache_core::store::mutex::locked;
use tokcache_core::store::{
    Description, Fence, Holder, Lease, LeaseAttempt, LeaseRequest, Loaded, Partition, Replaced, Replacement, Revision,
    Store, StoreError,
};
use tokcache_core::time::Clock;
use zeroize::Zeroizing;

const URL: &str = "remote:";

/// A store that keeps documents in memory like a server, and fails on request. A clone is another connection to the
/// same server.
#[derive(Clone)]
pub struct RemoteStore {
    server: Arc<Mutex<Server>>,
    clock: Arc<dyn Clock>,
    latency: Duration,
}

/// A failure that happens once.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// Another process has saved the document first: the next save is a conflict.
    Conflict,
    /// The next save succeeds, but its answer is lost.
    LostAnswer,
    /// The next call does not reach the server.
    Outage,
    /// The server answers no call until [`RemoteStore::mend`].
    Down,
}

/// The number of requests to the server, by purpose.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Loads of a document.
    pub loads: usize,
    /// Saves, whether or not they succeeded.
    pub saves: usize,
    /// Attempts to take a lease, and renewals.
    pub leases: usize,
}

#[derive(Default)]
struct Server {
    documents: BTreeMap<Partition, (Zeroizing<Vec<u8>>, u64)>,
    leases: BTreeMap<(Partition, String), Leased>,
    last: u64,
    faults: Vec<Fault>,
    counts: Counts,
}

#[derive(Default)]
struct Leased {
    /// When the lease expires, by the server's clock; `None` if the lease is free.
    until: Option<Duration>,
    number: u64,
    note: Option<Vec<u8>>,
}

impl Server {
    fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// Returns whether the fault `wanted` is pending, and removes it.
    fn takes(&mut self, wanted: Fault) -> bool {
        let found = self.faults.iter().position(|fault| *fault == wanted);
        found.map(|at| self.faults.remove(at)).is_some()
    }

    fn ensure_reachable(&mut self) -> Result<(), StoreError> {
        if self.faults.contains(&Fault::Down) || self.takes(Fault::Outage) { Err(unreachable()) } else { Ok(()) }
    }
}

fn unreachable() -> StoreError {
    let source = Box::new(io::Error::new(io::ErrorKind::ConnectionReset, "remote: the connection was reset"));
    StoreError::Backend { source, is_retryable: true }
}

impl RemoteStore {
    /// Returns a server that takes `latency` on this clock for each answer.
    pub fn new(clock: Arc<dyn Clock>, latency: Duration) -> Self {
        RemoteStore { server: Arc::default(), clock, latency }
    }

    /// Makes a later call fail. Faults of the same kind add up.
    pub fn inject(&self, fault: Fault) {
        locked(&self.server).faults.push(fault);
    }

    /// Removes all pending faults.
    pub fn mend(&self) {
        locked(&self.server).faults.clear();
    }

    /// Returns the number of requests since the last call of this method.
    pub fn counts(&self) -> Counts {
        std::mem::take(&mut locked(&self.server).counts)
    }

    /// Whether the lease that has this fence is held still: it has neither expired nor been given back, nor does another
    /// process hold it.
    pub fn is_held(&self, partition: &Partition, fence: &Fence) -> bool {
        let server = locked(&self.server);
        let leased = server.leases.get(&(partition.clone(), fence.credential.clone()));
        let until = leased.filter(|leased| leased.number == fence.number).and_then(|leased| leased.until);
        until.is_some_and(|until| until > self.clock.elapsed())
    }

    /// Makes one round trip.
    async fn ask<Answer>(
        &self,
        count: impl FnOnce(&mut Counts) -> &mut usize,
        act: impl FnOnce(&mut Server) -> Result<Answer, StoreError>,
    ) -> Result<Answer, StoreError> {
        self.clock.delay(self.latency / 2).await;
        let answer = {
            let mut server = locked(&self.server);
            *count(&mut server.counts) += 1;
            server.ensure_reachable().and_then(|()| act(&mut server))
        };
        self.clock.delay(self.latency / 2).await;
        answer
    }
}

impl Store for RemoteStore {
    fn load<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<Option<Loaded>, StoreError>> {
        let load = |server: &mut Server| {
            let found = server.documents.get(partition);
            Ok(found.map(|(bytes, number)| Loaded { bytes: bytes.clone(), revision: Revision::from(*number) }))
        };
        Box::pin(self.ask(|counts| &mut counts.loads, load))
    }

    fn replace<'a>(
        &'a self,
        partition: &'a Partition,
        replacement: Replacement<'a>,
    ) -> BoxFuture<'a, Result<Replaced, StoreError>> {
        let replace = move |server: &mut Server| {
            if server.takes(Fault::Conflict)
                && let Some((bytes, _)) = server.documents.remove(partition)
            {
                let number = server.next();
                server.documents.insert(partition.clone(), (bytes, number));
            }
            let found = server.documents.get(partition).map(|(_, number)| Revision::from(*number));
            if found != replacement.expected {
                return Ok(Replaced::Conflict);
            }
            if let Some(fence) = replacement.fence {
                let leased = server.leases.get(&(partition.clone(), fence.credential.clone()));
                if leased.is_some_and(|leased| leased.number > fence.number) {
                    return Err(StoreError::LeaseLost { lease: URL.into() });
                }
            }
            let number = server.next();
            if replacement.bytes.is_empty() {
                server.documents.remove(partition);
            } else {
                server.documents.insert(partition.clone(), (replacement.bytes.to_vec().into(), number));
            }
            if server.takes(Fault::LostAnswer) {
                return Err(unreachable());
            }
            Ok(Replaced::Saved(Revision::from(number)))
        };
        Box::pin(self.ask(|counts| &mut counts.saves, replace))
    }

    fn remove<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<(), StoreError>> {
        let remove = |server: &mut Server| {
            server.documents.remove(partition);
            Ok(())
        };
        Box::pin(self.ask(|counts| &mut counts.saves, remove))
    }

    fn lease<'a>(
        &'a self,
        partition: &'a Partition,
        credential: &'a str,
        time_to_live: Duration,
    ) -> Result<Box<dyn LeaseRequest + 'a>, StoreError> {
        let key = (partition.clone(), credential.to_owned());
        Ok(Box::new(RemoteLeaseRequest { store: self.clone(), key, time_to_live }))
    }

    fn partitions<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a Partition>,
    ) -> BoxFuture<'a, Result<Vec<Partition>, StoreError>> {
        let list = move |server: &mut Server| {
            let names = server.documents.keys();
            let names = names.filter(|name| name.as_str().starts_with(prefix));
            Ok(names.filter(|name| after.is_none_or(|after| *name > after)).cloned().collect())
        };
        Box::pin(self.ask(|counts| &mut counts.loads, list))
    }

    fn describe(&self) -> Description {
        Description { url: URL.to_owned(), path: None, lock_holder: None, exposed: Vec::new() }
    }

    fn note<'a>(&'a self, partition: &'a Partition, credential: &'a str) -> BoxFuture<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            let key = (partition.clone(), credential.to_owned());
            locked(&self.server).leases.get(&key).and_then(|leased| leased.note.clone())
        })
    }

    fn forget_notes<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let mut server = locked(&self.server);
            server.leases.iter_mut().filter(|((of, _), _)| of == partition).for_each(|(_, leased)| leased.note = None);
        })
    }
}

struct RemoteLeaseRequest {
    store: RemoteStore,
    key: (Partition, String),
    time_to_live: Duration,
}

impl LeaseRequest for RemoteLeaseRequest {
    fn attempt(&mut self) -> BoxFuture<'_, Result<LeaseAttempt, StoreError>> {
        let (store, key, time_to_live) = (self.store.clone(), self.key.clone(), self.time_to_live);
        let attempt = move |server: &mut Server| {
            let now = store.clock.elapsed();
            let number = server.next();
            let leased = server.leases.entry(key.clone()).or_default();
            if leased.until.is_some_and(|until| until > now) {
                return Ok(LeaseAttempt::Taken(Holder::default()));
            }
            (leased.until, leased.number) = (Some(now.saturating_add(time_to_live)), number);
            Ok(LeaseAttempt::Held(Box::new(RemoteLease { store: store.clone(), key, number, time_to_live })))
        };
        Box::pin(self.store.ask(|counts| &mut counts.leases, attempt))
    }

    fn name(&self) -> PathBuf {
        URL.into()
    }
}

struct RemoteLease {
    store: RemoteStore,
    key: (Partition, String),
    number: u64,
    time_to_live: Duration,
}

impl RemoteLease {
    fn give_back(&self) {
        if let Some(leased) = locked(&self.store.server).leases.get_mut(&self.key)
            && leased.number == self.number
        {
            leased.until = None;
        }
    }
}

impl Lease for RemoteLease {
    fn fence(&self) -> Option<Fence> {
        Some(Fence { credential: self.key.1.clone(), number: self.number })
    }

    fn is_renewed(&self) -> bool {
        true
    }

    fn renew(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        let renew = |server: &mut Server| {
            let until = self.store.clock.elapsed().saturating_add(self.time_to_live);
            match server.leases.get_mut(&self.key).filter(|leased| leased.number == self.number) {
                Some(leased) => leased.until = Some(until),
                None => return Err(StoreError::LeaseLost { lease: URL.into() }),
            }
            Ok(())
        };
        Box::pin(self.store.ask(|counts| &mut counts.leases, renew))
    }

    fn release(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            self.store.clock.delay(self.store.latency).await;
            self.give_back();
        })
    }

    fn note<'a>(&'a self, note: Option<&'a [u8]>) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if let Some(leased) = locked(&self.store.server).leases.get_mut(&self.key) {
                leased.note = note.map(<[u8]>::to_vec);
            }
        })
    }
}

impl Drop for RemoteLease {
    fn drop(&mut self) {
        self.give_back();
    }
}
