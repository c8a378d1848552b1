//! Reads of the same thing at the same time share one round trip.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use tokcache_core::store::mutex::locked;

/// What is being read, by name.
///
/// A caller never joins a read that has begun: its answer could be older than the call, and a caller who has just been
/// given a lease must see what the holder before it has saved. The caller joins the read that begins when that one ends.
/// So there are at most two reads of the same thing, one under way and one to come, however many callers there are.
pub(crate) struct Flights<Output: Clone> {
    flights: Mutex<HashMap<String, Flight<Output>>>,
    last: AtomicU64,
}

struct Flight<Output: Clone> {
    number: u64,
    has_begun: Arc<AtomicBool>,
    answer: WeakShared<BoxFuture<'static, Output>>,
}

impl<Output: Clone + Send + Sync + 'static> Flights<Output> {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Flights { flights: Mutex::default(), last: AtomicU64::new(0) })
    }

    /// Runs `read`, or joins a call of the same name that has not begun.
    pub(crate) fn read(
        self: &Arc<Self>,
        name: &str,
        read: impl Future<Output = Output> + Send + 'static,
    ) -> Shared<BoxFuture<'static, Output>> {
        let mut flights = locked(&self.flights);
        let current = flights.get(name).and_then(|flight| Some((flight.answer.upgrade()?, &flight.has_begun)));
        let before = match current {
            Some((answer, has_begun)) if !has_begun.load(Ordering::SeqCst) => return answer,
            Some((answer, _)) => Some(answer),
            None => None,
        };
        let number = self.last.fetch_add(1, Ordering::Relaxed);
        let has_begun = Arc::new(AtomicBool::new(false));
        let landing = Landing { flights: Arc::clone(self), name: name.to_owned(), number };
        let begin = Arc::clone(&has_begun);
        let answer = async move {
            let _landing = landing;
            if let Some(before) = before {
                before.await;
            }
            begin.store(true, Ordering::SeqCst);
            read.await
        };
        let answer = answer.boxed().shared();
        if let Some(weak) = answer.downgrade() {
            flights.insert(name.to_owned(), Flight { number, has_begun, answer: weak });
        }
        answer
    }
}

/// Forgets a read that has ended, or that nobody waits for any more.
struct Landing<Output: Clone> {
    flights: Arc<Flights<Output>>,
    name: String,
    number: u64,
}

impl<Output: Clone> Drop for Landing<Output> {
    fn drop(&mut self) {
        let mut flights = locked(&self.flights.flights);
        if flights.get(&self.name).is_some_and(|flight| flight.number == self.number) {
            flights.remove(&self.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use futures_util::future::join_all;
    use tokio::sync::Notify;

    use super::*;

    /// Counts the reads, each of which waits for a signal.
    #[derive(Default)]
    struct Server {
        reads: AtomicUsize,
        answer: Notify,
    }

    fn ask(server: &Arc<Server>) -> impl Future<Output = usize> + Send + 'static {
        let server = Arc::clone(server);
        async move {
            let number = server.reads.fetch_add(1, Ordering::SeqCst) + 1;
            server.answer.notified().await;
            number
        }
    }

    #[test]
    fn a_thousand_callers_share_the_read_that_has_not_begun() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (flights, server) = (Flights::new(), Arc::new(Server::default()));
            let first = tokio::spawn(flights.read("a", ask(&server)));
            tokio::task::yield_now().await;
            let others = join_all((0..1000).map(|_| flights.read("a", ask(&server))));
            server.answer.notify_one();
            server.answer.notify_waiters();
            assert_eq!(first.await.unwrap(), 1);
            server.answer.notify_one();
            assert!(others.await.iter().all(|number| *number == 2));
            assert!(locked(&flights.flights).is_empty());
        });
    }

    #[test]
    fn a_read_that_nobody_waits_for_any_more_is_forgotten() {
        let (flights, server) = (Flights::new(), Arc::new(Server::default()));
        let mut first = flights.read("a", ask(&server));
        assert!((&mut first).now_or_never().is_none());
        let second = flights.read("a", ask(&server));
        drop(first);
        assert_eq!(locked(&flights.flights).len(), 1);
        drop(second);
        assert!(locked(&flights.flights).is_empty());
    }
}
