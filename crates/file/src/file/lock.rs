//! The cache lock, as a value: what saves the file takes it as proof.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::lock_acquirer::LockAcquirer;
use super::lockfile::{Flock, LockFile, try_flock};
use super::place::Place;
use super::regular::open_to_write;
use crate::platform::{self, Identity};
use crate::wait::{Attempt, TryLock, WaitPolicy, wait_for};
use crate::{Holder, StoreError};

/// The right to write the cache file. Held for milliseconds, given back when dropped.
pub(super) enum CacheLock {
    /// The lock file that all MSAL libraries know; two when the cache was named by a symbolic link.
    Beside(Vec<LockFile>),
    /// The folder takes no lock file, though the cache file itself can be written: its own `flock` then. MSAL's
    /// libraries cannot write there at all, so tokcache need only keep out of its own way.
    Within(OwnFlock),
}

/// The `flock` of the cache file itself.
pub(super) struct OwnFlock {
    path: PathBuf,
    identity: Identity,
    /// Kept open for its `flock`.
    _file: File,
}

impl CacheLock {
    /// Waits for the lock, as long as `patience` lasts.
    pub(super) fn acquire(place: &Place, patience: WaitPolicy<'_>) -> Result<CacheLock, StoreError> {
        let mut files = Vec::new();
        for path in place.lock_files() {
            match wait_for_file(place, &path, patience) {
                Ok(file) => files.push(file),
                Err(error) if error.is_unwritable() && path == place.own_lock_file() => {
                    return within(place, patience)?.map(CacheLock::Within).ok_or(error);
                }
                // The folder of a link takes no lock file: then nobody who comes by the link has one there.
                Err(error) if error.is_unwritable() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(CacheLock::Beside(files))
    }

    /// Whether nobody has taken it away meanwhile.
    pub(super) fn is_still_ours(&self) -> bool {
        match self {
            CacheLock::Beside(files) => files.iter().all(LockFile::is_still_ours),
            CacheLock::Within(flock) => flock.is_still_ours(),
        }
    }
}

impl OwnFlock {
    fn is_still_ours(&self) -> bool {
        matches!(platform::identity_at(&self.path), Ok(Some(identity)) if identity == self.identity)
    }
}

fn wait_for_file(place: &Place, path: &Path, patience: WaitPolicy<'_>) -> Result<LockFile, StoreError> {
    let mut acquirer = LockAcquirer::new(place, path.to_owned(), patience.clock);
    wait_for(path, patience, &mut || acquirer.attempt())
}

/// `None` if the file cannot be written either. Whoever waited for a file that was replaced meanwhile waits for the new
/// one.
fn within(place: &Place, patience: WaitPolicy<'_>) -> Result<Option<OwnFlock>, StoreError> {
    let failed = StoreError::io("lock", place.file());
    let attempt = &mut || {
        let Ok(file) = open_to_write(place.file()) else { return Ok(Attempt::Held(None)) };
        match try_flock(&file).map_err(&failed)? {
            Flock::Taken => Ok(Attempt::Taken(Holder::default())),
            Flock::Held | Flock::Unknown => {
                let identity = platform::identity(&file).map_err(&failed)?;
                let flock = OwnFlock { path: place.file().to_owned(), identity, _file: file };
                let is_ours = flock.is_still_ours();
                Ok(if is_ours { Attempt::Held(Some(flock)) } else { Attempt::Taken(Holder::default()) })
            }
        }
    };
    wait_for(place.file(), patience, attempt)
}
