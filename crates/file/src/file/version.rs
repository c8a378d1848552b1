//! The version of a file.

use std::fs::Metadata;
use std::io;

use crate::Version;

/// The version of the file of which this is the metadata.
pub(super) fn version_of(metadata: &Metadata) -> io::Result<Version> {
    Ok(Version::new(metadata.len(), metadata.modified()?))
}

/// The same bytes with the new time that we have just set. Should the size be another one by now, somebody else has
/// written in the same moment, and that is no version of ours.
pub(super) fn stamped(seen: Version, metadata: &Metadata) -> io::Result<Version> {
    Ok(Version { modified: metadata.modified()?, ..seen })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn what_somebody_else_wrote_while_the_time_was_being_set_is_another_version() {
        let mut file = tempfile::tempfile().unwrap();
        let seen = version_of(&file.metadata().unwrap()).unwrap();
        let untouched = stamped(seen, &file.metadata().unwrap()).unwrap();
        assert_eq!(untouched, version_of(&file.metadata().unwrap()).unwrap());
        file.write_all(b"theirs").unwrap();
        let metadata = file.metadata().unwrap();
        assert_ne!(stamped(seen, &metadata).unwrap(), version_of(&metadata).unwrap());
    }
}
