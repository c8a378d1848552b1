//! A lock file: its two locks (its existence and its `flock`), its content, and its release.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek, Write};
use std::mem;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use fd_lock::RwLock;

use super::lock_content;
use super::regular::{check, open_unchecked};
use crate::Holder;
use crate::platform::{self, Identity};
use crate::wait::Attempt;

/// An upper bound for the content that any tool writes.
const LONGEST_CONTENT: u64 = 4096;

/// A lock file that this process holds. A drop unlinks it, and then closes it, which releases the `flock`.
pub(super) struct LockFile {
    path: PathBuf,
    identity: Identity,
    /// Kept open to hold the `flock`.
    _file: File,
}

impl LockFile {
    /// Wraps a file that this process has locked, and checks that it still exists under its name.
    pub(super) fn held(path: &Path, file: File) -> io::Result<Attempt<LockFile>> {
        let lock = LockFile { path: path.to_owned(), identity: platform::identity(&file)?, _file: file };
        Ok(if lock.is_still_ours() { Attempt::Held(lock) } else { Attempt::Taken(Holder::default()) })
    }

    /// Whether the name still leads to this lock. MSAL Node unlinks other processes' lock files.
    pub(super) fn is_still_ours(&self) -> bool {
        matches!(platform::identity_at(&self.path), Ok(Some(identity)) if identity == self.identity)
    }
}

impl Drop for LockFile {
    fn drop(&mut self) {
        if self.is_still_ours() {
            // If the file cannot be unlinked, the next process takes it over: the content is ours, and the `flock` will
            // be free.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Returns the current holder of the lock file at `path`, according to its content.
pub(super) fn holder_of(path: &Path) -> Option<Holder> {
    let mut file = open_unchecked(path).ok()?;
    let metadata = file.metadata().ok()?;
    check(&metadata).ok()?;
    let holder = lock_content::parse(&read_content(&mut file).ok()?);
    let is_held = holder.pid.is_none_or(|pid| platform::process_may_hold(pid, &metadata));
    is_held.then(|| Holder { age: age_of(&metadata), ..holder })
}

/// Returns the time since the lock file was written. A holder writes it once.
#[expect(clippy::disallowed_methods, reason = "compared with a file's time, which the system's clock made")]
fn age_of(lock: &Metadata) -> Option<Duration> {
    SystemTime::now().duration_since(lock.modified().ok()?).ok()
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Flock {
    Held,
    Taken,
    /// The file system does not support `flock`. Exclusive creation is the only lock.
    Unknown,
}

/// Takes the `flock` if it is free. The `flock` lasts until the file is closed, so the guard is not kept.
pub(super) fn try_flock(file: &File) -> io::Result<Flock> {
    match RwLock::new(file).try_write() {
        Ok(guard) => {
            mem::forget(guard);
            Ok(Flock::Held)
        }
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(Flock::Taken),
        Err(error) if platform::is_no_locks_here(&error) => Ok(Flock::Unknown),
        Err(error) => Err(error),
    }
}

/// Turns a new file into a lock: takes its `flock` and writes its content.
pub(super) fn prepare(mut file: &File) -> io::Result<Flock> {
    let flock = try_flock(file)?;
    if flock != Flock::Taken {
        file.write_all(lock_content::own().as_bytes())?;
    }
    Ok(flock)
}

pub(super) fn read_content(file: &mut File) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    file.rewind()?;
    file.take(LONGEST_CONTENT).read_to_end(&mut content)?;
    Ok(content)
}

/// Writes the content before truncating, so that a process killed in between leaves no lock without a holder.
pub(super) fn write_content(file: &mut File) -> io::Result<()> {
    let content = lock_content::own();
    file.rewind()?;
    file.write_all(content.as_bytes())?;
    file.set_len(content.len() as u64)
}
