//! Recovery files: a refresh token whose cache cannot be saved goes into a file for the owner alone, in another folder.

use std::cmp::Reverse;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use zeroize::Zeroizing;

use super::place::folder_of;
use crate::platform;
use crate::{Recovered, Rewrite};

/// An upper bound for the size of a recovery file.
const LONGEST: u64 = 1 << 20;

/// Returns the folders for recovery files.
pub type RecoveryFolders = dyn Fn() -> Vec<PathBuf> + Send + Sync;

/// The place of one cache's recovery files.
pub(super) struct RecoveryPlace {
    /// The first writable folder gets a new file. All are searched.
    pub(super) folders: Vec<PathBuf>,
    /// The prefix of the file names, for all credentials.
    pub(super) prefix: String,
    /// The cache file. Under `sudo`, its owner owns the recovery files too.
    pub(super) cache: PathBuf,
}

impl RecoveryPlace {
    /// Removes the recovery files of all credentials.
    pub(super) fn clear(&self) {
        self.files().iter().for_each(|file| remove(file));
    }

    /// Replaces the content of each file, of all credentials, by the result of `rewrite`. If a file cannot be written,
    /// it stays as it is.
    pub(super) fn rewrite(&self, rewrite: &mut Rewrite<'_>) {
        for file in self.files() {
            if let Some(new) = read(&file, &self.cache).ok().and_then(|(_, bytes)| rewrite(&bytes)) {
                let _ = self.replace(&file, &new);
            }
        }
    }

    /// Replaces a file atomically. The temporary file has a name that [`clear`](Self::clear) finds if it is left
    /// behind.
    fn replace(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        let folder = folder_of(file);
        let new = platform::create_temporary(folder, &self.prefix)?;
        platform::keep_owner(new.as_file(), &fs::symlink_metadata(file)?)?;
        new.as_file().write_all(bytes)?;
        new.as_file().sync_all()?;
        new.persist(file)?;
        let _ = platform::sync_folder(folder);
        Ok(())
    }

    pub(super) fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for folder in &self.folders {
            let Ok(names) = platform::names_in(folder) else { continue };
            let ours = names.filter(|name| name.as_encoded_bytes().starts_with(self.prefix.as_bytes()));
            files.extend(ours.map(|name| folder.join(name)));
        }
        files
    }
}

/// Returns the recovered contents, the newest first.
pub(super) fn rescued_in(files: &[PathBuf], cache: &Path) -> Vec<Recovered> {
    let kept = files.iter().filter_map(|file| read(file, cache).ok().map(|(modified, bytes)| (file, modified, bytes)));
    let mut kept: Vec<_> = kept.collect();
    kept.sort_by_key(|(_, modified, _)| Reverse(*modified));
    kept.into_iter().map(|(file, _, bytes)| Recovered { file: file.clone(), bytes }).collect()
}

/// Writes a recovery file and syncs it. The file has its final name from the start, so that the next holder finds it
/// even if this process is killed during the write. The reader checks whether the content is complete.
pub(super) fn keep(path: &Path, bytes: &[u8], cache: &Path) -> io::Result<()> {
    remove(path);
    let mut file = platform::create_new(path)?;
    if let Ok(cache) = fs::metadata(cache) {
        platform::keep_owner(&file, &cache)?;
    }
    let kept = file.write_all(bytes).and_then(|()| file.sync_all());
    match kept {
        // The file is written, even if its folder cannot be synced.
        Ok(()) => drop(platform::sync_folder(folder_of(path))),
        Err(_) => remove(path),
    }
    kept
}

/// Reads a recovery file and its modification time. In a folder that others can write, such as the one for temporary
/// files, the name may be a trap: a link, or another user's file.
fn read(path: &Path, cache: &Path) -> io::Result<(SystemTime, Zeroizing<Vec<u8>>)> {
    let file = platform::open_itself(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file()
        || metadata.len() > LONGEST
        || !platform::is_private(&metadata, fs::metadata(cache).ok().as_ref())
    {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST.min(metadata.len()) as usize + 1));
    file.take(LONGEST).read_to_end(&mut bytes)?;
    Ok((metadata.modified()?, bytes))
}

/// Removes a file. Errors are ignored, because a left-over token can only renew a token that is still cached.
pub(super) fn remove(path: &Path) {
    let _ = fs::remove_file(path);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file_in(folder: &Path) -> PathBuf {
        folder.join("kept")
    }

    #[test]
    fn what_is_kept_is_read_back_and_nobody_elses() {
        let folder = tempfile::tempdir().unwrap();
        keep(&file_in(folder.path()), b"old", folder.path()).unwrap();
        keep(&file_in(folder.path()), b"new", folder.path()).unwrap();
        assert_eq!(read(&file_in(folder.path()), folder.path()).unwrap().1.as_slice(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_takes_no_file_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        assert!(keep(&folder.path().join("missing/kept"), b"x", folder.path()).is_err());
    }

    #[test]
    #[cfg(unix)]
    fn a_link_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        keep(&folder.path().join("elsewhere"), b"planted", folder.path()).unwrap();
        std::os::unix::fs::symlink("elsewhere", file_in(folder.path())).unwrap();
        assert!(read(&file_in(folder.path()), folder.path()).is_err());
    }

    #[test]
    #[cfg(unix)]
    fn a_file_that_others_can_read_or_write_is_nobodys() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        for mode in [0o640, 0o606] {
            keep(&file_in(folder.path()), b"x", folder.path()).unwrap();
            fs::set_permissions(file_in(folder.path()), fs::Permissions::from_mode(mode)).unwrap();
            assert!(read(&file_in(folder.path()), folder.path()).is_err(), "{mode:o}");
        }
    }
}
