//! Where the cache file is and what stands beside it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::StoreError;
use crate::platform::{self, TEMPORARY_TAIL};
use tokcache_core::secret::fingerprint;

/// As many as Linux follows.
const MOST_LINKS: usize = 40;

/// The names of one cache file.
pub(super) struct Place {
    /// As it was typed: where MSAL, told the same, puts its lock.
    pub(super) typed: PathBuf,
    /// See [`file`](Place::file); only who saves pays for it.
    file: OnceLock<PathBuf>,
}

impl Place {
    pub(super) fn new(path: &Path) -> Self {
        let typed = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        Place { typed, file: OnceLock::new() }
    }

    /// The file itself, symbolic links followed, so that a link stays a link: where it is replaced.
    pub(super) fn file(&self) -> &Path {
        self.file.get_or_init(|| followed(&self.typed))
    }

    /// The folder of the file itself.
    pub(super) fn folder(&self) -> &Path {
        folder_of(self.file())
    }

    /// Refuses a file that is mounted by itself. Where it comes from it has another folder, and so other lock files:
    /// two would refresh at once. And it cannot be replaced, only overwritten, which a crash can tear; while a program
    /// on the other side that replaces it leaves this one with the old file.
    pub(super) fn ensure_replaceable(&self) -> Result<(), StoreError> {
        if platform::is_mounted_alone(self.file()) {
            return Err(StoreError::MountedAlone { path: self.typed.clone() });
        }
        Ok(())
    }

    /// Makes the folder, for its owner alone, where it is missing.
    pub(super) fn create_folder(&self) -> Result<(), StoreError> {
        platform::create_folder(self.folder()).map_err(StoreError::io("create the folder", self.folder()))
    }

    /// The lock file beside the file itself.
    pub(super) fn own_lock_file(&self) -> PathBuf {
        beside(self.file(), ".lockfile")
    }

    /// MSAL's lock file; two, should the file have been named by a symbolic link. Always in this order: whoever needs
    /// two takes the link's first.
    pub(super) fn lock_files(&self) -> Vec<PathBuf> {
        let mut locks = vec![beside(&self.typed, ".lockfile")];
        if self.typed != self.file() {
            locks.push(self.own_lock_file());
        }
        locks
    }

    /// The lock file of a refresh lease.
    pub(super) fn lease_file(&self, credential_hash: &str) -> PathBuf {
        beside(self.file(), &format!("{LEASE}{credential_hash}"))
    }

    /// Where the holder of a refresh lease leaves a note to the others.
    pub(super) fn note_file(&self, credential_hash: &str) -> PathBuf {
        beside(self.file(), &format!("{NOTE}{credential_hash}"))
    }

    /// The lock file that whoever takes a lease passes by, and that is held while nobody shall have one. To all others it
    /// is a lease like any other.
    pub(super) fn gate(&self) -> PathBuf {
        self.lease_file(&fingerprint(b"all leases"))
    }

    /// Where a damaged file is kept that was found at `time`; `turn` tells those of one second apart.
    pub(super) fn corrupt_file(&self, time: &str, turn: usize) -> PathBuf {
        let turn = if turn == 0 { String::new() } else { format!("-{turn}") };
        beside(self.file(), &format!(".corrupt-{time}{turn}"))
    }

    /// What the names of this file's temporary files begin with; [`TEMPORARY_TAIL`] letters and digits follow.
    pub(super) fn temporary_prefix(&self) -> OsString {
        let mut prefix = OsString::from(".tokcache-");
        prefix.push(name_of(self.file()));
        prefix.push("-");
        prefix
    }

    /// Whether `name` is one that this file's temporary files have, and no other file's.
    pub(super) fn is_temporary(&self, name: &OsStr) -> bool {
        tail(name, &self.temporary_prefix())
            .is_some_and(|tail| tail.len() == TEMPORARY_TAIL && tail.iter().all(u8::is_ascii_alphanumeric))
    }

    /// Whether `name` is a refresh lease's of this file.
    pub(super) fn is_lease(&self, name: &OsStr) -> bool {
        let mut prefix = name_of(self.file()).to_owned();
        prefix.push(LEASE);
        tail(name, &prefix).is_some_and(|tail| tail.iter().all(u8::is_ascii_hexdigit))
    }

    /// Whether `name` is that of a note at a refresh lease of this file.
    pub(super) fn is_note(&self, name: &OsStr) -> bool {
        let mut prefix = name_of(self.file()).to_owned();
        prefix.push(NOTE);
        tail(name, &prefix).is_some_and(|tail| tail.iter().all(u8::is_ascii_hexdigit))
    }
}

const LEASE: &str = ".refresh-";
const NOTE: &str = ".outage-";

/// The folder that a path is in.
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

/// Follows the links that the last component is, also to a file that does not exist yet. A circle is left as it is:
/// opening it says what is wrong.
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
