//! Linux, macOS and the other Unix systems.

mod file_system;
mod holder;
mod mount;
mod owner;
mod trust;

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rustix::fs::{CWD, Dir, FallocateFlags, Mode, OFlags, openat};
use rustix::io::{Errno, retry_on_intr};

pub use self::file_system::{is_full, is_writable, network_file_system};
pub(crate) use self::holder::process_may_hold;
pub(crate) use self::mount::is_mounted_alone;
pub(crate) use self::owner::{check_owner, keep_owner};
pub(super) use self::trust::open_trusted;
pub use self::trust::{check_not_of_everybody, check_way, weak_places};
use self::trust::{is_trusted_user, user};

const OWNER_ONLY: u32 = 0o600;
const OWNER_ALL: u32 = 0o700;
const ALL_MODES: u32 = 0o777;
const OTHERS_WRITE: u32 = 0o022;
const STICKY: u32 = 0o1000;

/// The identity of a file, independent of its name: all names of one file have the same identity.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Identity {
    device: u64,
    inode: u64,
}

impl From<&Metadata> for Identity {
    fn from(metadata: &Metadata) -> Self {
        Identity { device: metadata.dev(), inode: metadata.ino() }
    }
}

/// Returns the identity of an open file.
pub(crate) fn identity(file: &File) -> io::Result<Identity> {
    Ok(Identity::from(&file.metadata()?))
}

/// Returns the identity of the file or link at this path, if there is one.
pub(crate) fn identity_at(path: &Path) -> io::Result<Option<Identity>> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(Identity::from(&metadata))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Creates a folder and its parents for the owner alone (0700). Under `sudo`, the owner is that of the parent. An
/// existing folder is not an error.
///
/// # Errors
/// The system's own error.
pub fn create_folder(folder: &Path) -> io::Result<()> {
    let created = match DirBuilder::new().mode(OWNER_ALL).create(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let above = folder.parent().filter(|above| !above.as_os_str().is_empty()).ok_or(error)?;
            create_folder(above)?;
            DirBuilder::new().mode(OWNER_ALL).create(folder)
        }
        created => created,
    };
    match created {
        Ok(()) => owner::settle_folder(folder),
        Err(_) if folder.is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Returns the names in a folder. `std::fs::read_dir` is not used because it panics if closing the folder fails.
///
/// # Errors
/// The folder cannot be read.
pub fn names_in(folder: &Path) -> io::Result<impl Iterator<Item = OsString>> {
    let entries = Dir::read_from(File::open(folder)?)?;
    Ok(entries.map_while(Result::ok).map(|entry| OsStr::from_bytes(entry.file_name().to_bytes()).to_owned()))
}

/// Creates a file for the owner alone (0600). Fails if it exists. Under `sudo`, the owner is that of the folder.
pub(crate) fn create_new(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(OWNER_ONLY).open(path)?;
    owner::settle(&file, path).inspect_err(|_| drop(fs::remove_file(path)))?;
    Ok(file)
}

/// Opens a file for reading. A pipe or a device in its place does not block.
pub(crate) fn open_to_read(path: &Path) -> io::Result<File> {
    open(path, OFlags::RDONLY)
}

/// Opens a file for reading and writing. A pipe or a device in its place does not block.
pub(crate) fn open_to_write(path: &Path) -> io::Result<File> {
    open(path, OFlags::RDWR)
}

/// Opens a file for reading and writing without following a symbolic link, which could lead to any file in a folder
/// that others can write. Never blocks.
pub(crate) fn open_itself(path: &Path) -> io::Result<File> {
    refuse_link(open(path, OFlags::RDWR | OFlags::NOFOLLOW))
}

/// Opens a file for reading without following a symbolic link. Never blocks.
pub(crate) fn read_itself(path: &Path) -> io::Result<File> {
    refuse_link(open(path, OFlags::RDONLY | OFlags::NOFOLLOW))
}

fn refuse_link(opened: io::Result<File>) -> io::Result<File> {
    match opened {
        Err(error) if Errno::from_io_error(&error) == Some(Errno::LOOP) => {
            Err(io::Error::other("it is a symbolic link"))
        }
        outcome => outcome,
    }
}

/// Opens a file in one system call. With the functions of the standard library, musl makes a second one.
fn open(path: &Path, flags: OFlags) -> io::Result<File> {
    let flags = flags | OFlags::NONBLOCK | OFlags::CLOEXEC;
    Ok(retry_on_intr(|| openat(CWD, path, flags, Mode::empty()))?.into())
}

/// Whether this user owns the file and nobody else can read or write it. For root, the owner of `like` may own it too.
pub(crate) fn is_private(file: &Metadata, like: Option<&Metadata>) -> bool {
    let is_of_like = user() == 0 && like.is_some_and(|like| like.uid() == file.uid());
    (is_of_like || is_own(file)) && file.mode() & 0o077 == 0
}

fn is_own(file: &Metadata) -> bool {
    file.uid() == user() || user() == 0 && is_trusted_user(file.uid())
}

/// Describes who else can access a file, or that another user owns it; `None` if it is private. Under `sudo`, the user
/// who ran `sudo` counts as this user.
pub fn exposure(metadata: &Metadata) -> Option<String> {
    let (mode, owner) = (metadata.mode() & 0o7777, metadata.uid());
    if !is_own(metadata) {
        return Some(format!("it belongs to the user {owner}"));
    }
    (mode & 0o077 != 0).then(|| format!("its mode is {mode:04o}, and others can read or change it"))
}

/// Returns the mode of a file that this user owns and others can read; `None` for any other. The mode of another user's
/// file, such as one that a platform provides, is not this user's choice.
pub(super) fn mode_for_others(metadata: &Metadata) -> Option<u32> {
    let mode = metadata.mode() & 0o7777;
    (is_own(metadata) && mode & 0o044 != 0).then_some(mode)
}

/// Sets the mode of a file to that of the replaced file (possibly itself), reduced to owner-only.
pub(crate) fn narrow_mode(file: &File, replaced: &Metadata) -> io::Result<()> {
    let mode = replaced.mode() & OWNER_ONLY;
    if file.metadata()?.mode() & ALL_MODES == mode {
        Ok(())
    } else {
        file.set_permissions(Permissions::from_mode(mode))
    }
}

/// Whether users other than the owner can read or write a file.
pub(crate) fn is_open_to_others(metadata: &Metadata) -> bool {
    metadata.mode() & ALL_MODES & !OWNER_ALL != 0
}

/// Whether other users can replace files in a folder.
pub(crate) fn lets_others_replace(folder: &Metadata) -> bool {
    folder.mode() & OTHERS_WRITE != 0 && folder.mode() & STICKY == 0
}

/// Makes a rename inside the folder survive a crash. Does nothing on file systems without this feature.
///
/// # Errors
/// The system's own error. The rename itself has succeeded.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        Err(error) if matches!(Errno::from_io_error(&error), Some(Errno::INVAL | Errno::NOSYS)) => Ok(()),
        outcome => outcome,
    }
}

/// Reserves `size` bytes on the file system.
pub(crate) fn reserve(file: &File, size: u64) -> io::Result<()> {
    match rustix::fs::fallocate(file, FallocateFlags::empty(), 0, size) {
        Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => fill(file, size),
        outcome => Ok(outcome?),
    }
}

/// Reserves room for a file to grow to `size` bytes, without changing its content or size. Succeeds if the file system
/// does not support this.
#[cfg(target_os = "linux")]
pub(crate) fn reserve_growth(file: &File, size: u64) -> io::Result<()> {
    match rustix::fs::fallocate(file, FallocateFlags::KEEP_SIZE, 0, size.max(1)) {
        Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => Ok(()),
        outcome => Ok(outcome?),
    }
}

/// Does nothing: this system cannot reserve room for growth.
#[cfg(not(target_os = "linux"))]
pub(crate) fn reserve_growth(_file: &File, _size: u64) -> io::Result<()> {
    Ok(())
}

/// Whether the error says that the file system does not support `flock`, as on some network mounts.
pub(crate) fn is_no_locks_here(error: &io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::NOLCK | Errno::NOSYS | Errno::OPNOTSUPP))
}

/// Whether an error at opening or creating a lock file comes from another process that is deleting it.
pub(crate) fn is_passing(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::ResourceBusy
}

fn fill(mut file: &File, size: u64) -> io::Result<()> {
    io::copy(&mut io::Read::take(io::repeat(0), size), &mut file).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_users_file_is_not_private() {
        let of_root = fs::metadata("/").unwrap();
        assert!(!is_private(&of_root, None), "the root folder is there for everybody");
        let file = tempfile::tempfile().unwrap();
        file.set_permissions(Permissions::from_mode(0o600)).unwrap();
        assert!(is_private(&file.metadata().unwrap(), None));
        if user() == 0 {
            std::os::unix::fs::fchown(&file, Some(65_534), None).unwrap();
            assert!(!is_private(&file.metadata().unwrap(), None));
        }
    }

    #[test]
    fn filling_reaches_the_size() {
        let file = tempfile::tempfile().unwrap();
        fill(&file, 70_000).unwrap();
        assert_eq!(file.metadata().unwrap().len(), 70_000);
    }
}
