//! The cache lock as a value. Saving takes it as a parameter, as proof that the lock is held.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::lock_acquirer::LockAcquirer;
use super::lockfile::{Flock, LockFile, try_flock};
use super::place::Place;
use super::regular::open_to_write;
use crate::platform::{self, Identity};
use crate::wait::{Attempt, TryLock, WaitPolicy, wait_for};
use crate::{Holder, StoreError};

/// The lock for writing the cache file. Held for milliseconds, and released on drop.
pub(super) enum CacheLock {
    /// The lock file that all MSAL libraries use; two lock files if the cache path is a symbolic link.
    Beside(Vec<LockFile>),
    /// The `flock` of the cache file itself, for a folder that is read-only although the cache file is writable. MSAL's
    /// libraries cannot write there at all, so this lock only has to exclude other tokcache processes.
    Within(OwnFlock),
}

/// The `flock` of the cache file.
pub(super) struct OwnFlock {
    path: PathBuf,
    identity: Identity,
    /// Kept open to hold the `flock`.
    _file: File,
}

impl CacheLock {
    /// Waits for the lock for at most `patience`.
    pub(super) fn acquire(place: &Place, patience: WaitPolicy<'_>) -> Result<CacheLock, StoreError> {
        let mut files = Vec::new();
        for path in place.lock_files() {
            match wait_for_file(place, &path, patience) {
                Ok(file) => files.push(file),
                Err(error) if error.is_unwritable() && path == place.own_lock_file() => {
                    return within(place, patience)?.map(CacheLock::Within).ok_or(error);
                }
                // The folder of the link is read-only, so programs that use the link cannot create a lock there either.
                Err(error) if error.is_unwritable() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(CacheLock::Beside(files))
    }

    /// Whether no other process has removed the lock.
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

/// Takes the `flock` of the cache file. Returns `None` if the file is not writable either. If the file was replaced
/// during the wait, waits for the new file.
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
