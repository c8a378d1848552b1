//! Windows. A new file in a user's profile is that user's by inheritance, so there are no modes and owners to keep.
#![allow(unsafe_code, reason = "what is asked of a file and a process has no safe form in std")]

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::path::Path;

use super::trusted::Distrust;
use windows_sys::Win32::Foundation::{ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION, GetLastError, WAIT_OBJECT_0};
use windows_sys::Win32::Storage::FileSystem::{BY_HANDLE_FILE_INFORMATION, GetFileInformationByHandle};
use windows_sys::Win32::System::Threading::{OpenProcess, PROCESS_SYNCHRONIZE, WaitForSingleObject};

/// Which file it is, whatever its name: two names of one file have one identity.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Identity {
    volume: u32,
    index: u64,
}

/// The identity of an open file.
pub(crate) fn identity(file: &File) -> io::Result<Identity> {
    let mut information = BY_HANDLE_FILE_INFORMATION::default();
    // SAFETY: the handle is open as long as `file` is borrowed, and the structure is ours.
    if unsafe { GetFileInformationByHandle(file.as_raw_handle(), &mut information) } == 0 {
        return Err(io::Error::last_os_error());
    }
    let index = u64::from(information.nFileIndexHigh) << 32 | u64::from(information.nFileIndexLow);
    Ok(Identity { volume: information.dwVolumeSerialNumber, index })
}

/// The identity of the file that has this name now, if one has.
pub(crate) fn identity_at(path: &Path) -> io::Result<Option<Identity>> {
    match File::open(path) {
        Ok(file) => identity(&file).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Nothing is mounted in the place of a file here.
pub(crate) fn is_mounted_alone(_file: &Path) -> bool {
    false
}

/// Creates a folder, and those above it. That it exists is success.
///
/// # Errors
/// As of the system.
pub fn create_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// The names in a folder.
///
/// # Errors
/// The folder cannot be read.
pub fn names_in(folder: &Path) -> io::Result<impl Iterator<Item = OsString>> {
    Ok(fs::read_dir(folder)?.map_while(Result::ok).map(|entry| entry.file_name()))
}

/// Creates a file; fails when the name is taken.
pub(crate) fn create_new(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create_new(true).open(path)
}

/// Nothing to do here: a pipe has no name among the files.
pub(crate) fn without_waiting(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Opens a file for reading and writing. Making symbolic links takes a privilege here.
pub(crate) fn open_itself(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open(path)
}

/// Opens a file for reading. Making symbolic links takes a privilege here.
pub(crate) fn read_itself(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Nothing is known here: a file in a user's profile is that user's by inheritance.
pub fn exposure(_metadata: &Metadata) -> Option<String> {
    None
}

/// Opens a regular file; returns its size, too. A user's folders are the user's on this system.
pub(super) fn open_trusted(path: &Path) -> io::Result<(File, u64)> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_file() { Ok((file, metadata.len())) } else { Err(io::Error::other("it is not a regular file")) }
}

/// A user's folders are the user's on this system.
///
/// # Errors
/// None.
pub fn check_way(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// A user's folders are the user's on this system.
///
/// # Errors
/// None.
pub fn check_not_of_everybody(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// A user's folders are the user's on this system.
pub fn weak_places(_path: &Path) -> Vec<Distrust> {
    Vec::new()
}

/// A file in a user's profile is that user's by inheritance.
pub(crate) fn check_owner(_path: &Path, _file: &Metadata) -> io::Result<()> {
    Ok(())
}

/// As private as the folder that it is in, which is a folder of the user's.
pub(crate) fn is_private(_file: &Metadata, _like: Option<&Metadata>) -> bool {
    true
}

/// Nothing to do here.
pub(crate) fn keep_owner(_file: &File, _like: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Nothing to do here.
pub(crate) fn narrow_mode(_file: &File, _replaced: &Metadata) -> io::Result<()> {
    Ok(())
}

/// A file in a user's profile is that user's by inheritance.
pub(crate) fn is_open_to_others(_metadata: &Metadata) -> bool {
    false
}

/// A folder in a user's profile is that user's by inheritance.
pub(crate) fn lets_others_replace(_folder: &Metadata) -> bool {
    false
}

/// Nothing to do here: NTFS journals its renames.
///
/// # Errors
/// None.
pub fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes the file system find room for `size` bytes now: NTFS allocates a file that is not sparse.
pub(crate) fn reserve(file: &File, size: u64) -> io::Result<()> {
    file.set_len(size)
}

/// Nothing is known here.
pub(crate) fn reserve_growth(_file: &File, _size: u64) -> io::Result<()> {
    Ok(())
}

/// Whether an error says that the file system knows no locks.
pub(crate) fn is_no_locks_here(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Unsupported
}

/// Whether an error at opening or creating a lock file comes from another process that is just deleting it: the name
/// of a file that is deleted and still open is refused. So is what this user may not open, ever: only time tells.
pub(crate) fn is_passing(error: &io::Error) -> bool {
    let code = error.raw_os_error().map(i32::cast_unsigned);
    matches!(code, Some(ERROR_ACCESS_DENIED | ERROR_SHARING_VIOLATION))
}

/// Whether a process of this number is alive.
pub(crate) fn process_may_hold(pid: u32, _lock: &Metadata) -> bool {
    // SAFETY: no pointers go in; the handle that comes out is owned, and closed, by the next lines.
    let process = unsafe { OpenProcess(PROCESS_SYNCHRONIZE, 0, pid) };
    if process.is_null() {
        // SAFETY: reads this thread's last error. Somebody else's process is refused, but alive.
        return unsafe { GetLastError() } == ERROR_ACCESS_DENIED;
    }
    // SAFETY: the handle was opened above and belongs to nobody else.
    let process = unsafe { OwnedHandle::from_raw_handle(process) };
    // SAFETY: the handle is open.
    unsafe { WaitForSingleObject(process.as_raw_handle(), 0) != WAIT_OBJECT_0 }
}
