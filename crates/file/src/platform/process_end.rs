//! Waits for the end of a process that is not a child.

pub use system::ProcessEnd;

#[cfg(target_os = "linux")]
mod system {
    use std::io;
    use std::os::fd::OwnedFd;
    use std::time::Duration;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::process::{Pid, PidfdFlags, pidfd_open};

    /// The end of a process. Another process with the same number is not taken for it (pidfd_open(2)).
    pub struct ProcessEnd(OwnedFd);

    impl ProcessEnd {
        /// Watches a process that runs.
        ///
        /// # Errors
        /// The system's own; Linux can do this since version 5.3.
        pub fn of(process: u32) -> io::Result<ProcessEnd> {
            let process = i32::try_from(process).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::InvalidInput)?;
            Ok(ProcessEnd(pidfd_open(process, PidfdFlags::empty())?))
        }

        /// Waits at most `patience`. Returns whether the process has ended.
        pub fn within(&self, patience: Duration) -> bool {
            let patience = Timespec::try_from(patience).ok();
            let mut watched = [PollFd::new(&self.0, PollFlags::IN)];
            // A signal interrupts the wait.
            poll(&mut watched, patience.as_ref()).is_ok_and(|ready| ready > 0)
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::io;
    use std::time::{Duration, Instant};

    use rustix::event::poll;
    use rustix::process::{Pid, test_kill_process};

    /// The end of a process, by its number.
    pub struct ProcessEnd(Pid);

    /// The pause between two looks.
    const PAUSE: Duration = Duration::from_millis(200);

    impl ProcessEnd {
        /// Watches a process that runs.
        ///
        /// # Errors
        /// There is no such process.
        pub fn of(process: u32) -> io::Result<ProcessEnd> {
            let process = i32::try_from(process).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::InvalidInput)?;
            test_kill_process(process)?;
            Ok(ProcessEnd(process))
        }

        /// Waits at most `patience`. Returns whether the process has ended.
        pub fn within(&self, patience: Duration) -> bool {
            let start = Instant::now();
            loop {
                if test_kill_process(self.0).is_err() {
                    return true;
                }
                let left = patience.saturating_sub(start.elapsed()).min(PAUSE);
                if left.is_zero() {
                    return false;
                }
                let _ = poll(&mut [], left.try_into().ok().as_ref());
            }
        }
    }
}
