//! Opening files that are files. A pipe in the place of one would keep the reader waiting for ever, a device would
//! answer anything, and saving over either would replace it.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

use crate::platform;

/// Opens for reading. The caller, who looks at the metadata anyway, [checks](check) them.
pub(super) fn open_unchecked(path: &Path) -> io::Result<File> {
    platform::without_waiting(OpenOptions::new().read(true)).open(path)
}

/// Opens for reading and writing.
pub(super) fn open_to_write(path: &Path) -> io::Result<File> {
    checked(platform::without_waiting(OpenOptions::new().read(true).write(true)).open(path)?)
}

/// Opens for reading and writing, but nothing that a symbolic link in its place leads to.
pub(super) fn open_itself(path: &Path) -> io::Result<File> {
    checked(platform::open_itself(path)?)
}

/// Whether it is a file.
pub(super) fn check(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_file() {
        return Ok(());
    }
    Err(io::Error::other(if metadata.is_dir() { "it is a folder" } else { "it is no regular file" }))
}

/// Whether it is a file, and nobody else's: what another user has planted would answer with tokens of his, and be given
/// ours.
pub(super) fn check_cache(path: &Path, metadata: &Metadata) -> io::Result<()> {
    check(metadata)?;
    platform::check_owner(path, metadata)
}

fn checked(file: File) -> io::Result<File> {
    check(&file.metadata()?)?;
    Ok(file)
}
