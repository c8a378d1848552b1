//! The bytes of a whole file, in memory.

use std::ops::Deref;

/// Bytes that are wiped when dropped, as `Zeroizing` does, but not one by one: a cache can have many megabytes.
#[derive(Default)]
pub(super) struct WipedBytes(pub(super) Vec<u8>);

impl Deref for WipedBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for WipedBytes {
    fn drop(&mut self) {
        self.0.fill(0);
        // Without it the compiler sees that nobody reads them again, and leaves the line above out.
        zeroize::optimization_barrier(self.0.as_slice());
    }
}
