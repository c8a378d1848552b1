use std::time::Duration;

use crate::acquire::ClientApplication;
use crate::store::Holder;

/// The shortest wait that is reported to the observer at once.
const WORTH_TELLING: Duration = Duration::from_secs(2);

/// A wait for another process, which is reported to the observer.
pub(in crate::acquire) struct Waiting<'a> {
    client: &'a ClientApplication<'a>,
    started: Duration,
    has_waited: bool,
    is_told: bool,
}

impl<'a> Waiting<'a> {
    pub(in crate::acquire) fn new(client: &'a ClientApplication<'a>) -> Self {
        Waiting { client, started: client.clock.elapsed(), has_waited: false, is_told: false }
    }

    /// Records that another process holds the lease.
    pub(in crate::acquire) fn met(&mut self, holder: &Holder) {
        self.has_waited = true;
        if !self.is_told && self.waited() >= WORTH_TELLING {
            self.is_told = true;
            self.client.observer.waiting_for(holder);
        }
    }

    /// Ends the wait. Returns whether there was one.
    pub(in crate::acquire) fn end(self) -> bool {
        self.has_waited
    }

    fn waited(&self) -> Duration {
        self.client.clock.elapsed().saturating_sub(self.started)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.has_waited {
            self.client.observer.lease_wait_ended(self.waited());
        }
    }
}
