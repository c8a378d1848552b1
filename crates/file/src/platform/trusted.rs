//! Reads files that decide where secrets go, such as profiles. A file is opened only once, so that the checked file is
//! the one that is read.

use std::error::Error;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::system;

/// Why a file is not trusted, or a folder is not safe.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Distrust {
    /// The file or folder.
    pub path: PathBuf,
    /// The reason, as in "{path}: {why}".
    pub why: String,
    /// The arguments of a command that fixes it, if there is one.
    pub remedy: Option<Vec<String>>,
}

impl fmt::Display for Distrust {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.path.display(), self.why)
    }
}

impl Error for Distrust {}

impl From<Distrust> for io::Error {
    fn from(distrust: Distrust) -> Self {
        io::Error::other(distrust)
    }
}

/// Reads a file that only the user and root can write or replace. It must be a regular file of at most `limit` bytes.
/// The file is opened only once, so that the checked file is the one that is read.
///
/// # Errors
/// A [`Distrust`] inside the error, or the system's own error.
pub fn read_trusted(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let (file, size) = system::open_trusted(path)?;
    read_bounded(&file, size, limit)
}

/// Like [`read_trusted`], for a file that should be secret. Also returns its mode if this user owns it and others can
/// read it.
///
/// # Errors
/// Those of [`read_trusted`].
pub fn read_secret(path: &Path, limit: u64) -> io::Result<(Vec<u8>, Option<u32>)> {
    let (file, size) = system::open_trusted(path)?;
    let mode = system::mode_for_others(&file.metadata()?);
    Ok((read_bounded(&file, size, limit)?, mode))
}

/// Reads at most `limit` bytes of an open file of the expected `size`.
///
/// # Errors
/// The file is larger than `limit`, or the system's own error.
pub fn read_bounded(file: &File, size: u64, limit: u64) -> io::Result<Vec<u8>> {
    let too_large = || io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {}", bytes(limit)));
    if size > limit {
        return Err(too_large());
    }
    let size = usize::try_from(size).map_err(|_| too_large())?;
    // One byte more detects the end in the same call.
    let mut content = vec![0; size + 1];
    let mut length = 0;
    while length < content.len() {
        let (wanted, asked) = (content.len() - length, &mut content[length..]);
        match (&mut &*file).read(asked) {
            Ok(read) => {
                length += read;
                if read < wanted {
                    break;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    if length < content.len() {
        content.truncate(length);
        return Ok(content);
    }
    // The file has grown, or is of a kind that does not report its size.
    (&mut &*file).take((limit + 1).saturating_sub(length as u64)).read_to_end(&mut content)?;
    if content.len() as u64 > limit { Err(too_large()) } else { Ok(content) }
}

/// Formats a size for people.
pub fn bytes(size: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match UNITS.iter().find(|(unit, _)| size >= *unit && size.is_multiple_of(*unit)) {
        Some((unit, name)) => format!("{} {name}", size / unit),
        None => format!("{size} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn put(path: &Path, bytes: &[u8]) {
        File::create(path).unwrap().write_all(bytes).unwrap();
    }

    #[test]
    fn a_file_is_read_up_to_its_limit_and_refused_above() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for (size, limit, expected) in [(0, 4, Some(0)), (4, 4, Some(4)), (5, 4, None), (3, 4, Some(3))] {
            put(&path, &vec![b'x'; size]);
            let read = read_trusted(&path, limit);
            assert_eq!(read.as_ref().ok().map(Vec::len), expected, "{size} of {limit}: {read:?}");
        }
        assert_eq!(read_trusted(&path, 2).unwrap_err().to_string(), "it is larger than 2 bytes");
    }

    #[test]
    fn what_does_not_say_its_size_is_read_up_to_the_limit_as_well() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        put(&path, b"12345678");
        let file = |_| File::open(&path).unwrap();
        assert_eq!(read_bounded(&file(()), 0, 8).unwrap(), b"12345678");
        assert_eq!(read_bounded(&file(()), 3, 9).unwrap(), b"12345678");
        assert!(read_bounded(&file(()), 0, 7).is_err());
    }

    #[test]
    fn a_size_is_said_in_the_largest_unit_that_fits() {
        assert_eq!(
            [bytes(1 << 20), bytes(512 << 20), bytes(4096), bytes(100)],
            ["1 MiB", "512 MiB", "4 KiB", "100 bytes"]
        );
    }
}
