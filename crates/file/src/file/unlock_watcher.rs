//! Hearing of the end of another process's lock, instead of asking for it again and again.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread::{self, Thread};
use std::time::Duration;

use fd_lock::RwLock;

use super::regular::open_itself;
use crate::platform::{self, Identity};
use tokcache_core::time::Clock;

/// Nothing much is called there.
const STACK: usize = 64 * 1024;
/// How long a thread lingers after it has told. Ending a thread costs a process more than exiting with it alive, and
/// most exit within this time. Not by the [`Clock`]: nobody waits for it.
const LINGER: Duration = Duration::from_secs(1);

/// Somebody who would hear of the end of a lock.
#[derive(Default)]
pub(super) struct UnlockWatcher {
    release: Option<Release>,
    /// The one that came last.
    heard: Option<Release>,
}

impl UnlockWatcher {
    /// Waits at most `most` for the end of the lock at `path`, and returns whether it came; where there is no hearing
    /// of it, `pause` passes. Of each lock the end is waited for once: one that is still taken then is taken by other
    /// means, or for a moment by all who heard it.
    pub(super) fn hears_the_end(&mut self, path: &Path, pause: Duration, most: Duration, clock: &dyn Clock) -> bool {
        if self.release.is_none() {
            // In a crowd one end follows another: there is one thread at a time.
            let heard = self.heard.as_ref().inspect(|heard| heard.thread.unpark());
            self.release = Release::of(path, heard.map(|heard| heard.lock));
        }
        let Some(release) = &self.release else {
            clock.sleep(pause);
            return false;
        };
        let outcome = clock.wait_for(&release.freed, most);
        if outcome == Err(RecvTimeoutError::Timeout) {
            return false;
        }
        self.heard = self.release.take();
        if outcome.is_err() {
            clock.sleep(pause);
        }
        outcome.is_ok()
    }
}

/// The end of a `flock` that another process has.
struct Release {
    lock: Identity,
    /// Hears of it; or nothing ever, where the file system has no such locks.
    freed: Receiver<()>,
    /// Where it is heard.
    thread: Thread,
}

impl Release {
    /// That of the lock file at `path`, unless it is `heard`, or nobody can listen. A thread waits for it, since only a
    /// thread can be left behind when the wait is given up. It takes a shared lock, as all who wait may have together,
    /// and gives it back.
    fn of(path: &Path, heard: Option<Identity>) -> Option<Self> {
        let file = open_itself(path).ok()?;
        let lock = platform::identity(&file).ok().filter(|lock| Some(*lock) != heard)?;
        let (sender, freed) = sync_channel(1);
        let wait = move || {
            let file = RwLock::new(file);
            let was_freed = file.read().is_ok();
            drop(file);
            if was_freed && sender.send(()).is_ok() {
                thread::park_timeout(LINGER);
            }
        };
        let thread = thread::Builder::new().stack_size(STACK).spawn(wait).ok()?.thread().clone();
        Some(Release { lock, freed, thread })
    }
}
