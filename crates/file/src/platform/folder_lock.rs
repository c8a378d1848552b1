//! A lock for a folder of small files that are replaced atomically.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::mem;
use std::path::{Path, PathBuf};

use fd_lock::RwLock;

use super::system;

/// The lock for changing the files of a folder, among cooperating processes. Released on drop, or by the system when
/// the process dies.
pub struct FolderLock {
    /// Kept open to hold the `flock`.
    _file: File,
}

impl FolderLock {
    /// Returns the lock file of `folder`. It is never removed: other processes may be waiting for it, and a new file
    /// would be a second lock.
    pub fn file_in(folder: &Path) -> PathBuf {
        folder.join(".lock")
    }

    /// Takes the lock of `folder` if it is free. Returns `None` if another process holds it. On a file system without
    /// locks, always succeeds.
    ///
    /// # Errors
    /// The lock file cannot be created or opened.
    pub fn try_of(folder: &Path) -> io::Result<Option<FolderLock>> {
        let path = FolderLock::file_in(folder);
        let file = match system::open_itself(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => match system::create_new(&path) {
                // Another process was faster.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(None),
                created => created?,
            },
            opened => opened?,
        };
        match RwLock::new(&file).try_write() {
            // The lock lasts until the file is closed.
            Ok(guard) => mem::forget(guard),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
            Err(error) if system::is_no_locks_here(&error) => {}
            Err(error) => return Err(error),
        }
        Ok(Some(FolderLock { _file: file }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_has_the_lock_at_a_time_and_its_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let lock = FolderLock::try_of(folder.path()).unwrap().unwrap();
        assert!(FolderLock::try_of(folder.path()).unwrap().is_none());
        drop(lock);
        assert!(FolderLock::file_in(folder.path()).exists());
        assert!(FolderLock::try_of(folder.path()).unwrap().is_some());
    }

    #[test]
    fn a_folder_that_is_not_there_has_no_lock() {
        let folder = tempfile::tempdir().unwrap();
        assert!(FolderLock::try_of(&folder.path().join("missing")).is_err());
    }
}
