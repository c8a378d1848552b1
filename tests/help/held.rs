//! A lock file that a living process holds.

use std::fs::{File, FileTimes, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

/// A process that has a lock file open until it is dropped.
pub(crate) struct Held(Child);

impl Held {
    /// Starts a process that looks as if it had taken the lock at `path` this long ago.
    #[expect(clippy::disallowed_methods, reason = "a file's time is by the system's clock")]
    pub(crate) fn since(path: &Path, ago: Duration) -> Held {
        let mut file = OpenOptions::new().create_new(true).read(true).write(true).open(path).unwrap();
        let child = Command::new("sleep").arg("60").stdin(Stdio::from(file.try_clone().unwrap())).spawn().unwrap();
        write!(file, "{} tokcache", child.id()).unwrap();
        let taken = FileTimes::new().set_modified(SystemTime::now() - ago);
        File::set_times(&file, taken).unwrap();
        Held(child)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}
