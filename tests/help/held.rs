//! Locks that a living process holds.

use std::fs::{File, FileTimes, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, SystemTime};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::home::Home;
use crate::support::provider::{Provider, generous};

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

/// A provider that accepts a refresh and does not answer, and a `tokcache token` that waits for it.
pub(crate) struct Refreshing {
    child: Child,
    release: Option<Sender<()>>,
    _provider: Provider,
}

impl Refreshing {
    /// Starts `tokcache token` in a home whose access token has expired. It has the lease of the refresh.
    pub(crate) fn start(home: &Home) -> Refreshing {
        let (asked, is_asked) = channel();
        let (release, released) = channel::<()>();
        let provider = Provider::start(move |path, form| {
            if path == "/tenant/token" {
                let _ = asked.send(());
                let _ = released.recv();
            }
            generous(path, form)
        });
        home.use_provider(&provider.address());
        let child = home.program("token").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        is_asked.recv_timeout(Duration::from_secs(30)).unwrap();
        Refreshing { child, release: Some(release), _provider: provider }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn send(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Lets the provider answer, and waits for the end of the process. Returns whether it has succeeded.
    pub(crate) fn finish(&mut self) -> bool {
        self.release = None;
        self.child.wait().unwrap().success()
    }
}

impl Drop for Refreshing {
    fn drop(&mut self) {
        self.release = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
