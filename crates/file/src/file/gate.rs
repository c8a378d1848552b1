//! A gate that blocks all refreshes for a while, for example while the cache gets another key.
//!
//! A process that takes a lease checks the gate afterwards, and returns the lease if the gate is shut. A process that
//! shuts the gate then lists the leases, and waits for each. So at least one of the two sees the other. A process never
//! waits for the gate while it holds a lease, so there is no deadlock.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::lock_acquirer::LockAcquirer;
use super::lockfile::LockFile;
use super::place::Place;
use crate::Clock;
use crate::StoreError;
use crate::platform;
use crate::wait::{Attempt, TryLock, WaitPolicy, wait_for};

/// Shuts the gate and waits for all current lease holders.
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
    // If the folder cannot be listed, no lease is waited for. New leases are impossible from here on.
    for lease in leases(place).iter().filter(|lease| **lease != gate) {
        // Release the lease at once: the next process to take it sees the shut gate.
        drop(held(lease)?);
    }
    Ok(lock)
}

/// Returns the lock files of all leases. The gate is one of them.
pub(super) fn leases(place: &Place) -> Vec<PathBuf> {
    let names = platform::names_in(place.folder()).into_iter().flatten();
    names.filter(|name| place.is_lease(name)).map(|name| place.folder().join(name)).collect()
}

/// Whether the gate is open. A gate that a dead process has left looks shut.
pub(super) fn is_open(place: &Place) -> bool {
    matches!(platform::identity_at(&place.gate()), Ok(None))
}

/// A request to pass the gate.
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

    /// Removes the gate of a dead process. Does not create a missing gate file: many processes that pass would shut it
    /// for each other.
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
