//! Large byte buffers that are wiped.

use std::io::{self, Read};
use std::ops::Deref;

/// Bytes that are wiped on drop, like `Zeroizing`, but not byte by byte, because a cache can have many megabytes. They
/// leave no copy behind when they grow.
#[derive(Default)]
pub struct WipedBytes(Vec<u8>);

impl WipedBytes {
    /// Reads the first `size` bytes of `source`.
    ///
    /// # Errors
    /// An error of `source`, or a lack of memory.
    pub fn read(source: &mut dyn Read, size: u64) -> io::Result<Self> {
        let mut bytes = WipedBytes::default();
        bytes.0.try_reserve_exact(usize::try_from(size).unwrap_or(usize::MAX))?;
        source.take(size).read_to_end(&mut bytes.0)?;
        Ok(bytes)
    }

    /// Returns `length` zeros, or an error if there is not enough memory.
    pub(super) fn zeros(length: usize) -> io::Result<Self> {
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(length)?;
        bytes.resize(length, 0);
        Ok(WipedBytes(bytes))
    }

    pub(super) fn as_mut_slice(&mut self) -> &mut [u8] {
        &mut self.0
    }

    /// Appends `more`.
    pub fn extend(&mut self, more: &[u8]) {
        if self.0.capacity() - self.0.len() < more.len() {
            let enough = (self.0.len() + more.len()).max(2 * self.0.capacity());
            let outgrown = std::mem::replace(self, WipedBytes(Vec::with_capacity(enough)));
            self.0.extend_from_slice(&outgrown);
        }
        self.0.extend_from_slice(more);
    }
}

impl From<Vec<u8>> for WipedBytes {
    fn from(bytes: Vec<u8>) -> Self {
        WipedBytes(bytes)
    }
}

impl Deref for WipedBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for WipedBytes {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

/// Overwrites `bytes` with zeros.
pub fn wipe(bytes: &mut [u8]) {
    bytes.fill(0);
    // Without this, the compiler would omit the line above, because nothing reads the bytes again.
    zeroize::optimization_barrier(bytes);
}
