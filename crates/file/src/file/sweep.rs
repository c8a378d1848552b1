//! Removing what processes that were killed have left beside the cache file.

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

/// The cache lock is held meanwhile, so that a folder full of litter is swept in several goes.
const MOST_AT_ONCE: usize = 1000;
/// Seconds.
const OUT_OF_DATE: i64 = 3600;

/// Removes this file's temporary files, the leases of dead processes, and notes that are out of date. Under the cache lock nobody else is saving, so
/// no temporary file is in use but perhaps a lock file in the making, whose maker tries again. What cannot be removed
/// stays: it is only litter.
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

/// Nobody heeds a note for so long.
fn is_out_of_date(note: &Path, clock: &dyn Clock) -> bool {
    let modified = fs::metadata(note).and_then(|metadata| metadata.modified()).ok();
    let modified = modified.and_then(|modified| modified.duration_since(UNIX_EPOCH).ok());
    modified.is_some_and(|since| clock.now().0.saturating_sub_unsigned(since.as_secs()) > OUT_OF_DATE)
}

/// A lease that can be taken at once has no living holder; dropped, it is gone.
fn release_dead(lease: &Path, place: &Place, clock: &dyn Clock) {
    drop(LockAcquirer::new(place, lease.to_owned(), clock).attempt());
}
