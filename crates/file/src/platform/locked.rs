//! Memory that is never written to the swap space.

use std::ops::{Deref, DerefMut};

use zeroize::Zeroize;

use super::system_calls::{lock_memory, unlock_memory};

/// Secret bytes in a separate page, which is locked in memory if the system allows it. Wiped on drop.
pub(crate) struct LockedBytes<const LENGTH: usize> {
    page: Box<Page<LENGTH>>,
    is_locked: bool,
}

/// The alignment covers a whole page, except on systems with pages of 64 KB. Locks apply to whole pages, so unlocking
/// must not affect a neighbour.
#[repr(align(16_384))]
struct Page<const LENGTH: usize>([u8; LENGTH]);

impl<const LENGTH: usize> LockedBytes<LENGTH> {
    /// Returns zeros, to be filled in place. Moving a value would leave copies behind.
    pub(crate) fn zeroed() -> Self {
        let mut page = Box::new(Page([0; LENGTH]));
        let is_locked = lock_memory(&mut page.0);
        LockedBytes { page, is_locked }
    }

    /// Whether the system allowed the lock. RLIMIT_MEMLOCK limits it.
    pub(crate) fn is_locked(&self) -> bool {
        self.is_locked
    }
}

impl<const LENGTH: usize> Deref for LockedBytes<LENGTH> {
    type Target = [u8; LENGTH];

    fn deref(&self) -> &Self::Target {
        &self.page.0
    }
}

impl<const LENGTH: usize> DerefMut for LockedBytes<LENGTH> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.page.0
    }
}

impl<const LENGTH: usize> Drop for LockedBytes<LENGTH> {
    fn drop(&mut self) {
        self.page.0.zeroize();
        if self.is_locked {
            unlock_memory(&mut self.page.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_page_of_its_own() {
        let pages = [(); 3].map(|()| LockedBytes::<32>::zeroed());
        let addresses = pages.each_ref().map(|page| page.as_ptr().addr());
        assert!(addresses.iter().all(|address| address % 16_384 == 0), "{addresses:x?}");
        assert!(size_of::<Page<32>>() == 16_384);
    }

    #[test]
    fn what_was_put_there_is_there() {
        let mut bytes = LockedBytes::<4>::zeroed();
        assert_eq!(*bytes, [0; 4]);
        bytes.copy_from_slice(b"text");
        assert_eq!(&*bytes, b"text");
    }
}
