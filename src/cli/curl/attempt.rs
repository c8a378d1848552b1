//! Runs curl: in place of this process, or beside it.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::{Child, ChildStdin, Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

use tokcache_core::secret::Zeroizing;
use tokcache_core::time::{Clock, SystemClock};
use tokcache_file::platform::{self, Forwarding};

use super::config::Config;
use crate::cli::Failure;
use crate::cli::program::{cannot_run, start};

/// The name of the program.
const CURL: &str = "curl";

/// curl's command line, without the token.
pub(super) struct Attempt<'a> {
    /// The words of the user.
    pub(super) words: &'a [OsString],
    /// The number of words before which options are added.
    pub(super) end_of_options: usize,
    /// Options that restrict curl.
    pub(super) limits: &'a [&'static str],
    /// The content of standard input, if curl has to get it from this process.
    pub(super) body: Option<&'a Zeroizing<Vec<u8>>>,
}

impl Attempt<'_> {
    /// Runs curl for the last time.
    pub(super) fn last(&self, config: &str) -> Result<ExitCode, Failure> {
        let config = Config::new(config)?;
        let mut command = self.command(&config, &[]);
        if cfg!(unix) && self.body.is_none() {
            return start(command);
        }
        let forwarding = Forwarding::begin();
        let mut child = self.spawn(&mut command)?;
        wait(&mut child, &forwarding)
    }

    /// Returns curl's command line, with these options.
    pub(super) fn command(&self, config: &Config, options: &[String]) -> Command {
        let (before, after) = self.words.split_at(self.end_of_options);
        let mut command = Command::new(CURL);
        // The user's configuration file could name other hosts and options; `-q` must be the first word.
        command.arg("-q").args(before).args(self.limits).args(options).args(config.arguments()).args(after);
        command
    }

    /// Starts curl.
    pub(super) fn spawn(&self, command: &mut Command) -> Result<Child, Failure> {
        if self.body.is_some() {
            command.stdin(Stdio::piped());
        }
        let mut child = platform::spawn(command).map_err(|error| cannot_run(CURL.as_ref(), &error))?;
        if let (Some(body), Some(stdin)) = (self.body, child.stdin.take()) {
            let fed = feed(stdin, body.clone());
            fed.map_err(|error| ended(&mut child, &error))?;
        }
        Ok(child)
    }
}

/// Writes the body in another thread, because curl may write before it has read everything.
fn feed(mut stdin: ChildStdin, body: Zeroizing<Vec<u8>>) -> io::Result<()> {
    // A server may refuse a request before it has the whole body.
    in_thread(move || drop(stdin.write_all(&body)))
}

/// Starts a thread. `thread::spawn` would panic if there can be none.
pub(super) fn in_thread(work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().spawn(work).map(drop)
}

/// Ends curl if it cannot be served, and returns the failure.
pub(super) fn ended(child: &mut Child, error: &io::Error) -> Failure {
    let _ = child.kill();
    let _ = child.wait();
    cannot_run(CURL.as_ref(), error)
}

/// Waits for the end of curl, and passes signals on.
pub(super) fn wait(child: &mut Child, forwarding: &Forwarding) -> Result<ExitCode, Failure> {
    let clock = SystemClock::new();
    loop {
        forwarding.pass_on(child);
        match child.try_wait() {
            Ok(None) => clock.sleep(Duration::from_millis(5)),
            Ok(Some(status)) => return Ok(platform::end_like(status)),
            Err(error) => return Err(cannot_run(CURL.as_ref(), &error)),
        }
    }
}
