//! Single flight: concurrent reads of the same key share one round trip.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use tokcache_core::store::mutex::locked;

/// The reads in progress, by name.
///
/// A caller never joins a read that has begun, because its answer could be older than the call: a caller that was just
/// given a lease must see the save of the previous holder. The caller joins the next read, which begins when the current
/// one ends. However many callers there are, there is one read in progress and at most one waiting.
pub(crate) struct SingleFlight<Output: Clone> {
    reads: Mutex<HashMap<Arc<str>, Read<Output>>>,
    last: AtomicU64,
}

struct Read<Output: Clone> {
    number: u64,
    has_begun: Arc<AtomicBool>,
    answer: WeakShared<BoxFuture<'static, Output>>,
}

impl<Output: Clone + Send + Sync + 'static> SingleFlight<Output> {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(SingleFlight { reads: Mutex::default(), last: AtomicU64::new(0) })
    }

    /// Runs `read`, or joins a read of the same name that has not begun.
    pub(crate) fn read(
        self: &Arc<Self>,
        name: &str,
        read: impl Future<Output = Output> + Send + 'static,
    ) -> Shared<BoxFuture<'static, Output>> {
        let mut reads = locked(&self.reads);
        let current = reads.get(name).and_then(|read| Some((read.answer.upgrade()?, &read.has_begun)));
        let before = match current {
            Some((answer, has_begun)) if !has_begun.load(Ordering::SeqCst) => return answer,
            Some((answer, _)) => Some(answer),
            None => None,
        };
        let name: Arc<str> = name.into();
        let number = self.last.fetch_add(1, Ordering::Relaxed);
        let has_begun = Arc::new(AtomicBool::new(false));
        let forget = ForgetOnDrop { single_flight: Arc::clone(self), name: Arc::clone(&name), number };
        let begin = Arc::clone(&has_begun);
        let answer = async move {
            let _forget = forget;
            if let Some(before) = before {
                before.await;
            }
            begin.store(true, Ordering::SeqCst);
            read.await
        };
        let answer = answer.boxed().shared();
        if let Some(weak) = answer.downgrade() {
            reads.insert(name, Read { number, has_begun, answer: weak });
        }
        answer
    }
}

/// Removes a read that has ended, or that all its callers have given up.
struct ForgetOnDrop<Output: Clone> {
    single_flight: Arc<SingleFlight<Output>>,
    name: Arc<str>,
    number: u64,
}

impl<Output: Clone> Drop for ForgetOnDrop<Output> {
    fn drop(&mut self) {
        let mut reads = locked(&self.single_flight.reads);
        if reads.get(&self.name).is_some_and(|read| read.number == self.number) {
            reads.remove(&self.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use futures_util::future::join_all;
    use tokio::sync::Notify;

    use super::*;

    /// Counts the reads. Each waits for a signal.
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
            let (reads, server) = (SingleFlight::new(), Arc::new(Server::default()));
            let first = tokio::spawn(reads.read("a", ask(&server)));
            tokio::task::yield_now().await;
            let others = join_all((0..1000).map(|_| reads.read("a", ask(&server))));
            server.answer.notify_one();
            server.answer.notify_waiters();
            assert_eq!(first.await.unwrap(), 1);
            server.answer.notify_one();
            assert!(others.await.iter().all(|number| *number == 2));
            assert!(locked(&reads.reads).is_empty());
        });
    }

    #[test]
    fn a_read_that_all_callers_have_given_up_is_forgotten() {
        let (reads, server) = (SingleFlight::new(), Arc::new(Server::default()));
        let mut first = reads.read("a", ask(&server));
        assert!((&mut first).now_or_never().is_none());
        let second = reads.read("a", ask(&server));
        drop(first);
        assert_eq!(locked(&reads.reads).len(), 1);
        drop(second);
        assert!(locked(&reads.reads).is_empty());
    }
}
