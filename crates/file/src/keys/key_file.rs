//! A key in its own file: 44 characters of base64, for the owner alone.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

use tokcache_core::store::EncryptionKeys;
use zeroize::Zeroizing;

use super::{Key, KeyError};
use crate::Unsynced;
use crate::platform;

/// The maximum size in bytes: a key and a few line ends.
const LONGEST: u64 = 256;
/// The maximum size of a list of keys with comments.
const LONGEST_LIST: u64 = 16 * 1024;

/// Reads the key from the file.
pub(super) fn read(path: &Path) -> Result<Key, KeyError> {
    key_in(&open(path)?).map_err(|why| unusable(path, why))
}

/// Reads the keys of a shared store from the file, one on each line.
pub(super) fn read_several(path: &Path) -> Result<EncryptionKeys, KeyError> {
    keys_in(&open(path)?).map_err(|why| unusable(path, why))
}

/// Opens a file that only its owner can read.
fn open(path: &Path) -> Result<File, KeyError> {
    let file = platform::read_itself(path).map_err(|error| unusable(path, error.to_string()))?;
    let metadata = file.metadata().map_err(|error| unusable(path, error.to_string()))?;
    match platform::exposure(&metadata).filter(|_| metadata.is_file()) {
        Some(exposure) => Err(unusable(path, exposure)),
        None => Ok(file),
    }
}

/// Reads the key from the file, or creates the file with a new key and calls `made`. The folder must exist: a missing
/// one is a mistyped path or an unmounted volume.
pub(super) fn read_or_create(path: &Path, made: impl FnOnce(&Path), unsynced: &Unsynced) -> Result<Key, KeyError> {
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        _ => return read(path),
    }
    let key = Key::generate()?;
    match write_new(path, &key, unsynced) {
        Ok(()) => {
            made(path);
            Ok(key)
        }
        // Another process was faster, so its key is used.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read(path),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(unusable(path, "its folder is not there".to_owned())),
        Err(error) => Err(unusable(path, error.to_string())),
    }
}

/// Reads the key from an open file.
pub(super) fn key_in(file: &File) -> Result<Key, String> {
    Key::from_text(&text_in(file, LONGEST)?).ok_or_else(|| "it does not hold a key, 32 bytes in base64".to_owned())
}

/// Reads the keys of a shared store from an open file.
pub(super) fn keys_in(file: &File) -> Result<EncryptionKeys, String> {
    EncryptionKeys::from_lines(&text_in(file, LONGEST_LIST)?).map_err(|error| error.to_string())
}

fn text_in(file: &File, longest: u64) -> Result<Zeroizing<Vec<u8>>, String> {
    if !file.metadata().is_ok_and(|metadata| metadata.is_file()) {
        return Err("it is no file".to_owned());
    }
    // A buffer that grows would leave copies behind.
    let mut text = Zeroizing::new(Vec::with_capacity(longest as usize + 1));
    file.take(longest + 1).read_to_end(&mut text).map_err(|error| error.to_string())?;
    Ok(text)
}

/// Writes and syncs the new file atomically, before anything is encrypted with the key. A failure to sync the folder is
/// only reported.
fn write_new(path: &Path, key: &Key, unsynced: &Unsynced) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    let file = platform::create_temporary(folder, ".tokcache-key-")?;
    file.as_file().write_all(key.to_text().as_bytes())?;
    file.as_file().write_all(b"\n")?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    if let Err(error) = platform::sync_folder(folder) {
        unsynced(folder, &error);
    }
    Ok(())
}

fn unusable(path: &Path, why: String) -> KeyError {
    KeyError::KeyFile { path: path.to_owned(), why }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, chown, symlink};

    use super::*;

    fn read_or_create(path: &Path) -> Result<Key, KeyError> {
        super::read_or_create(path, |_| {}, &|_, _| {})
    }

    fn why(path: &Path) -> String {
        read_or_create(path).unwrap_err().to_string()
    }

    #[test]
    fn the_first_use_makes_the_file_and_the_second_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let mut made = None;
        let key = super::read_or_create(&path, |path| made = Some(path.to_owned()), &|_, _| {}).unwrap();
        assert_eq!(made.as_ref(), Some(&path));
        let again = super::read_or_create(&path, |_| panic!("it was there"), &|_, _| {}).unwrap();
        assert_eq!(again.id(), key.id());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_not_there_is_not_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/key");
        assert!(why(&path).ends_with("its folder is not there"), "{}", why(&path));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn threads_that_make_the_same_file_get_the_same_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let ids: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| read_or_create(&path).unwrap().id())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(ids.iter().all(|id| *id == ids[0]));
    }

    #[test]
    fn a_key_file_that_others_can_read_or_change_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        read_or_create(&path).unwrap();
        for mode in [0o640, 0o604, 0o660, 0o622, 0o601] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            assert!(why(&path).contains(&format!("its mode is {mode:04o}")), "{}", why(&path));
        }
        fs::set_permissions(&path, Permissions::from_mode(0o400)).unwrap();
        read(&path).unwrap();
    }

    #[test]
    fn a_symbolic_link_in_the_place_of_a_key_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        symlink(&target, &link).unwrap();
        assert!(why(&link).contains("it is a symbolic link"), "{}", why(&link));
        assert!(!target.exists());
        read_or_create(&target).unwrap();
        assert!(why(&link).contains("it is a symbolic link"), "{}", why(&link));
    }

    #[test]
    fn what_is_no_key_file_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        assert!(why(folder.path()).contains("it is no file"), "{}", why(folder.path()));
        let path = folder.path().join("notes");
        platform::create_new(&path).unwrap().write_all(b"canary").unwrap();
        assert!(why(&path).contains("does not hold a key"));
        assert!(!why(&path).contains("canary"));
        assert_eq!(fs::read(&path).unwrap(), b"canary");
    }

    #[test]
    fn a_pipe_in_the_place_of_a_key_file_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").args(["-m", "600"]).arg(&path).status().unwrap().success());
        assert!(why(&path).contains("it is no file"), "{}", why(&path));
    }

    #[test]
    fn a_foreign_key_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        read_or_create(&path).unwrap();
        // Only root can change the owner. Other users test with a file of root's.
        let (foreign, owner) = match chown(&path, Some(65_534), None) {
            Ok(()) => (path.as_path(), 65_534),
            Err(_) => (Path::new("/etc/passwd"), 0),
        };
        assert!(why(foreign).contains(&format!("it belongs to the user {owner}")), "{}", why(foreign));
    }
}
