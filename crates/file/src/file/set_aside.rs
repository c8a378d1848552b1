//! Keeping a damaged file before something else takes its place.

use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use super::load::Snapshot;
use super::lock::CacheLock;
use super::place::Place;
use crate::StoreError;
use crate::platform;
use tokcache_core::time::Timestamp;

/// Copies what was found to `<cache>.corrupt-<time>`, on the disk when this returns: for its owner alone, and never
/// over a file that is there. Returns its name.
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
    // RFC 3339 in its basic form: a colon in a file's name is trouble on Windows.
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
