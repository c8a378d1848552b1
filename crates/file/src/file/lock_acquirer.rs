//! Acquires a lock file: creates it, or takes it over from a dead process, but never from a living one.
//!
//! The lock must exclude two kinds of programs. MSAL Python and Node create the file exclusively, so they must find it
//! existing; .NET, Go and portalocker `flock` it, so they must find it locked. Therefore the file is written and locked
//! under a temporary name, and then renamed to the lock's name if that is free.

use std::fs::{File, Metadata};
use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::lock_content;
use super::lockfile::{Flock, LockFile, holder_of, prepare, read_content, try_flock, write_content};
use super::place::{Place, folder_of};
use super::regular::open_itself;
use super::unlock_watcher::UnlockWatcher;
use crate::Clock;
use crate::platform::{self, Identity};
use crate::wait::{Attempt, TryLock};
use crate::{Holder, StoreError};

/// How long a foreign lock is watched before its holder may be considered dead.
const DEAD_AFTER: Duration = Duration::from_secs(1);
/// The age at which a lock of an unknown holder is considered abandoned.
const NAMELESS_AFTER: Duration = Duration::from_secs(60);
/// Without `flock`, the time for two processes that take over the same lock to notice each other.
const CONFIRM_AFTER: Duration = Duration::from_millis(100);

/// How long an error may come from another process's deletion of the file.
const PASSING_FOR: Duration = Duration::from_secs(2);

/// A process's attempt to get a lock file, with its observations so far.
pub(super) struct LockAcquirer<'a> {
    place: &'a Place,
    path: PathBuf,
    clock: &'a dyn Clock,
    sighting: Option<Sighting>,
    /// The start of the current series of refused attempts.
    refused_since: Option<Duration>,
    watcher: UnlockWatcher,
}

/// A lock file as found, and the time when it was first seen.
struct Sighting {
    identity: Identity,
    modified: SystemTime,
    content: Vec<u8>,
    since: Duration,
}

impl<'a> LockAcquirer<'a> {
    pub(super) fn new(place: &'a Place, path: PathBuf, clock: &'a dyn Clock) -> Self {
        LockAcquirer { place, path, clock, sighting: None, refused_since: None, watcher: UnlockWatcher::default() }
    }
}

impl TryLock for LockAcquirer<'_> {
    type Lock = LockFile;

    fn attempt(&mut self) -> Result<Attempt<LockFile>, StoreError> {
        let outcome = match open_itself(&self.path) {
            Ok(file) => self.take_over(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.create(),
            // Another user's lock, in a folder that we may write. It can still be removed.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                Ok(Attempt::Taken(holder_of(&self.path).unwrap_or_default()))
            }
            Err(error) => Err(error),
        };
        match outcome {
            Err(error) if platform::is_passing(&error) && self.is_news() => Ok(Attempt::Taken(Holder::default())),
            Err(error) => Err(StoreError::io("lock", &self.path)(error)),
            Ok(attempt) => {
                self.refused_since = None;
                Ok(attempt)
            }
        }
    }

    fn rest(&mut self, pause: Duration, most: Duration, clock: &dyn Clock) -> bool {
        self.watcher.hears_the_end(&self.path, pause, most, clock)
    }
}

impl LockAcquirer<'_> {
    /// Whether refusals have not lasted long enough to be permanent.
    fn is_news(&mut self) -> bool {
        let now = self.clock.elapsed();
        now.saturating_sub(*self.refused_since.get_or_insert(now)) < PASSING_FOR
    }

    fn create(&self) -> io::Result<Attempt<LockFile>> {
        let folder = folder_of(&self.path);
        let candidate = platform::create_temporary(folder, self.place.temporary_prefix())?;
        prepare(candidate.as_file())?;
        match candidate.persist_noclobber(&self.path) {
            Ok(file) => LockFile::held(&self.path, file),
            // Another process was faster, or removed our temporary file as abandoned.
            Err(error) if matches!(error.error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound) => {
                Ok(Attempt::Taken(Holder::default()))
            }
            Err(_) => self.create_in_place(),
        }
    }

    /// Creates the lock file under its own name, for a file system that supports neither exclusive renames nor links.
    /// For a moment, the lock has no content and no `flock`.
    fn create_in_place(&self) -> io::Result<Attempt<LockFile>> {
        let file = match platform::create_new(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Ok(Attempt::Taken(Holder::default()));
            }
            file => file?,
        };
        match prepare(&file)? {
            Flock::Taken => Ok(Attempt::Taken(Holder::default())),
            Flock::Held | Flock::Unknown => LockFile::held(&self.path, file),
        }
    }

    /// Takes over the existing lock file if its holder is dead. Does not unlink and recreate the file: another process
    /// could do the same in between, and both would hold a lock.
    fn take_over(&mut self, mut file: File) -> io::Result<Attempt<LockFile>> {
        let flock = try_flock(&file)?;
        if flock == Flock::Taken {
            // On Windows, a locked file cannot be read, so the holder is unknown.
            let content = read_content(&mut file).unwrap_or_default();
            return Ok(Attempt::Taken(lock_content::parse(&content)));
        }
        let content = read_content(&mut file)?;
        let holder = lock_content::parse(&content);
        let is_empty = content.is_empty();
        let metadata = file.metadata()?;
        let seen = self.watch(Sighting {
            identity: platform::identity(&file)?,
            modified: metadata.modified()?,
            content,
            since: self.clock.elapsed(),
        });
        if !self.is_dead(&holder, is_empty, flock, &metadata, seen) {
            return Ok(Attempt::Taken(holder));
        }
        write_content(&mut file)?;
        if flock == Flock::Unknown {
            self.clock.sleep(CONFIRM_AFTER);
            if read_content(&mut file)? != lock_content::own().as_bytes() {
                return Ok(Attempt::Taken(Holder::default()));
            }
        }
        LockFile::held(&self.path, file)
    }

    /// Returns how long this same lock has been seen.
    fn watch(&mut self, now: Sighting) -> Duration {
        let same = |then: &&Sighting| {
            (then.identity, then.modified, &then.content) == (now.identity, now.modified, &now.content)
        };
        let since = self.sighting.as_ref().filter(same).map_or(now.since, |then| then.since);
        let seen = now.since.saturating_sub(since);
        self.sighting = Some(Sighting { since, ..now });
        seen
    }

    /// Whether the holder of a lock that was `seen` for this long is dead. A free `flock` proves it for tokcache. For
    /// programs that only create the file, the process number decides. A file system without `flock` may be shared with
    /// other machines, whose processes cannot be checked, so the lock must also be old.
    fn is_dead(&self, holder: &Holder, is_empty: bool, flock: Flock, lock: &Metadata, seen: Duration) -> bool {
        let old = self.age(lock).max(seen) >= NAMELESS_AFTER;
        match holder.pid {
            Some(_) if lock_content::is_ours(holder) && flock == Flock::Held => true,
            Some(pid) if seen >= DEAD_AFTER && !platform::process_may_hold(pid, lock) => flock == Flock::Held || old,
            Some(_) => false,
            // A program that creates an empty file takes its `flock` or writes into it immediately.
            None => seen >= DEAD_AFTER && (old || is_empty && flock == Flock::Held),
        }
    }

    fn age(&self, lock: &Metadata) -> Duration {
        let modified = lock.modified().ok().and_then(|modified| modified.duration_since(UNIX_EPOCH).ok());
        let modified = modified.map_or(0, |since| since.as_secs());
        let age = self.clock.now().0.saturating_sub_unsigned(modified);
        Duration::from_secs(u64::try_from(age).unwrap_or(0))
    }
}
