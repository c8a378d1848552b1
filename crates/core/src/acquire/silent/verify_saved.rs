//! Verifies that a save is not overwritten by programs that overwrite unread changes.
//!
//! MSAL Node decides whether to read the file again before it waits for the lock, .NET deletes other programs' locks,
//! and a program that only uses `flock` ignores one that only creates the lock file. No lock protects against them.

use std::time::Duration;

use zeroize::Zeroizing;

use crate::acquire::ClientApplication;
use crate::cache::{Grant, TokenCache};
use crate::store::Saved;
use crate::time::Timestamp;

/// The pause between two checks. MSAL Node tries to get the lock every 100 ms, so a waiting MSAL Node has written by
/// then.
const PAUSE: Duration = Duration::from_millis(150);

/// The maximum duration of the checks, in case others write continuously.
const LONGEST: Duration = Duration::from_secs(3);

/// The number of successive good checks while others write. A program that has not overwritten the save by then has
/// read it.
const ENOUGH_LOOKS: u32 = 4;

/// The cache after a save, if it is to be watched.
pub(super) type Watched = Option<Zeroizing<String>>;

/// Returns a copy of the cache if other writers may overwrite unread changes. Otherwise, a copy is not needed.
pub(in crate::acquire) fn to_watch(cache: &TokenCache) -> Watched {
    cache.has_unsynchronized_writers().then(|| cache.serialize())
}

impl ClientApplication<'_> {
    /// Watches `grant`, recorded at `now`, until no program has written the cache for a while. Records it again
    /// whenever it `is_undone`. Takes no time if only tokcache and MSAL Python write, and does not hold the cache lock
    /// during a wait.
    ///
    /// Returns false if the save may still be undone: it was so at the end of the watch, or the cache cannot be read
    /// any more.
    pub(in crate::acquire) async fn verify_saved(
        &self,
        saved: Watched,
        is_undone: &(dyn Fn(&TokenCache) -> bool + Sync),
        grant: &Grant,
        now: Timestamp,
    ) -> bool {
        let Some(mut written) = saved else { return true };
        let end = self.clock.elapsed() + LONGEST.min(self.retry_within);
        let mut looks_in_a_row = 0;
        loop {
            self.clock.delay(PAUSE).await;
            let Ok(cache) = self.load_cache().await else { return false };
            let seen = cache.serialize();
            if seen == written {
                return true;
            }
            written = seen;
            looks_in_a_row += 1;
            if is_undone(&cache) {
                looks_in_a_row = 0;
                let mut record = |cache: &mut TokenCache| {
                    if is_undone(cache) {
                        cache.record(grant, now);
                    }
                    written = cache.serialize();
                };
                match self.update_cache(&mut record).await {
                    Ok(Saved::Unchanged) => {}
                    Ok(_) => self.observer.saved_again(),
                    Err(_) => return false,
                }
            }
            if looks_in_a_row == ENOUGH_LOOKS {
                return true;
            }
            if self.clock.elapsed() >= end {
                return false;
            }
        }
    }
}
