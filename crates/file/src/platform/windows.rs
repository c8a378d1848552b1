//! Windows. A new file in a user's profile inherits the user's permissions, so modes and owners are not changed.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

use windows_sys::Win32::Foundation::{ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION};

use super::system_calls::{file_information, is_process_alive};
use super::trusted::Distrust;

/// The identity of a file, independent of its name: all names of one file have the same identity.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Identity {
    volume: u32,
    index: u64,
}

/// Returns the identity of an open file.
pub(crate) fn identity(file: &File) -> io::Result<Identity> {
    let information = file_information(file)?;
    let index = u64::from(information.nFileIndexHigh) << 32 | u64::from(information.nFileIndexLow);
    Ok(Identity { volume: information.dwVolumeSerialNumber, index })
}

/// Returns the identity of the file at this path, if there is one.
pub(crate) fn identity_at(path: &Path) -> io::Result<Option<Identity>> {
    match File::open(path) {
        Ok(file) => identity(&file).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns `false`: Windows does not mount single files.
pub(crate) fn is_mounted_alone(_file: &Path) -> bool {
    false
}

/// Creates a folder and its parents. An existing folder is not an error.
///
/// # Errors
/// The system's own error.
pub fn create_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// Returns the names in a folder.
///
/// # Errors
/// The folder cannot be read.
pub fn names_in(folder: &Path) -> io::Result<impl Iterator<Item = OsString>> {
    Ok(fs::read_dir(folder)?.map_while(Result::ok).map(|entry| entry.file_name()))
}

/// Creates a file. Fails if it exists.
pub(crate) fn create_new(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create_new(true).open(path)
}

/// Opens a file for reading. Pipes are not in the file system here.
pub(crate) fn open_to_read(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Opens a file for reading and writing.
pub(crate) fn open_to_write(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open(path)
}

/// Opens a file for reading and writing. Creating symbolic links needs a privilege on Windows.
pub(crate) fn open_itself(path: &Path) -> io::Result<File> {
    open_to_write(path)
}

/// Opens a file for reading. Creating symbolic links needs a privilege on Windows.
pub(crate) fn read_itself(path: &Path) -> io::Result<File> {
    open_to_read(path)
}

/// Returns `None`: files in a user's profile inherit the user's permissions.
pub fn exposure(_metadata: &Metadata) -> Option<String> {
    None
}

/// Returns `None`: files in a user's profile inherit the user's permissions.
pub(super) fn mode_for_others(_metadata: &Metadata) -> Option<u32> {
    None
}

/// Opens a regular file and returns its size too. Other users cannot write in a user's folders.
pub(super) fn open_trusted(path: &Path) -> io::Result<(File, u64)> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_file() { Ok((file, metadata.len())) } else { Err(io::Error::other("it is not a regular file")) }
}

/// Does nothing: other users cannot write in a user's folders.
///
/// # Errors
/// None.
pub fn check_way(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Does nothing: other users cannot write in a user's folders.
///
/// # Errors
/// None.
pub fn check_not_of_everybody(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Returns nothing: other users cannot write in a user's folders.
pub fn weak_places(_path: &Path) -> Vec<Distrust> {
    Vec::new()
}

/// Does nothing: files in a user's profile inherit the user's permissions.
pub(crate) fn check_owner(_path: &Path, _file: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Returns `true`: a file is as private as its folder, which belongs to the user.
pub(crate) fn is_private(_file: &Metadata, _like: Option<&Metadata>) -> bool {
    true
}

/// Does nothing on this system.
pub(crate) fn keep_owner(_file: &File, _like: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Does nothing on this system.
pub(crate) fn narrow_mode(_file: &File, _replaced: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Returns `false`: files in a user's profile inherit the user's permissions.
pub(crate) fn is_open_to_others(_metadata: &Metadata) -> bool {
    false
}

/// Returns `false`: folders in a user's profile inherit the user's permissions.
pub(crate) fn lets_others_replace(_folder: &Metadata) -> bool {
    false
}

/// Returns `None`: the file system is not examined here.
pub fn network_file_system(_folder: &Path) -> Option<&'static str> {
    None
}

/// Whether the file system has no room left. It is not determined here.
pub fn is_full(_folder: &Path) -> bool {
    false
}

/// Whether this user may create files in the folder. Access control lists are not examined.
pub fn is_writable(folder: &Path) -> bool {
    folder.is_dir()
}

/// Does nothing: NTFS journals its renames.
///
/// # Errors
/// None.
pub fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Reserves `size` bytes: NTFS allocates the whole length of a file that is not sparse.
pub(crate) fn reserve(file: &File, size: u64) -> io::Result<()> {
    file.set_len(size)
}

/// Does nothing: this system cannot reserve room for growth.
pub(crate) fn reserve_growth(_file: &File, _size: u64) -> io::Result<()> {
    Ok(())
}

/// Whether the error says that the file system does not support locks.
pub(crate) fn is_no_locks_here(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Unsupported
}

/// Whether an error at opening or creating a lock file comes from another process that is deleting it. Windows refuses
/// access to a deleted file that is still open; it gives the same error for a lack of permission, so only a repeated
/// refusal is final.
pub(crate) fn is_passing(error: &io::Error) -> bool {
    let code = error.raw_os_error().map(i32::cast_unsigned);
    matches!(code, Some(ERROR_ACCESS_DENIED | ERROR_SHARING_VIOLATION))
}

/// Whether the process that wrote this number into a lock file may still hold the lock. A number that was used again
/// counts as alive.
pub(crate) fn process_may_hold(pid: u32, _lock: &Metadata) -> bool {
    is_process_alive(pid)
}
