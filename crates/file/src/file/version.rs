//! The version of a file.

use std::fs::Metadata;
use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::Revision;

/// Tells one state of the file from another: each save makes another one, whoever saves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Version {
    pub(super) size: u64,
    pub(super) modified: SystemTime,
}

impl Version {
    pub(super) fn of(metadata: &Metadata) -> io::Result<Self> {
        Ok(Version { size: metadata.len(), modified: metadata.modified()? })
    }

    /// The same bytes with the new time that we have just set. Should the size be another one by now, somebody else has
    /// written in the same moment, and that is no version of ours.
    pub(super) fn stamped(self, metadata: &Metadata) -> io::Result<Self> {
        Ok(Version { modified: metadata.modified()?, ..self })
    }

    /// As the store contract has it.
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
