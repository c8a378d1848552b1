//! Saving: the file is the old one or the new one, at every moment and after every crash.
//!
//! The file is given a new time, which tells the others that something comes. A temporary file in the same folder is
//! written, synced and renamed over the cache file, and then the folder is synced.
//! Only where a rename is impossible (a folder that cannot be written, with a file that can) the bytes are written in
//! place: there, a crash in that instant can tear the file. An error, such as a full disk, cannot: room is made sure of
//! first, and what fails all the same is undone.
//!
//! After the rename the bytes are stored, and nothing is a failure any more: what has the old bytes will never be read.

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

/// What became of a save.
pub(super) enum Commit {
    /// The bytes are stored.
    Done {
        /// The file was open to others before, and is closed now.
        closed: bool,
    },
    /// The lock was taken away, or the file changed in spite of it: nothing was written, and the change has to be
    /// computed again.
    Overtaken,
}

/// Puts `bytes` in the place of what was `seen`, under the lock.
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
        // Whoever has taken the lock since took it for litter.
        Some(Err(error)) if error.error.kind() == ErrorKind::NotFound => return Ok(Commit::Overtaken),
        Some(Err(error)) if !is_rename_impossible(&error.error) => return Err(failed(error.error)),
        Some(Err(_)) | None => write_in_place(place, bytes, seen.map(|seen| &*seen.bytes)).map_err(&failed)?,
    };
    let closed = match (&replaced, file.metadata()) {
        (Some(replaced), Ok(now)) => platform::is_open_to_others(replaced) && !platform::is_open_to_others(&now),
        _ => false,
    };
    // The bytes are stored by now; a time that cannot be set is no failure.
    let _ = stamp(&file, before.map(|before| before.modified));
    sync(place, unsynced);
    Ok(Commit::Done { closed })
}

/// Deletes the file, under the lock: the file itself, should the cache be a symbolic link, as the tokens are there.
/// What cannot be unlinked is emptied.
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

/// It is done by now: that it may be undone by a crash of the system is told, and no failure.
fn sync(place: &Place, unsynced: &Unsynced) {
    if let Err(error) = platform::sync_folder(place.folder()) {
        unsynced(place.folder(), &error);
    }
}

/// What is there already, if it is what may be saved to.
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

/// Makes the file look newer before the slow part of a save, so that nobody who looks meanwhile takes what he has in
/// memory for the newest: MSAL Node looks before it waits for the lock, and overwrites what was saved while it waited.
/// Returns what the file looks like from now on. A time that cannot be set is no failure.
fn announce(place: &Place, seen: Version) -> Version {
    let announced = || -> io::Result<Version> {
        let file = open_unchecked(place.file())?;
        // Else somebody has written it in spite of the lock, which is not to be hidden.
        if Version::of(&file.metadata()?)? != seen {
            return Ok(seen);
        }
        stamp(&file, Some(seen.modified))?;
        seen.stamped(&file.metadata()?)
    };
    announced().unwrap_or(seen)
}

/// The new file under a temporary name: 0600 or narrower, its owner's, on the disk.
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

/// The last resort. Should it fail, the `old` bytes are put back, for which there is room.
fn write_in_place(place: &Place, bytes: &[u8], old: Option<&[u8]>) -> io::Result<File> {
    let file = open_to_write(place.file())?;
    let found = file.metadata()?;
    check_cache(place.file(), &found)?;
    // Only its owner can close it, and it was open before.
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

/// Cut at the end, so that a reader in between sees something torn rather than nothing.
fn overwrite(mut file: &File, bytes: &[u8]) -> io::Result<()> {
    file.rewind()?;
    file.write_all(bytes)?;
    file.set_len(bytes.len() as u64)?;
    file.sync_all()
}

/// Whether a name in the folder cannot be replaced, though the file behind it perhaps can be written: the folder is not
/// ours to write.
fn is_rename_impossible(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
}

/// Granularities of file times, each finer than the next: exact, NTFS, milliseconds, whole and even seconds (FAT).
const TICKS: [Duration; 5] = [
    Duration::ZERO,
    Duration::from_micros(1),
    Duration::from_millis(1),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// Sets the modification time to now, exactly, and always later than the previous one.
///
/// MSAL Python reloads only a file that is newer than its own last access by the wall clock, and the kernel's own stamp
/// can be a whole tick (4 ms) older than that; it would then overwrite what was saved. Where the file system rounds
/// down, the next tick is taken: a time slightly in the future costs others a reload, no more.
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
