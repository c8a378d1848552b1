//! Constants for the comparison of the eight bytes of a machine word at once.

/// A word whose bytes are all 1. Multiplied by a byte, it is a word of such bytes.
pub(crate) const ONES: u64 = u64::from_le_bytes([1; 8]);

/// A word with the highest bit of each byte.
pub(crate) const HIGHEST_BITS: u64 = ONES << 7;
