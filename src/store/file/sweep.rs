//! Removing what processes that were killed have left beside the cache file.

use std::fs;
use std::path::Path;

use super::contender::Contender;
use super::lock::CacheLock;
use super::place::Place;
use crate::platform;
use crate::store::wait::Door;
use crate::time::Clock;

/// The cache lock is held meanwhile, so that a folder full of litter is swept in several goes.
const MOST_AT_ONCE: usize = 1000;

/// Removes this file's temporary files and the leases of dead processes. Under the cache lock nobody else is saving, so
/// no temporary file is in use but perhaps a lock file in the making, whose maker tries again. What cannot be removed
/// stays: it is only litter.
pub(super) fn sweep(_lock: &CacheLock, place: &Place, clock: &dyn Clock) {
    let Ok(names) = platform::names_in(place.folder()) else { return };
    for name in names.filter(|name| place.is_temporary(name) || place.is_lease(name)).take(MOST_AT_ONCE) {
        let path = place.folder().join(&name);
        if place.is_temporary(&name) {
            let _ = fs::remove_file(path);
        } else {
            release_dead(&path, place, clock);
        }
    }
}

/// A lease that can be taken at once has no living holder; dropped, it is gone.
fn release_dead(lease: &Path, place: &Place, clock: &dyn Clock) {
    drop(Contender::new(place, lease, clock).attempt());
}
