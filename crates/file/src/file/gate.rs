//! Keeping everybody from refreshing for a while, as when the cache gets another key.
//!
//! Who takes a lease looks afterwards whether the gate is shut, and gives the lease back if it is. Who shuts the gate
//! looks afterwards who has a lease, and waits for each. So one of the two sees the other, whoever was first; and since
//! nobody waits for the gate with a lease in hand, nobody waits for ever.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::lock_acquirer::LockAcquirer;
use super::lockfile::LockFile;
use super::place::Place;
use crate::Clock;
use crate::StoreError;
use crate::platform;
use crate::wait::{Attempt, TryLock, WaitPolicy, wait_for};

/// Shuts the gate and waits for all who have a lease by then.
pub(super) fn shut(place: &Place, patience: WaitPolicy<'_>) -> Result<LockFile, StoreError> {
    let start = patience.clock.elapsed();
    let waited = || patience.clock.elapsed().saturating_sub(start);
    let held = |path: &Path| {
        let limit = patience.limit.saturating_sub(waited());
        let mut acquirer = LockAcquirer::new(place, path.to_owned(), patience.clock);
        let held = wait_for(path, WaitPolicy { limit, ..patience }, &mut || acquirer.attempt());
        held.map_err(|error| match error {
            StoreError::Busy { lock, holder, .. } => StoreError::Busy { lock, holder, waited: waited() },
            error => error,
        })
    };
    let gate = place.gate();
    let lock = held(&gate)?;
    // A folder that cannot be listed shows no leases; new ones there are none from here on.
    let names = platform::names_in(place.folder()).into_iter().flatten();
    let leases: Vec<PathBuf> =
        names.filter(|name| place.is_lease(name)).map(|name| place.folder().join(name)).collect();
    for lease in leases.iter().filter(|lease| **lease != gate) {
        // Given back at once: whoever takes it next finds the gate shut.
        drop(held(lease)?);
    }
    Ok(lock)
}

/// Whether the gate is open; one that a dead process has shut may look shut.
pub(super) fn is_open(place: &Place) -> bool {
    matches!(platform::identity_at(&place.gate()), Ok(None))
}

/// The gate, to be waited for.
pub(super) struct Gate<'a> {
    path: PathBuf,
    acquirer: LockAcquirer<'a>,
}

impl<'a> Gate<'a> {
    pub(super) fn new(place: &'a Place, clock: &'a dyn Clock) -> Self {
        Gate { path: place.gate(), acquirer: LockAcquirer::new(place, place.gate(), clock) }
    }
}

impl TryLock for Gate<'_> {
    type Lock = ();

    /// Not made where it is not, so that many who pass do not shut it for each other. That of a dead process is removed.
    fn attempt(&mut self) -> Result<Attempt<()>, StoreError> {
        if let Ok(None) = platform::identity_at(&self.path) {
            return Ok(Attempt::Held(()));
        }
        Ok(match self.acquirer.attempt()? {
            Attempt::Held(_) => Attempt::Held(()),
            Attempt::Taken(holder) => Attempt::Taken(holder),
        })
    }

    fn rest(&mut self, pause: Duration, most: Duration, clock: &dyn Clock) -> bool {
        self.acquirer.rest(pause, most, clock)
    }
}
