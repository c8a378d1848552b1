//! Temporary files that get their final name once they are complete.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

use super::create_new;
use super::interruption::survive_size_limit;

/// The length of the random part of a temporary file's name.
pub(crate) const TEMPORARY_TAIL: usize = 6;

/// Creates a file for the owner alone, with six letters and digits behind `prefix`. A drop deletes it.
///
/// # Errors
/// The system's own error. `Builder::tempfile_in` would return an error without its code, with the name of the
/// temporary file.
pub fn create_temporary(folder: &Path, prefix: impl AsRef<OsStr>) -> io::Result<NamedTempFile> {
    survive_size_limit();
    Builder::new().prefix(&prefix).rand_bytes(TEMPORARY_TAIL).make_in(folder, create_new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_the_systems_own_and_names_no_temporary_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = create_temporary(&folder.path().join("missing"), ".canary-").unwrap_err();
        assert!(error.raw_os_error().is_some(), "{error:?}");
        assert!(!error.to_string().contains("canary"), "{error}");
    }

    #[test]
    fn what_is_dropped_is_gone_and_what_is_persisted_has_its_name() {
        let folder = tempfile::tempdir().unwrap();
        drop(create_temporary(folder.path(), ".x-").unwrap());
        create_temporary(folder.path(), ".x-").unwrap().persist(folder.path().join("whole")).unwrap();
        let names: Vec<_> = folder.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["whole"]);
    }
}
