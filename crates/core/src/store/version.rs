use std::time::SystemTime;

/// Tells one state of a document from another: each save makes another one, whoever saves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Version {
    /// In bytes.
    pub size: u64,
    /// When it was last saved.
    pub modified: SystemTime,
}

impl Version {
    /// That of a document of so many bytes, last saved then.
    pub fn new(size: u64, modified: SystemTime) -> Self {
        Version { size, modified }
    }
}
