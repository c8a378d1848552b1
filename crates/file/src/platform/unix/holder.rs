//! Checks whether the process that a lock file names can be its creator, or only has the same number.

use std::fs::Metadata;

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

/// Whether the process with this number can be the creator of the lock file: it is alive, and it has the file open or
/// is at least as old as the file. A process with the file open is accepted even if the clock contradicts it, because
/// the clock may have been set since. This process itself is an exception: it opens the files that it checks. If
/// neither can be determined cheaply, any living process is accepted.
pub(crate) fn process_may_hold(pid: u32, lock: &Metadata) -> bool {
    let Some(process) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return false };
    match test_kill_process(process) {
        Err(Errno::SRCH) => false,
        _ => {
            let is_older = || match (proc::started_on(pid), lock.modified()) {
                (Some(start), Ok(made)) => start <= made,
                _ => true,
            };
            is_older() || pid != std::process::id() && proc::has_open(pid, lock)
        }
    }
}

/// Reads proc(5).
#[cfg(target_os = "linux")]
mod proc {
    use std::fs::{self, Metadata};
    use std::os::unix::fs::MetadataExt;
    use std::path::PathBuf;
    use std::time::{Duration, SystemTime};

    use crate::platform;

    /// USER_HZ, which is the same on every architecture that Rust supports.
    const TICKS_PER_SECOND: f64 = 100.0;
    /// The 22nd field of `/proc/pid/stat`, counted from the last parenthesis, which follows the first two fields.
    const START_FIELD: usize = 22 - 3;
    /// The two clocks are read one after the other, in hundredths of a second.
    const TOLERANCE: Duration = Duration::from_secs(2);

    /// Returns the earliest time at which the process can have started.
    #[expect(clippy::disallowed_methods, reason = "compared with a file's time, which the system's clock made")]
    pub(super) fn started_on(pid: u32) -> Option<SystemTime> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let (_, fields) = stat.rsplit_once(')')?;
        let ticks: f64 = fields.split_whitespace().nth(START_FIELD)?.parse().ok()?;
        let uptime: f64 = fs::read_to_string("/proc/uptime").ok()?.split_whitespace().next()?.parse().ok()?;
        let age = Duration::try_from_secs_f64(uptime - ticks / TICKS_PER_SECOND).ok()?;
        SystemTime::now().checked_sub(age + TOLERANCE)
    }

    /// Whether the process has the file open. False for other users' processes, whose files are not visible.
    pub(super) fn has_open(pid: u32, file: &Metadata) -> bool {
        let folder = PathBuf::from(format!("/proc/{pid}/fd"));
        let Ok(descriptors) = platform::names_in(&folder) else { return false };
        let mut opened = descriptors.filter_map(|name| fs::metadata(folder.join(name)).ok());
        opened.any(|opened| (opened.dev(), opened.ino()) == (file.dev(), file.ino()))
    }
}

#[cfg(not(target_os = "linux"))]
mod proc {
    use std::fs::Metadata;
    use std::time::SystemTime;

    pub(super) fn started_on(_pid: u32) -> Option<SystemTime> {
        None
    }

    pub(super) fn has_open(_pid: u32, _file: &Metadata) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{File, FileTimes};
    use std::process::{Child, Command, Stdio};
    use std::time::{Duration, SystemTime};

    use super::*;

    /// Creates a file with this age by the clock.
    fn file_of_age(age: Duration) -> File {
        let file = tempfile::tempfile().unwrap();
        let made = file.metadata().unwrap().modified().unwrap() - age;
        file.set_times(FileTimes::new().set_modified(made)).unwrap();
        file
    }

    const NOW: Duration = Duration::ZERO;
    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn a_process_may_hold_a_file_that_was_made_in_its_life() {
        assert!(process_may_hold(std::process::id(), &file_of_age(NOW).metadata().unwrap()));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_younger_than_the_file_is_another_one() {
        assert!(!process_may_hold(std::process::id(), &file_of_age(HOUR).metadata().unwrap()));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_that_has_the_file_open_may_hold_it_though_the_clock_was_set_forward() {
        let file = file_of_age(HOUR);
        let child = |stdin: Stdio| Ended(Command::new("sleep").arg("60").stdin(stdin).spawn().unwrap());
        let (holder, other) = (child(file.try_clone().unwrap().into()), child(Stdio::null()));
        assert!(process_may_hold(holder.0.id(), &file.metadata().unwrap()));
        assert!(!process_may_hold(other.0.id(), &file.metadata().unwrap()));
    }

    #[test]
    fn a_process_that_ended_holds_nothing() {
        let mut child = Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        let file = tempfile::tempfile().unwrap();
        file.set_times(FileTimes::new().set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(u32::MAX.into())))
            .unwrap();
        assert!(!process_may_hold(child.id(), &file.metadata().unwrap()));
    }

    #[test]
    fn numbers_that_are_no_process_hold_nothing() {
        for pid in [0, u32::MAX] {
            assert!(!process_may_hold(pid, &file_of_age(NOW).metadata().unwrap()));
        }
    }

    /// A child process that is killed at the end of the test.
    struct Ended(Child);

    impl Drop for Ended {
        fn drop(&mut self) {
            self.0.kill().unwrap();
            self.0.wait().unwrap();
        }
    }
}
