//! Opens regular files only. A pipe would block the reader for ever, a device could return anything, and a save would
//! replace either.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

use crate::platform;

/// Opens a file for reading. The caller reads the metadata anyway, and must [check] them.
pub(super) fn open_unchecked(path: &Path) -> io::Result<File> {
    platform::open_to_read(path)
}

/// Opens a file for reading and writing.
pub(super) fn open_to_write(path: &Path) -> io::Result<File> {
    checked(platform::open_to_write(path)?)
}

/// Opens a file for reading and writing, without following a symbolic link.
pub(super) fn open_itself(path: &Path) -> io::Result<File> {
    checked(platform::open_itself(path)?)
}

/// Checks that it is a regular file.
pub(super) fn check(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_file() {
        return Ok(());
    }
    Err(io::Error::other(if metadata.is_dir() { "it is a folder" } else { "it is no regular file" }))
}

/// Checks that it is a regular file that no other user owns. Another user's file could serve that user's tokens, and
/// would receive ours.
pub(super) fn check_cache(path: &Path, metadata: &Metadata) -> io::Result<()> {
    check(metadata)?;
    platform::check_owner(path, metadata)
}

fn checked(file: File) -> io::Result<File> {
    check(&file.metadata()?)?;
    Ok(file)
}
