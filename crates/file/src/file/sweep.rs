//! Removes the files that killed processes have left beside the cache file.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use super::lock::CacheLock;
use super::lock_acquirer::LockAcquirer;
use super::place::Place;
use crate::platform;
use crate::wait::TryLock;
use tokcache_core::time::Clock;

/// The maximum number of files removed at once, because the cache lock is held meanwhile.
const MOST_AT_ONCE: usize = 1000;
/// The age at which a note is out of date, in seconds.
const OUT_OF_DATE: i64 = 3600;

/// Removes this file's temporary files, the leases of dead processes, and outdated notes. The cache lock is held, so no
/// save is running. A temporary file may still be a lock file that is being created; its creator then tries again.
/// Errors are ignored, because the files do no harm.
pub(super) fn sweep(_lock: &CacheLock, place: &Place, clock: &dyn Clock) {
    let Ok(names) = platform::names_in(place.folder()) else { return };
    let is_litter = |name: &OsString| place.is_temporary(name) || place.is_lease(name) || place.is_note(name);
    for name in names.filter(is_litter).take(MOST_AT_ONCE) {
        let path = place.folder().join(&name);
        if place.is_temporary(&name) || place.is_note(&name) && is_out_of_date(&path, clock) {
            let _ = fs::remove_file(path);
        } else if place.is_lease(&name) {
            release_dead(&path, place, clock);
        }
    }
}

/// Whether a note is so old that nobody reads it.
fn is_out_of_date(note: &Path, clock: &dyn Clock) -> bool {
    let modified = fs::metadata(note).and_then(|metadata| metadata.modified()).ok();
    let modified = modified.and_then(|modified| modified.duration_since(UNIX_EPOCH).ok());
    modified.is_some_and(|since| clock.now().0.saturating_sub_unsigned(since.as_secs()) > OUT_OF_DATE)
}

/// Removes the lease of a dead process. A lease that can be taken at once has no living holder, and a drop removes it.
fn release_dead(lease: &Path, place: &Place, clock: &dyn Clock) {
    drop(LockAcquirer::new(place, lease.to_owned(), clock).attempt());
}
