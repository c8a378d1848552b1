//! Seeing that what was saved stays, beside programs that overwrite what they have not read.
//!
//! MSAL Node decides whether to read the file again before it waits for the lock, .NET deletes other programs' locks,
//! and whoever only `flock`s enters beside whoever only creates the lock file. What they overwrite, no lock protects.

use std::time::Duration;

use zeroize::Zeroizing;

use super::ClientApplication;
use crate::cache::{Grant, TokenCache};
use crate::store::Saved;
use crate::time::Timestamp;

/// MSAL Node tries every 100 ms to get the lock: who waited for it has got it by then, and written.
const PAUSE: Duration = Duration::from_millis(150);

/// The longest watch, where others write without end.
const LONGEST: Duration = Duration::from_secs(3);

/// Looks in a row that find everything in its place, while others write: who has not overwritten it by then has read
/// it.
const ENOUGH_LOOKS: u32 = 4;

/// The cache as it was left by a save, if it is to be watched.
pub(super) type Watched = Option<Zeroizing<String>>;

/// Where others write who may overwrite what they have not read. Nobody else pays for a copy.
pub(super) fn to_watch(cache: &TokenCache) -> Watched {
    cache.has_unsynchronized_writers().then(|| cache.serialize())
}

impl ClientApplication<'_> {
    /// Watches `grant`, recorded at `now`, until nobody has written the cache for a while; records it again whenever it
    /// `is_undone`. Takes no time where only tokcache and MSAL Python write, and never holds the cache lock while it
    /// waits.
    ///
    /// False when it may be undone still: it was so to the end of the watch, or the cache cannot be read any more.
    pub(super) async fn verify_saved(
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
