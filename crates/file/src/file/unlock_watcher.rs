//! Waits for the release of another process's lock without polling.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread::{self, Thread};
use std::time::Duration;

use fd_lock::RwLock;

use super::regular::open_itself;
use crate::platform::{self, Identity};
use tokcache_core::time::Clock;

/// The stack size of the thread, which calls only a few functions.
const STACK: usize = 64 * 1024;
/// How long a thread lingers after its message. Ending a thread takes longer than exiting the process with the thread
/// alive, and most processes exit within this time. Nobody waits for it, so it does not use the [`Clock`].
const LINGER: Duration = Duration::from_secs(1);

/// Watches for the release of locks.
#[derive(Default)]
pub(super) struct UnlockWatcher {
    release: Option<Release>,
    /// The release that was reported last.
    heard: Option<Release>,
}

impl UnlockWatcher {
    /// Waits at most `most` for the release of the lock at `path`, and returns whether the release came. If the lock
    /// cannot be watched, only `pause` passes. Each lock is watched at most once: if it is still taken after its
    /// release, it is held by other means, or for a moment by another watcher.
    pub(super) fn hears_the_end(&mut self, path: &Path, pause: Duration, most: Duration, clock: &dyn Clock) -> bool {
        if self.release.is_none() {
            // With many waiting processes, one release follows another. Only one thread runs at a time.
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

/// The release of another process's `flock`.
struct Release {
    lock: Identity,
    /// Receives the release. Never receives anything if the file system does not support `flock`.
    freed: Receiver<()>,
    /// The thread that waits.
    thread: Thread,
}

impl Release {
    /// Watches the lock file at `path`, unless it was `heard` before or cannot be watched. A thread does the waiting,
    /// because a thread can be left behind when the wait is given up. The thread takes a shared lock, which all
    /// watchers can hold together, and releases it.
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
