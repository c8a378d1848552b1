use std::fmt;

/// Tells one state of a document from another: each save makes a new one, whoever saves.
///
/// A store makes it from what it has: a counter, a digest, the size and time of a file.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Revision([u8; 32]);

impl Revision {
    /// Returns the revision of these bytes, of which the first 32 count.
    pub fn new(bytes: &[u8]) -> Self {
        let mut revision = [0; 32];
        let length = bytes.len().min(revision.len());
        revision[..length].copy_from_slice(&bytes[..length]);
        Revision(revision)
    }

    /// Returns the bytes, zeros at the end.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<u64> for Revision {
    fn from(number: u64) -> Self {
        Revision::new(&number.to_be_bytes())
    }
}

impl fmt::Debug for Revision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

/// Tells the holders of a lease apart, so that a store can refuse the save of an earlier holder (a fencing token).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fence {
    /// The credential that the lease is of.
    pub credential: String,
    /// Grows from one holder to the next.
    pub number: u64,
}
