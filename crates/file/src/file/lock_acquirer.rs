//! Getting hold of a lock file: made where there is none, taken over from the dead, and never from the living.
//!
//! It has to exclude two families at once. Those that create it exclusively (MSAL Python, Node) must find it existing,
//! and those that `flock` it (.NET, Go, portalocker) must find it locked. So it appears under its name with both
//! already done: written and locked under a temporary name, then renamed to where nothing may be yet.

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

/// How long a foreign lock is watched before its holder is believed to be dead.
const DEAD_AFTER: Duration = Duration::from_secs(1);
/// How old a lock must be that does not say who holds it in any way that is known.
const NAMELESS_AFTER: Duration = Duration::from_secs(60);
/// Without `flock`, how long two that take over the same lock need to see each other.
const CONFIRM_AFTER: Duration = Duration::from_millis(100);

/// How long a refusal may come from another process that is just deleting the file.
const PASSING_FOR: Duration = Duration::from_secs(2);

/// Somebody who wants a lock file, and what they have seen of it so far.
pub(super) struct LockAcquirer<'a> {
    place: &'a Place,
    path: PathBuf,
    clock: &'a dyn Clock,
    sighting: Option<Sighting>,
    /// Since when every try was refused.
    refused_since: Option<Duration>,
    watcher: UnlockWatcher,
}

/// A lock as it was found, and since when.
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
            // Another user's lock: in a folder that we may write, so it can still go away.
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
    /// Whether the tries have not been refused for so long that it will not pass.
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
            // Somebody was faster, or took our candidate for litter.
            Err(error) if matches!(error.error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound) => {
                Ok(Attempt::Taken(Holder::default()))
            }
            Err(_) => self.create_in_place(),
        }
    }

    /// Where the file system can neither rename to a free name only nor link: the lock is without its content, and its
    /// `flock`, for a moment.
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

    /// Adopts an existing lock in place, if its holder is dead. Never unlinks and creates it again: between the two
    /// another could do the same, and both would hold one.
    fn take_over(&mut self, mut file: File) -> io::Result<Attempt<LockFile>> {
        let flock = try_flock(&file)?;
        if flock == Flock::Taken {
            // On Windows nobody else can read a locked file: then the holder is not known.
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

    /// How long this very lock has been seen.
    fn watch(&mut self, now: Sighting) -> Duration {
        let same = |then: &&Sighting| {
            (then.identity, then.modified, &then.content) == (now.identity, now.modified, &now.content)
        };
        let since = self.sighting.as_ref().filter(same).map_or(now.since, |then| then.since);
        let seen = now.since.saturating_sub(since);
        self.sighting = Some(Sighting { since, ..now });
        seen
    }

    /// Whether the holder of a lock that has been seen for so long is dead. A free `flock` proves it of tokcache, and
    /// says nothing of the tools that only create the file; then the process number is asked. Where there is no
    /// `flock` the disk may be shared with other machines, whose processes cannot be asked, and age decides as well.
    fn is_dead(&self, holder: &Holder, is_empty: bool, flock: Flock, lock: &Metadata, seen: Duration) -> bool {
        let old = self.age(lock).max(seen) >= NAMELESS_AFTER;
        match holder.pid {
            Some(_) if lock_content::is_ours(holder) && flock == Flock::Held => true,
            Some(pid) if seen >= DEAD_AFTER && !platform::process_may_hold(pid, lock) => flock == Flock::Held || old,
            Some(_) => false,
            // Who makes an empty one takes its `flock`, or writes into it, within the same moment.
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
