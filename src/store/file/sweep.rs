//! Removing what processes that were killed have left beside the cache file.

use std::fs::{self, DirEntry};

use super::contender::Contender;
use super::lock::CacheLock;
use super::place::Place;
use crate::time::Clock;

/// The cache lock is held meanwhile, so that a folder full of litter is swept in several goes.
const MOST_AT_ONCE: usize = 1000;

/// Removes this file's temporary files and the leases of dead processes. Under the cache lock nobody else is saving, so
/// no temporary file is in use but perhaps a lock file in the making, whose maker tries again. What cannot be removed
/// stays: it is only litter.
pub(super) fn sweep(_lock: &CacheLock, place: &Place, clock: &dyn Clock) {
    let Ok(entries) = fs::read_dir(place.folder()) else { return };
    let is_litter = |entry: &DirEntry| place.is_temporary(&entry.file_name()) || place.is_lease(&entry.file_name());
    for entry in entries.filter_map(Result::ok).filter(is_litter).take(MOST_AT_ONCE) {
        if place.is_temporary(&entry.file_name()) {
            let _ = fs::remove_file(entry.path());
        } else {
            release_dead(&entry, place, clock);
        }
    }
}

/// A lease that can be taken at once has no living holder; dropped, it is gone.
fn release_dead(lease: &DirEntry, place: &Place, clock: &dyn Clock) {
    drop(Contender::new(place, &lease.path(), clock).attempt());
}
