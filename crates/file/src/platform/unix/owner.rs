//! Sets the owner of new files. Files that root creates in a user's folder must belong to that user to be usable.

use std::fs::{self, File, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::sync::OnceLock;

use rustix::fs::{AtFlags, Gid, Mode, OFlags, Uid};

use super::trust::{folder_of, is_at_home, is_trusted_user, name_of, user};
use super::{OWNER_ALL, OWNER_ONLY};

/// Checks that this user or root owns the file: another owner could read what is saved to it. Root may save to a user's
/// file, as under `sudo`, but not to one that anybody could have put there.
pub(crate) fn check_owner(path: &Path, file: &Metadata) -> io::Result<()> {
    let owner = file.uid();
    if is_trusted_user(owner) || user() == 0 && is_at_home(owner, &folder_of(path)) {
        return Ok(());
    }
    Err(io::Error::other(format!("it belongs to the user {owner}")))
}

/// Under `sudo`, gives a new file to the owner of `like`, who could not read it otherwise.
pub(crate) fn keep_owner(file: &File, like: &Metadata) -> io::Result<()> {
    if user() != 0 || file.metadata()?.uid() == like.uid() {
        return Ok(());
    }
    give(file, like)
}

/// Sets the owner and the mode of a new file.
pub(super) fn settle(file: &File, path: &Path) -> io::Result<()> {
    if hides_from_owner() {
        file.set_permissions(Permissions::from_mode(OWNER_ONLY))?;
    }
    leave(file, path)
}

/// Sets the owner and the mode of a new folder.
pub(super) fn settle_folder(path: &Path) -> io::Result<()> {
    if hides_from_owner() {
        fs::set_permissions(path, Permissions::from_mode(OWNER_ALL))?;
    }
    if user() != 0 {
        return Ok(());
    }
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    leave(&File::from(rustix::fs::open(path, flags, Mode::empty())?), path)
}

/// Gives what root has created to the owner of its folder, if root acts for that user. Checks that the open file is
/// still at `path`: the user could have replaced a folder on the way by a link.
fn leave(made: &File, path: &Path) -> io::Result<()> {
    if user() != 0 {
        return Ok(());
    }
    let folder_path = folder_of(path);
    if fs::metadata(&folder_path)?.uid() == 0 {
        return Ok(());
    }
    let folder = File::open(&folder_path)?;
    let owner = folder.metadata()?;
    let found = rustix::fs::statat(&folder, name_of(path), AtFlags::SYMLINK_NOFOLLOW)?;
    let open = rustix::fs::fstat(made)?;
    let is_in_it = (found.st_dev, found.st_ino) == (open.st_dev, open.st_ino);
    if is_in_it && open.st_uid == 0 && is_at_home(owner.uid(), &folder_path) { give(made, &owner) } else { Ok(()) }
}

fn give(file: &File, like: &Metadata) -> io::Result<()> {
    Ok(rustix::fs::fchown(file, Some(Uid::from_raw(like.uid())), Some(Gid::from_raw(like.gid())))?)
}

/// Whether the umask takes away the owner's own permissions (umask 0777). Reading the umask changes it for a moment, to
/// a stricter one, so it is read only once.
fn hides_from_owner() -> bool {
    static HIDES: OnceLock<bool> = OnceLock::new();
    *HIDES.get_or_init(|| {
        let mask = rustix::process::umask(Mode::RWXG | Mode::RWXO);
        rustix::process::umask(mask);
        mask.intersects(Mode::RWXU)
    })
}
