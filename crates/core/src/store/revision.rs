use std::fmt;

/// Identifies one state of a document: each save makes a new revision.
///
/// A store makes revisions from a counter, a digest, or the size and time of a file.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Revision([u8; 32]);

impl Revision {
    /// Returns the revision of these bytes. Only the first 32 bytes count.
    pub fn new(bytes: &[u8]) -> Self {
        let mut revision = [0; 32];
        let length = bytes.len().min(revision.len());
        revision[..length].copy_from_slice(&bytes[..length]);
        Revision(revision)
    }

    /// Returns the bytes, with zeros at the end.
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

/// A fencing token: distinguishes the holders of a lease, so that a store can refuse the save of an earlier holder.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fence {
    /// The credential of the lease.
    pub credential: String,
    /// A number that grows with each holder.
    pub number: u64,
}
