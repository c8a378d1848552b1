//! Decides which files to trust, and which folders let others replace files.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::process::geteuid;

use super::super::caller::{Caller, caller};
use super::super::trusted::Distrust;
use super::open;

const GROUP_WRITES: u32 = 0o020;
const ALL_WRITE: u32 = 0o002;
const STICKY: u32 = 0o1000;
/// Linux's own limit on symbolic links.
const MOST_LINKS: usize = 40;
/// The user id shown for users that have no id in this user namespace (user_namespaces(7)).
const OVERFLOW_USER: u32 = 65_534;

/// Returns the effective user of this process. The system is asked only once.
pub(super) fn user() -> u32 {
    static USER: OnceLock<u32> = OnceLock::new();
    *USER.get_or_init(|| geteuid().as_raw())
}

/// Whether a user is this one, root, or a user that root acts for: the owner of the home folder and the user of `sudo`.
pub(super) fn is_trusted_user(owner: u32) -> bool {
    owner == user() || owner == 0 || user() == 0 && is_caller(owner)
}

fn is_caller(owner: u32) -> bool {
    let Caller { home, sudo_user } = caller();
    sudo_user == Some(owner) || home.is_some_and(|home| fs::metadata(home).is_ok_and(|home| home.uid() == owner))
}

/// Opens a file that only the user and root can write or replace, and returns its size too. Follows a symbolic link if
/// the same holds for the link.
pub(in crate::platform) fn open_trusted(path: &Path) -> io::Result<(File, u64)> {
    let mut path = std::path::absolute(path)?;
    for _ in 0..MOST_LINKS {
        let folder = path.parent().unwrap_or(Path::new("/")).to_owned();
        match open(&path, OFlags::RDONLY | OFlags::NOFOLLOW) {
            Ok(file) => {
                let metadata = file.metadata()?;
                check_file(&path, &metadata)?;
                check_way(&folder)?;
                return Ok((file, metadata.len()));
            }
            Err(error) if Errno::from_io_error(&error) == Some(Errno::LOOP) => {
                let link = fs::symlink_metadata(&path)?;
                if !is_trusted_user(link.uid()) {
                    return Err(of_another(&path, &link).into());
                }
                check_way(&folder)?;
                path = folder.join(fs::read_link(&path)?);
            }
            Err(error) => return Err(error),
        }
    }
    Err(Errno::LOOP.into())
}

fn check_file(path: &Path, file: &Metadata) -> Result<(), Distrust> {
    if !file.is_file() {
        let why = if file.is_dir() { "it is a folder" } else { "it is not a regular file" };
        return Err(Distrust { path: path.to_owned(), why: why.to_owned(), remedy: None });
    }
    if !is_trusted_user(file.uid()) {
        return Err(of_another(path, file));
    }
    if is_writable_by_others(file) { Err(open_to_others(path, file)) } else { Ok(()) }
}

/// Checks that no other user can replace a file in `folder`, or a folder on the way to it. Stops at the home folder,
/// because an administrator is responsible for the folders above it.
///
/// # Errors
/// A [`Distrust`] inside the error for the lowest unsafe folder, or the system's own error.
pub fn check_way(folder: &Path) -> io::Result<()> {
    check_up_to(folder, caller().home.as_deref())
}

fn check_up_to(folder: &Path, end: Option<&Path>) -> io::Result<()> {
    let mut below: Option<&Path> = None;
    for place in folder.ancestors() {
        // A missing folder will be created by this user.
        let found = match fs::symlink_metadata(place) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            found => found?,
        };
        if found.is_symlink() {
            check_link(place, &found, below, end)?;
        } else {
            check_folder(place, &found, below)?;
        }
        if end == Some(place) {
            break;
        }
        below = Some(place);
    }
    Ok(())
}

/// Checks a link to a folder, and the way to its target.
fn check_link(link: &Path, found: &Metadata, below: Option<&Path>, end: Option<&Path>) -> io::Result<()> {
    if !is_trusted_user(found.uid()) && !is_unknown_user(found.uid()) {
        return Err(of_another(link, found).into());
    }
    let real = match link.canonicalize() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        real => real?,
    };
    let end = end.and_then(|end| end.canonicalize().ok());
    let next = below.and_then(Path::file_name).map(|name| real.join(name));
    let mut below = next.as_deref();
    for place in real.ancestors() {
        check_folder(place, &fs::metadata(place)?, below)?;
        if end.as_deref() == Some(place) {
            break;
        }
        below = Some(place);
    }
    Ok(())
}

/// Checks one folder. `below` is the next entry on the way down, unless that is a file that was checked already.
fn check_folder(folder: &Path, found: &Metadata, below: Option<&Path>) -> Result<(), Distrust> {
    let is_trusted = is_trusted_user(found.uid()) || below.is_some() && is_unknown_user(found.uid());
    if !is_trusted {
        return Err(of_another(folder, found));
    }
    if !is_writable_by_others(found) {
        return Ok(());
    }
    if found.mode() & STICKY == 0 {
        return Err(open_to_others(folder, found));
    }
    // In a folder such as /tmp, each user can replace only their own entries, including links.
    match below.map(|below| (below, fs::symlink_metadata(below))) {
        Some((below, Ok(entry))) if !is_trusted_user(entry.uid()) => Err(of_another(below, &entry)),
        _ => Ok(()),
    }
}

/// Returns everything on the way to `path` that lets others replace the file, beginning at the root folder. Follows
/// symbolic links and does not stop at the home folder.
pub fn weak_places(path: &Path) -> Vec<Distrust> {
    let Ok(typed) = std::path::absolute(path) else { return Vec::new() };
    let real = typed.ancestors().find_map(|place| place.canonicalize().ok());
    let mut weak: Vec<Distrust> = Vec::new();
    for way in [Some(typed), real].into_iter().flatten() {
        let mut below = None;
        for place in way.ancestors() {
            let Ok(found) = fs::metadata(place) else { continue };
            let wrong = if found.is_dir() { check_folder(place, &found, below).err() } else { None };
            weak.extend(wrong.filter(|wrong| weak.iter().all(|known| known.path != wrong.path)));
            below = Some(place);
        }
    }
    weak.reverse();
    weak
}

/// Checks that not just anybody can change or replace a file. Refuses a file that everybody may write, and one in a
/// folder such as `/tmp` that another user created there. Other owners are accepted: the administrator or the host of a
/// container has chosen them.
///
/// # Errors
/// A [`Distrust`] inside the error, or the system's own error.
pub fn check_not_of_everybody(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::FileTypeExt;
    let file = fs::metadata(path)?;
    if file.file_type().is_fifo() {
        // A shell creates such a pipe for `<(…)`.
        return if is_trusted_user(file.uid()) { Ok(()) } else { Err(of_another(path, &file).into()) };
    }
    let typed = std::path::absolute(path)?;
    let real = path.canonicalize()?;
    if file.is_file() && file.mode() & ALL_WRITE != 0 {
        return Err(open_to_others(&real, &file).into());
    }
    for way in [typed, real] {
        for (entry, folder) in way.ancestors().zip(way.ancestors().skip(1)) {
            // A link on the way is followed: its target is on the real path.
            let found = fs::metadata(folder)?;
            if found.mode() & ALL_WRITE == 0 {
                continue;
            }
            if found.mode() & STICKY == 0 {
                return Err(open_to_others(folder, &found).into());
            }
            let entry_found = fs::symlink_metadata(entry)?;
            if !is_trusted_user(entry_found.uid()) {
                return Err(of_another(entry, &entry_found).into());
            }
        }
    }
    Ok(())
}

/// Whether others may write. Does not count the group if it is the owner's own group (Debian and others give each user
/// one of the same number), or if root owns the file.
fn is_writable_by_others(found: &Metadata) -> bool {
    let group_is_other = found.gid() != found.uid() && found.uid() != 0;
    found.mode() & ALL_WRITE != 0 || found.mode() & GROUP_WRITES != 0 && group_is_other
}

/// Whether the owner cannot be determined. A user namespace that lacks most users shows them all, even root, as one.
fn is_unknown_user(owner: u32) -> bool {
    let has_all = |map: String| map.split_whitespace().eq(["0", "0", "4294967295"]);
    owner == OVERFLOW_USER && fs::read_to_string("/proc/self/uid_map").is_ok_and(|map| !has_all(map))
}

fn of_another(path: &Path, found: &Metadata) -> Distrust {
    let user = user().to_string();
    Distrust {
        path: path.to_owned(),
        why: format!("it belongs to the user {}, who could change it", found.uid()),
        remedy: Some(vec!["chown".to_owned(), "-h".to_owned(), user, shown(path)]),
    }
}

fn open_to_others(path: &Path, found: &Metadata) -> Distrust {
    Distrust {
        path: path.to_owned(),
        why: format!("its mode is {:04o}, and other users can change it", found.mode() & 0o7777),
        remedy: Some(vec!["chmod".to_owned(), "go-w".to_owned(), shown(path)]),
    }
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Whether root may give what it creates in the folder to the folder's owner. That is the case for the caller, and for
/// a user whose folder only root or that user can have created, such as a volume of a container. In a folder where
/// everybody can create folders, such as /tmp, it could be a trap.
pub(super) fn is_at_home(owner: u32, folder: &Path) -> bool {
    if is_caller(owner) {
        return true;
    }
    let Ok(folder) = folder.canonicalize() else { return false };
    let above = folder.ancestors().find_map(|place| fs::metadata(place).ok().filter(|found| found.uid() != owner));
    above.is_none_or(|above| above.uid() == 0 && above.mode() & ALL_WRITE == 0)
}

/// Returns the last component of a path.
pub(super) fn name_of(path: &Path) -> &OsStr {
    path.file_name().unwrap_or_default()
}

/// Returns the folder of a path.
pub(super) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        Some(_) => PathBuf::from("."),
        None => PathBuf::from("/"),
    }
}
