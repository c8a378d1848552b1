//! The version of a file.

use std::fs::Metadata;
use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::Revision;

/// Identifies a state of the file. Every save, by any program, makes a new version.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Version {
    pub(super) size: u64,
    pub(super) modified: SystemTime,
}

impl Version {
    pub(super) fn of(metadata: &Metadata) -> io::Result<Self> {
        Ok(Version { size: metadata.len(), modified: metadata.modified()? })
    }

    /// Returns this version with the new modification time that we have just set. Keeps the old size: if the size has
    /// changed, another program has written at the same moment, and its version must differ from ours.
    pub(super) fn stamped(self, metadata: &Metadata) -> io::Result<Self> {
        Ok(Version { modified: metadata.modified()?, ..self })
    }

    /// Returns the version as a revision of the store contract.
    pub(super) fn revision(self) -> Revision {
        let since = self.modified.duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut bytes = [0; 24];
        bytes[..8].copy_from_slice(&self.size.to_be_bytes());
        bytes[8..].copy_from_slice(&since.as_nanos().to_be_bytes());
        Revision::new(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn what_somebody_else_wrote_while_the_time_was_being_set_is_another_version() {
        let mut file = tempfile::tempfile().unwrap();
        let seen = Version::of(&file.metadata().unwrap()).unwrap();
        let untouched = seen.stamped(&file.metadata().unwrap()).unwrap();
        assert_eq!(untouched, Version::of(&file.metadata().unwrap()).unwrap());
        file.write_all(b"theirs").unwrap();
        let metadata = file.metadata().unwrap();
        assert_ne!(seen.stamped(&metadata).unwrap(), Version::of(&metadata).unwrap());
    }
}
