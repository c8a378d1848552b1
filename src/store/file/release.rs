//! Hearing of the end of another process's lock, instead of asking for it again and again.

use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use fd_lock::RwLock;

use super::regular::open_itself;
use crate::platform::{self, Identity};

/// Nothing much is called there.
const STACK: usize = 64 * 1024;

/// The end of a `flock` that another process has.
pub(super) struct Release {
    pub(super) lock: Identity,
    /// Hears of it; or nothing ever, where the file system has no such locks.
    pub(super) freed: Receiver<()>,
}

impl Release {
    /// That of the lock file at `path`, unless it is `heard`, or nobody can listen. A thread waits for it, since only a
    /// thread can be left behind when the wait is given up. It takes a shared lock, as all who wait may have together, and
    /// gives it back.
    pub(super) fn of(path: &Path, heard: Option<Identity>) -> Option<Self> {
        let file = open_itself(path).ok()?;
        let lock = platform::identity(&file).ok().filter(|lock| Some(*lock) != heard)?;
        let (sender, freed) = sync_channel(1);
        let wait = move || {
            let file = RwLock::new(file);
            let was_freed = file.read().is_ok();
            drop(file);
            if was_freed {
                let _ = sender.send(());
            }
        };
        thread::Builder::new().stack_size(STACK).spawn(wait).ok()?;
        Some(Release { lock, freed })
    }
}
