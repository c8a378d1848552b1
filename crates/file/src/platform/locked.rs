//! Memory that the system does not write to its swap space.
#![allow(unsafe_code, reason = "the calls take an address, and nobody has made them safe")]

use std::ops::{Deref, DerefMut};

use zeroize::Zeroize;

/// Secret bytes in a page of their own, which stays in memory as long as they live, where the system allows it; wiped
/// in the end.
pub(crate) struct LockedBytes<const LENGTH: usize> {
    page: Box<Page<LENGTH>>,
    is_locked: bool,
}

/// As large as a page is anywhere but where they are of 64 KB: a lock is for whole pages, and what is unlocked shall
/// not take a neighbour along.
#[repr(align(16_384))]
struct Page<const LENGTH: usize>([u8; LENGTH]);

impl<const LENGTH: usize> LockedBytes<LENGTH> {
    /// Zeros, to be filled in place: what is moved leaves copies behind.
    pub(crate) fn zeroed() -> Self {
        let mut page = Box::new(Page([0; LENGTH]));
        let is_locked = lock(&mut page.0);
        LockedBytes { page, is_locked }
    }

    /// Whether the system allowed it: there is a limit, RLIMIT_MEMLOCK.
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
            unlock(&mut self.page.0);
        }
    }
}

#[cfg(unix)]
fn lock(bytes: &mut [u8]) -> bool {
    // SAFETY: the address and the length are those of memory that is ours; its content stays as it is.
    unsafe { rustix::mm::mlock(bytes.as_mut_ptr().cast(), bytes.len()) }.is_ok()
}

#[cfg(unix)]
fn unlock(bytes: &mut [u8]) {
    // SAFETY: as above.
    let _ = unsafe { rustix::mm::munlock(bytes.as_mut_ptr().cast(), bytes.len()) };
}

#[cfg(windows)]
fn lock(bytes: &mut [u8]) -> bool {
    // SAFETY: as above.
    unsafe { windows_sys::Win32::System::Memory::VirtualLock(bytes.as_ptr().cast(), bytes.len()) != 0 }
}

#[cfg(windows)]
fn unlock(bytes: &mut [u8]) {
    // SAFETY: as above.
    unsafe { windows_sys::Win32::System::Memory::VirtualUnlock(bytes.as_ptr().cast(), bytes.len()) };
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
