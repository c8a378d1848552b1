//! A process that waits for another's lease is notified of its end, and need not poll.

use std::process::Child;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokcache_core::store::Lease;
use tokcache_core::time::{Clock, SystemClock, Timestamp};
use tokcache_file::FileStore;

use crate::cache::{Cache, PATIENCE, Wait, lease_by};
use crate::child::{Role, holder};

/// The credential of the children.
const CREDENTIAL: &str = "credential";

/// A clock for a process that is notified and never sleeps. When the wait begins, the lease holder is killed.
struct Listening(Mutex<Child>);

impl Clock for Listening {
    fn now(&self) -> Timestamp {
        SystemClock::new().now()
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _wait: Duration) {
        panic!("it did not listen");
    }

    fn wait_for(&self, signal: &Receiver<()>, _wait: Duration) -> Result<(), RecvTimeoutError> {
        self.0.lock().unwrap().kill().unwrap();
        signal.recv_timeout(PATIENCE)
    }
}

/// Waits for a lease that another process holds until the wait begins. `then` is the decision after the notification.
fn lease_after_another(cache: &Cache, then: Wait) -> Option<Box<dyn Lease>> {
    let clock = Arc::new(Listening(Mutex::new(holder(Role::HoldLease, &cache.path))));
    let store = FileStore::new(&cache.path, PATIENCE, clock.clone());
    let mut looks = 0;
    let lease = lease_by(clock.as_ref(), &store, CREDENTIAL, PATIENCE, &mut |_| {
        looks += 1;
        if looks == 1 { Wait::More } else { then }
    });
    clock.0.lock().unwrap().wait().unwrap();
    lease.unwrap()
}

#[test]
fn a_lease_that_is_free_goes_at_once_to_who_waits() {
    assert!(lease_after_another(&Cache::new(), Wait::More).is_some());
}

#[test]
fn who_has_waited_looks_before_asking_for_the_lease() {
    assert!(lease_after_another(&Cache::new(), Wait::Enough).is_none());
}
