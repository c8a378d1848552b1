//! The key that encrypts sessions and tokens wherever they leave the process.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::rand::{SecureRandom as _, SystemRandom};
use tempfile::NamedTempFile;
use tokcache_core::secret::Zeroizing;
use tokcache_core::store::EncryptionKeys;

/// Reads the keys, one a line: the first encrypts, all decrypt. Makes the file with a new key if there is none.
///
/// # Errors
/// The file cannot be read or made, or holds something else.
pub fn read_or_make(path: &Path) -> io::Result<EncryptionKeys> {
    let text = match read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            make(path)?;
            read(path)?
        }
        text => text?,
    };
    EncryptionKeys::from_lines(&text).map_err(|error| io::Error::new(ErrorKind::InvalidData, error.to_string()))
}

fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut text = Zeroizing::new(Vec::with_capacity(4096));
    File::open(path)?.take(4096).read_to_end(&mut text)?;
    Ok(text)
}

/// Makes the file in one step, so that a server that starts at the same time finds a whole key or none.
fn make(path: &Path) -> io::Result<()> {
    let mut bytes = Zeroizing::new([0; 32]);
    SystemRandom::new().fill(&mut *bytes).map_err(|_| io::Error::other("the system has no randomness"))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Only the owner can read a temporary file.
    let mut file = NamedTempFile::new_in(folder)?;
    writeln!(file, "{}", Zeroizing::new(BASE64_STANDARD.encode(*bytes)).as_str())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(error) if error.error.kind() != ErrorKind::AlreadyExists => Err(error.error),
        _ => Ok(()),
    }
}

/// Makes a folder that only its owner can look into, if it does not exist.
///
/// # Errors
/// The folder cannot be made.
pub fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_server_makes_the_key_and_the_others_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        private_folder(&inner).unwrap();
        let path = inner.join("key");
        let ids: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| read_or_make(&path).unwrap().current().id())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(ids.iter().all(|id| *id == ids[0]));
        #[cfg(unix)]
        for (path, mode) in [(&path, 0o600), (&inner, 0o700)] {
            let metadata = fs::metadata(path).unwrap();
            assert_eq!(std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777, mode);
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(b"my dog's name\n").unwrap();
        let error = read_or_make(file.path()).unwrap_err().to_string();
        assert!(!error.contains("dog"), "{error}");
    }
}
