//! Many bytes, in memory.

use std::io::{self, Read};
use std::ops::Deref;

/// Bytes that are wiped when dropped, as `Zeroizing` does, but not one by one: a cache can have many megabytes. Nor do
/// they leave a copy behind when they outgrow their memory.
#[derive(Default)]
pub struct WipedBytes(Vec<u8>);

impl WipedBytes {
    /// The first `size` bytes of `source`.
    ///
    /// # Errors
    /// Those of `source`, and there is not so much memory.
    pub fn read(source: &mut dyn Read, size: u64) -> io::Result<Self> {
        let mut bytes = WipedBytes::default();
        bytes.0.try_reserve_exact(usize::try_from(size).unwrap_or(usize::MAX))?;
        source.take(size).read_to_end(&mut bytes.0)?;
        Ok(bytes)
    }

    /// So many zeros; an error where there is not so much memory.
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

/// Puts zeros in the place of `bytes`.
pub fn wipe(bytes: &mut [u8]) {
    bytes.fill(0);
    // Without it the compiler sees that nobody reads them again, and leaves the line above out.
    zeroize::optimization_barrier(bytes);
}
