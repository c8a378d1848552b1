//! Saves the file atomically: at every moment and after every crash, it has the old or the new content.
//!
//! A save first updates the file's modification time, so that other programs notice the coming change. Then it writes
//! and syncs a temporary file in the same folder, renames it over the cache file, and syncs the folder. If the folder
//! is read-only but the file is writable, it writes in place instead; only there, a crash can tear the file. An error
//! such as a full disk cannot: the room is reserved first, and a failed write is undone.
//!
//! After the rename, the bytes are saved, and no later error counts as a failure: nobody reads the old bytes any more.

use std::fs::{self, File, FileTimes, Metadata};
use std::io::{self, ErrorKind, Seek, Write};
use std::time::{Duration, SystemTime};

use tempfile::NamedTempFile;

use super::load::{Snapshot, check_size};
use super::lock::CacheLock;
use super::place::Place;
use super::regular::{check_cache, open_to_write, open_unchecked};
use super::version::Version;
use crate::platform;
use crate::{StoreError, Unsynced};

/// The result of a save.
pub(super) enum Commit {
    /// The bytes were saved.
    Done {
        /// Whether the file was readable by others before.
        closed: bool,
    },
    /// The lock was lost, or the file changed in spite of the lock. Nothing was written, and the change must be
    /// computed again.
    Overtaken,
}

/// Replaces `seen` by `bytes` under the lock.
pub(super) fn save(
    lock: &CacheLock,
    place: &Place,
    bytes: &[u8],
    seen: Option<&Snapshot>,
    unsynced: &Unsynced,
) -> Result<Commit, StoreError> {
    let failed = StoreError::io("save", place.file());
    check_size(bytes.len() as u64).map_err(&failed)?;
    let replaced = existing(place).map_err(&failed)?;
    let before = seen.map(|seen| announce(place, seen.version));
    let temporary = match write_beside(place, bytes, replaced.as_ref()) {
        Ok(temporary) => Some(temporary),
        Err(error) if is_rename_impossible(&error) => None,
        Err(error) => return Err(failed(error)),
    };
    if !lock.is_still_ours() || version(place).map_err(&failed)? != before {
        return Ok(Commit::Overtaken);
    }
    let file = match temporary.map(|temporary| temporary.persist(place.file())) {
        Some(Ok(file)) => file,
        // Another process has taken the lock since, and removed the temporary file as abandoned.
        Some(Err(error)) if error.error.kind() == ErrorKind::NotFound => return Ok(Commit::Overtaken),
        Some(Err(error)) if !is_rename_impossible(&error.error) => return Err(failed(error.error)),
        Some(Err(_)) | None => write_in_place(place, bytes, seen.map(|seen| &*seen.bytes)).map_err(&failed)?,
    };
    let closed = match (&replaced, file.metadata()) {
        (Some(replaced), Ok(now)) => platform::is_open_to_others(replaced) && !platform::is_open_to_others(&now),
        _ => false,
    };
    // The bytes are saved by now, so a failure to set the time is ignored.
    let _ = stamp(&file, before.map(|before| before.modified));
    sync(place, unsynced);
    Ok(Commit::Done { closed })
}

/// Deletes the file under the lock. Deletes the target of a symbolic link, which holds the tokens. If the file cannot
/// be unlinked, it is truncated.
pub(super) fn remove(_lock: &CacheLock, place: &Place, unsynced: &Unsynced) -> Result<(), StoreError> {
    let failed = StoreError::io("remove", place.file());
    if existing(place).map_err(&failed)?.is_none() {
        return Ok(());
    }
    let removed = match fs::remove_file(place.file()) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) if is_rename_impossible(&error) => write_in_place(place, b"", None).map(drop),
        removed => removed,
    };
    removed.map_err(failed)?;
    sync(place, unsynced);
    Ok(())
}

/// Syncs the folder. The save has succeeded by now, so an error is only reported: a system crash may undo the save.
fn sync(place: &Place, unsynced: &Unsynced) {
    if let Err(error) = platform::sync_folder(place.folder()) {
        unsynced(place.folder(), &error);
    }
}

/// Returns the metadata of the existing file, if it is one that may be saved to.
pub(super) fn existing(place: &Place) -> io::Result<Option<Metadata>> {
    match fs::metadata(place.file()) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
        Ok(metadata) => check_cache(place.file(), &metadata).map(|()| Some(metadata)),
    }
}

fn version(place: &Place) -> io::Result<Option<Version>> {
    existing(place)?.as_ref().map(Version::of).transpose()
}

/// Updates the file's modification time before the slow part of a save. MSAL Node checks the time before it waits for
/// the lock, and would otherwise overwrite this save with its outdated copy. Returns the file's new version. A failure
/// to set the time is ignored.
fn announce(place: &Place, seen: Version) -> Version {
    let announced = || -> io::Result<Version> {
        let file = open_unchecked(place.file())?;
        // If another program has written the file in spite of the lock, do not hide its change.
        if Version::of(&file.metadata()?)? != seen {
            return Ok(seen);
        }
        stamp(&file, Some(seen.modified))?;
        seen.stamped(&file.metadata()?)
    };
    announced().unwrap_or(seen)
}

/// Writes and syncs the new file under a temporary name, with mode 0600 or narrower and the old file's owner.
fn write_beside(place: &Place, bytes: &[u8], replaced: Option<&Metadata>) -> io::Result<NamedTempFile> {
    let temporary = platform::create_temporary(place.folder(), place.temporary_prefix())?;
    if let Some(replaced) = replaced {
        platform::keep_owner(temporary.as_file(), replaced)?;
        platform::narrow_mode(temporary.as_file(), replaced)?;
    }
    temporary.as_file().write_all(bytes)?;
    temporary.as_file().sync_all()?;
    Ok(temporary)
}

/// Writes in place, as the last resort. If the write fails, writes the `old` bytes back, for which there is room.
fn write_in_place(place: &Place, bytes: &[u8], old: Option<&[u8]>) -> io::Result<File> {
    let file = open_to_write(place.file())?;
    let found = file.metadata()?;
    check_cache(place.file(), &found)?;
    // Only the owner can change the mode. For others, the file stays as open as it was.
    let _ = platform::narrow_mode(&file, &found);
    platform::reserve_growth(&file, bytes.len() as u64)?;
    match (overwrite(&file, bytes), old) {
        (Ok(()), _) => Ok(file),
        (Err(error), None) => Err(error),
        (Err(error), Some(old)) => {
            let _ = overwrite(&file, old);
            Err(error)
        }
    }
}

/// Truncates the file last, so that a concurrent reader sees torn content rather than an empty file.
fn overwrite(mut file: &File, bytes: &[u8]) -> io::Result<()> {
    file.rewind()?;
    file.write_all(bytes)?;
    file.set_len(bytes.len() as u64)?;
    file.sync_all()
}

/// Whether the error says that the folder is read-only, so that no file can be renamed there. The file itself may still
/// be writable.
fn is_rename_impossible(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
}

/// Resolutions of file times, from fine to coarse: exact, NTFS, milliseconds, seconds, even seconds (FAT).
const TICKS: [Duration; 5] = [
    Duration::ZERO,
    Duration::from_micros(1),
    Duration::from_millis(1),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// Sets the modification time to the exact current time, and always later than the previous one.
///
/// MSAL Python reloads a file only if it is newer than its own last access by the wall clock. The kernel's own time
/// stamp can be a whole tick (4 ms) older, and MSAL Python would then overwrite the save. If the file system rounds
/// times down, the next tick is used: a time slightly in the future only makes others reload once more.
#[expect(clippy::disallowed_methods, reason = "a file's time is compared with the system's clock, by others")]
pub(super) fn stamp(file: &File, previous: Option<SystemTime>) -> io::Result<()> {
    let after = previous.map_or(SystemTime::UNIX_EPOCH, |previous| previous + Duration::from_nanos(1));
    let wanted = SystemTime::now().max(after);
    for tick in TICKS {
        file.set_times(FileTimes::new().set_modified(wanted + tick))?;
        if file.metadata()?.modified()? >= wanted {
            break;
        }
    }
    Ok(())
}
