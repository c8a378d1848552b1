//! The calls to the system that have no safe form. No other file of tokcache has unsafe code.
#![allow(unsafe_code, reason = "these calls take addresses and handles, or run before `main`")]

/// Locks memory, so that it is never written to the swap space. Returns whether the system allowed it.
#[cfg(unix)]
pub(super) fn lock_memory(bytes: &mut [u8]) -> bool {
    // SAFETY: the address and the length are those of memory that we own, and its content is not changed.
    unsafe { rustix::mm::mlock(bytes.as_mut_ptr().cast(), bytes.len()) }.is_ok()
}

/// Ends a lock of [`lock_memory`].
#[cfg(unix)]
pub(super) fn unlock_memory(bytes: &mut [u8]) {
    // SAFETY: as in `lock_memory`.
    let _ = unsafe { rustix::mm::munlock(bytes.as_mut_ptr().cast(), bytes.len()) };
}

#[cfg(unix)]
pub(super) use broken_pipe::keep_broken_pipe_ignored;

/// SIGPIPE, as the caller of this program left it. Rust ignores the signal before `main`, and gives the programs that it
/// starts the default effect. Every program with this library runs the function that looks; in a library that is loaded
/// later, it would see the effect at that time.
#[cfg(unix)]
mod broken_pipe {
    use std::os::unix::process::CommandExt as _;
    use std::process::Command;
    use std::ptr::null;
    use std::sync::atomic::{AtomicBool, Ordering};

    static WAS_IGNORED: AtomicBool = AtomicBool::new(false);

    /// Runs before Rust's own start. On a system that knows neither section, it never runs, and SIGPIPE gets its default
    /// effect.
    // SAFETY: both sections are arrays of pointers to C functions, which the C library calls before `main`. `look` does not
    // unwind, and needs nothing that Rust's start prepares.
    #[used]
    #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func,mod_init_funcs"))]
    #[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
    static AT_START: extern "C" fn() = {
        extern "C" fn look() {
            // SAFETY: reads the effect of the signal into a structure that we own, and changes nothing.
            unsafe {
                let mut action: libc::sigaction = std::mem::zeroed();
                let is_known = libc::sigaction(libc::SIGPIPE, null(), &mut action) == 0;
                WAS_IGNORED.store(is_known && action.sa_sigaction == libc::SIG_IGN, Ordering::Relaxed);
            }
        }
        look
    };

    /// Makes `command` ignore SIGPIPE if the caller of this program did.
    pub(in crate::platform) fn keep_broken_pipe_ignored(command: &mut Command) {
        if !WAS_IGNORED.load(Ordering::Relaxed) {
            return;
        }
        let ignore = || {
            // SAFETY: see below.
            match unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) } {
                libc::SIG_ERR => Err(std::io::Error::last_os_error()),
                _ => Ok(()),
            }
        };
        // SAFETY: `signal` may be called between fork and exec (signal-safety(7)), and nothing is allocated. `exec` calls the
        // function in this process, which ignores the signal anyway.
        unsafe { command.pre_exec(ignore) };
    }
}

#[cfg(windows)]
pub(super) use windows::{file_information, is_process_alive, lock_memory, unlock_memory};

#[cfg(windows)]
mod windows {
    use std::fs::File;
    use std::io;
    use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};

    use windows_sys::Win32::Foundation::{ERROR_ACCESS_DENIED, GetLastError, WAIT_OBJECT_0};
    use windows_sys::Win32::Storage::FileSystem::{BY_HANDLE_FILE_INFORMATION, GetFileInformationByHandle};
    use windows_sys::Win32::System::Memory::{VirtualLock, VirtualUnlock};
    use windows_sys::Win32::System::Threading::{OpenProcess, PROCESS_SYNCHRONIZE, WaitForSingleObject};

    pub(in crate::platform) fn lock_memory(bytes: &mut [u8]) -> bool {
        // SAFETY: the address and the length are those of memory that we own, and its content is not changed.
        unsafe { VirtualLock(bytes.as_ptr().cast(), bytes.len()) != 0 }
    }

    pub(in crate::platform) fn unlock_memory(bytes: &mut [u8]) {
        // SAFETY: as in `lock_memory`.
        unsafe { VirtualUnlock(bytes.as_ptr().cast(), bytes.len()) };
    }

    /// Returns what the system knows of an open file.
    pub(in crate::platform) fn file_information(file: &File) -> io::Result<BY_HANDLE_FILE_INFORMATION> {
        let mut information = BY_HANDLE_FILE_INFORMATION::default();
        // SAFETY: the handle stays open while `file` is borrowed, and we own the structure.
        match unsafe { GetFileInformationByHandle(file.as_raw_handle(), &mut information) } {
            0 => Err(io::Error::last_os_error()),
            _ => Ok(information),
        }
    }

    /// Whether a process with this number is alive.
    pub(in crate::platform) fn is_process_alive(pid: u32) -> bool {
        // SAFETY: no pointer is passed, and the next lines own and close the returned handle.
        let process = unsafe { OpenProcess(PROCESS_SYNCHRONIZE, 0, pid) };
        if process.is_null() {
            // SAFETY: reads this thread's last error. Access to another user's process is denied, but it is alive.
            return unsafe { GetLastError() } == ERROR_ACCESS_DENIED;
        }
        // SAFETY: the handle was opened above, and nothing else owns it.
        let process = unsafe { OwnedHandle::from_raw_handle(process) };
        // SAFETY: the handle is open.
        unsafe { WaitForSingleObject(process.as_raw_handle(), 0) != WAIT_OBJECT_0 }
    }
}
