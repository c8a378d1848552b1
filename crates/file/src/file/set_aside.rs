//! Keeps a copy of a damaged file before it is replaced.

use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use super::load::Snapshot;
use super::lock::CacheLock;
use super::place::Place;
use crate::StoreError;
use crate::platform;
use tokcache_core::time::Timestamp;

/// Copies the damaged content to `<cache>.corrupt-<time>` and syncs it. The copy is readable by its owner alone and
/// never overwrites a file. Returns its path.
pub(super) fn set_aside(
    _lock: &CacheLock,
    place: &Place,
    found: &Snapshot,
    now: Timestamp,
) -> Result<PathBuf, StoreError> {
    let failed = StoreError::io("set the damaged cache aside in", place.folder());
    let copy = || {
        let copy = platform::create_temporary(place.folder(), place.temporary_prefix())?;
        platform::keep_owner(copy.as_file(), &std::fs::metadata(place.file())?)?;
        copy.as_file().write_all(&found.bytes)?;
        copy.as_file().sync_all()?;
        Ok(copy)
    };
    let mut copy = copy().map_err(&failed)?;
    // RFC 3339 without separators, because Windows does not allow a colon in a file name.
    let time: String = now.rfc3339().chars().filter(|character| !matches!(character, '-' | ':')).collect();
    for turn in 0..1000 {
        let path = place.corrupt_file(&time, turn);
        match copy.persist_noclobber(&path) {
            Ok(_) => return Ok(path),
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => copy = error.file,
            Err(error) => return Err(failed(error.error)),
        }
    }
    Err(failed(ErrorKind::AlreadyExists.into()))
}
