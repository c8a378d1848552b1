//! Seeing that what was saved stays, beside programs that overwrite what they have not read.
//!
//! MSAL Node decides whether to read the file again before it waits for the lock, .NET deletes other programs' locks,
//! and whoever only `flock`s enters beside whoever only creates the lock file. What they overwrite, no lock protects.

use std::time::Duration;

use zeroize::Zeroizing;

use super::{PublicClient, cached};
use crate::cache::{Grant, TokenCache};
use crate::store::Saved;
use crate::time::Timestamp;

/// MSAL Node tries every 100 ms to get the lock: who waited for it has got it by then, and written.
const PAUSE: Duration = Duration::from_millis(150);

/// The longest watch, where others write without end.
const LONGEST: Duration = Duration::from_secs(3);

/// Looks in a row that find everything in its place, while others write: who has not overwritten it by then has read it.
const ENOUGH_LOOKS: u32 = 4;

/// The cache as it was left by a save.
#[derive(Default)]
pub(super) struct Written {
    text: Zeroizing<String>,
    needs_watching: bool,
}

impl Written {
    pub(super) fn of(cache: &TokenCache) -> Self {
        Written { text: cache.serialize(), needs_watching: cache.has_hasty_writers() }
    }
}

impl PublicClient<'_> {
    /// Watches `grant`, recorded at `now`, until nobody has written the cache for a while; records it again whenever it
    /// `is_undone`. Takes no time where only tokcache and MSAL Python write, and never holds the cache lock while it
    /// waits.
    ///
    /// False when it may be undone still: it was so to the end of the watch, or the cache cannot be read any more.
    pub(super) fn stays(
        &self,
        mut written: Written,
        is_undone: &dyn Fn(&TokenCache) -> bool,
        grant: &Grant,
        now: Timestamp,
    ) -> bool {
        if !written.needs_watching {
            return true;
        }
        let end = self.clock.elapsed() + LONGEST.min(self.retry_within);
        let mut looks_in_a_row = 0;
        loop {
            self.clock.sleep(PAUSE);
            let Ok(cache) = cached::load(self.store) else { return false };
            let seen = Written::of(&cache);
            if seen.text == written.text {
                return true;
            }
            written = seen;
            looks_in_a_row += 1;
            if is_undone(&cache) {
                looks_in_a_row = 0;
                let mended = cached::update(self.store, &mut |cache| {
                    if is_undone(cache) {
                        cache.record(grant, now);
                    }
                    written = Written::of(cache);
                });
                match mended {
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
