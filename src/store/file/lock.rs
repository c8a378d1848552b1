//! The cache lock, as a value: what saves the file takes it as proof.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use super::contender::Contender;
use super::lockfile::{Flock, LockFile, try_flock};
use super::place::Place;
use super::regular::open_to_write;
use crate::store::wait::{Attempt, wait_for};
use crate::store::{Holder, StoreError};
use crate::time::Clock;

/// The right to write the cache file. Held for milliseconds, given back when dropped.
pub(super) enum CacheLock {
    /// The lock file that all MSAL libraries know; two when the cache was named by a symbolic link.
    Beside(Vec<LockFile>),
    /// The folder takes no lock file, though the cache file itself can be written: its own `flock` then. MSAL's
    /// libraries cannot write there at all, so tokcache need only keep out of its own way.
    Within { _file: File },
}

impl CacheLock {
    /// Waits for the lock, at most for `patience`.
    pub(super) fn acquire(place: &Place, patience: Duration, clock: &dyn Clock) -> Result<CacheLock, StoreError> {
        let beside = place.lock_files().iter().map(|path| wait_for_file(place, path, patience, clock)).collect();
        match beside {
            Ok(files) => Ok(CacheLock::Beside(files)),
            Err(error) if error.is_unwritable() => within(place, patience, clock)?.ok_or(error),
            Err(error) => Err(error),
        }
    }

    /// Whether nobody has taken it away meanwhile.
    pub(super) fn is_still_ours(&self) -> bool {
        match self {
            CacheLock::Beside(files) => files.iter().all(LockFile::is_still_ours),
            CacheLock::Within { .. } => true,
        }
    }
}

fn wait_for_file(place: &Place, path: &Path, patience: Duration, clock: &dyn Clock) -> Result<LockFile, StoreError> {
    let mut contender = Contender::new(place, path, clock);
    wait_for(path, patience, clock, &mut || contender.attempt())
}

fn within(place: &Place, patience: Duration, clock: &dyn Clock) -> Result<Option<CacheLock>, StoreError> {
    let Ok(file) = open_to_write(&place.file) else { return Ok(None) };
    wait_for(&place.file, patience, clock, &mut || match try_flock(&file) {
        Ok(Flock::Taken) => Ok(Attempt::Taken(Holder::default())),
        Ok(Flock::Held | Flock::Unknown) => Ok(Attempt::Held(())),
        Err(error) => Err(StoreError::io("lock", &place.file)(error)),
    })?;
    Ok(Some(CacheLock::Within { _file: file }))
}
