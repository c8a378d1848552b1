//! The path of the cache file, and the names of the files beside it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::StoreError;
use crate::platform::{self, TEMPORARY_TAIL};
use tokcache_core::secret::fingerprint;

/// Linux's own limit on symbolic links.
const MOST_LINKS: usize = 40;

/// The paths of one cache file.
pub(super) struct Place {
    /// The path as typed. MSAL puts its lock beside this path.
    pub(super) typed: PathBuf,
    /// The path that [`file`](Place::file) returns. Only saves need it, so it is resolved on first use.
    file: OnceLock<PathBuf>,
}

impl Place {
    pub(super) fn new(path: &Path) -> Self {
        let typed = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        Place { typed, file: OnceLock::new() }
    }

    /// Returns the path with symbolic links resolved. A save replaces the file there, so that a link stays a link.
    pub(super) fn file(&self) -> &Path {
        self.file.get_or_init(|| followed(&self.typed))
    }

    /// Returns the folder of the file.
    pub(super) fn folder(&self) -> &Path {
        folder_of(self.file())
    }

    /// Refuses a file that is a mount point by itself. On the host, the file has another folder and so other lock
    /// files, and two processes would refresh at once. A mounted file can only be overwritten, which a crash can tear.
    /// And if a program on the host replaces the file, this side keeps the old one.
    pub(super) fn ensure_replaceable(&self) -> Result<(), StoreError> {
        if platform::is_mounted_alone(self.file()) {
            return Err(StoreError::MountedAlone { path: self.typed.clone() });
        }
        Ok(())
    }

    /// Creates the folder for the owner alone if it is missing.
    pub(super) fn create_folder(&self) -> Result<(), StoreError> {
        platform::create_folder(self.folder()).map_err(StoreError::io("create the folder", self.folder()))
    }

    /// Returns the lock file beside the resolved file.
    pub(super) fn own_lock_file(&self) -> PathBuf {
        beside(self.file(), ".lockfile")
    }

    /// Returns MSAL's lock files: two if the typed path is a symbolic link. The order is fixed: the link's lock is
    /// taken first.
    pub(super) fn lock_files(&self) -> Vec<PathBuf> {
        let mut locks = vec![beside(&self.typed, ".lockfile")];
        if self.typed != self.file() {
            locks.push(self.own_lock_file());
        }
        locks
    }

    /// Returns the lock file of a refresh lease.
    pub(super) fn lease_file(&self, credential_hash: &str) -> PathBuf {
        beside(self.file(), &format!("{LEASE}{credential_hash}"))
    }

    /// Returns the file for the note of a refresh lease.
    pub(super) fn note_file(&self, credential_hash: &str) -> PathBuf {
        beside(self.file(), &format!("{NOTE}{credential_hash}"))
    }

    /// Returns the lock file of the gate, which blocks all leases while it is held. Other code treats the gate as a
    /// lease.
    pub(super) fn gate(&self) -> PathBuf {
        self.lease_file(&fingerprint(b"all leases"))
    }

    /// Returns the path for a damaged file that was found at `time`. `turn` distinguishes files of the same second.
    pub(super) fn corrupt_file(&self, time: &str, turn: usize) -> PathBuf {
        let turn = if turn == 0 { String::new() } else { format!("-{turn}") };
        beside(self.file(), &format!(".corrupt-{time}{turn}"))
    }

    /// Returns the prefix of this file's temporary files. [`TEMPORARY_TAIL`] letters and digits follow it.
    pub(super) fn temporary_prefix(&self) -> OsString {
        let mut prefix = OsString::from(".tokcache-");
        prefix.push(name_of(self.file()));
        prefix.push("-");
        prefix
    }

    /// Whether `name` is that of a temporary file of this cache file.
    pub(super) fn is_temporary(&self, name: &OsStr) -> bool {
        tail(name, &self.temporary_prefix())
            .is_some_and(|tail| tail.len() == TEMPORARY_TAIL && tail.iter().all(u8::is_ascii_alphanumeric))
    }

    /// Whether `name` is that of a refresh lease of this file.
    pub(super) fn is_lease(&self, name: &OsStr) -> bool {
        let mut prefix = name_of(self.file()).to_owned();
        prefix.push(LEASE);
        tail(name, &prefix).is_some_and(|tail| tail.iter().all(u8::is_ascii_hexdigit))
    }

    /// Whether `name` is that of a note of this file.
    pub(super) fn is_note(&self, name: &OsStr) -> bool {
        let mut prefix = name_of(self.file()).to_owned();
        prefix.push(NOTE);
        tail(name, &prefix).is_some_and(|tail| tail.iter().all(u8::is_ascii_hexdigit))
    }
}

const LEASE: &str = ".refresh-";
const NOTE: &str = ".outage-";

/// Returns the folder of a path.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

fn name_of(path: &Path) -> &OsStr {
    path.file_name().unwrap_or_default()
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn tail<'a>(name: &'a OsStr, prefix: &OsStr) -> Option<&'a [u8]> {
    name.as_encoded_bytes().strip_prefix(prefix.as_encoded_bytes())
}

/// Follows the symbolic links of the last component, even to a file that does not exist yet. A circle of links is left
/// alone: opening it gives a clear error.
fn followed(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&path) {
            Ok(target) => path = folder_of(&path).join(target),
            Err(_) => break,
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_files_litter_is_its_own() {
        let place = Place::new(Path::new("/folder/cache"));
        assert!(place.is_temporary(".tokcache-cache-a1B2c3".as_ref()));
        for name in
            [".tokcache-cache.json-a1B2c3", ".tokcache-cache-x-a1B2c3", ".tokcache-cache-", "cache", "cache-a1B2c3"]
        {
            assert!(!place.is_temporary(name.as_ref()), "{name}");
        }
        assert!(place.is_lease("cache.refresh-0123456789abcdef".as_ref()));
        assert!(!place.is_lease("cache.json.refresh-0123456789abcdef".as_ref()));
        assert!(!place.is_lease("cache.refresh-notes".as_ref()));
        assert!(place.is_note("cache.outage-0123456789abcdef".as_ref()));
        assert!(!place.is_note("cache.json.outage-0123456789abcdef".as_ref()));
    }

    #[test]
    fn the_lock_is_where_msal_puts_it() {
        let place = Place::new(Path::new("/folder/cache.json"));
        assert_eq!(place.lock_files(), [PathBuf::from("/folder/cache.json.lockfile")]);
    }

    #[test]
    #[cfg(unix)]
    fn a_link_to_a_file_that_does_not_exist_yet_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("elsewhere/cache", &link).unwrap();
        let place = Place::new(&link);
        assert_eq!(place.file(), folder.path().join("elsewhere/cache"));
        assert_eq!(place.lock_files().len(), 2);
    }
}
