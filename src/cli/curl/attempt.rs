//! Runs curl once: in place of this process, or beside it, so that a challenge of the server can be answered.

use std::ffi::OsString;
use std::io::Write;
#[cfg(unix)]
use std::io::{self, Read};
use std::process::{Child, ChildStdin, Command, ExitCode, Stdio};
#[cfg(unix)]
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

#[cfg(unix)]
use tokcache_core::oauth::Challenge;
use tokcache_core::secret::Zeroizing;
use tokcache_core::time::{Clock, SystemClock};
use tokcache_file::platform::{self, Forwarding};

use super::config::Config;
#[cfg(unix)]
use super::response::{Headers, Verdict};
use crate::cli::Failure;
use crate::cli::program::{cannot_run, start};

/// The name of the program.
const CURL: &str = "curl";

/// The time between two looks at the signals that have arrived.
const PAUSE: Duration = Duration::from_millis(50);

/// The output that is held back until the server has answered.
const MOST_HELD: usize = 1 << 20;

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

/// The result of an attempt that can be repeated.
pub(super) enum Outcome {
    /// The caller has the response.
    Ended(ExitCode),
    /// The server wants another token.
    Challenged(Box<Challenge>),
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

    /// Runs curl. If the server wants another token, nothing of its response is shown.
    /// `can_answer` is called at most once.
    #[cfg(unix)]
    pub(super) fn first(
        &self,
        config: &str,
        is_terminal: bool,
        can_answer: impl FnMut(&Challenge) -> bool,
    ) -> Result<Outcome, Failure> {
        let config = Config::new(config)?;
        let (headers, to_headers) = io::pipe().map_err(no_pipe)?;
        let number = platform::inherited(&to_headers).map_err(no_pipe)?;
        let mut options = vec!["--suppress-connect-headers".to_owned(), "--dump-header".to_owned()];
        options.push(format!("/dev/fd/{number}"));
        // curl shows no progress if the response goes to a terminal.
        options.extend(is_terminal.then(|| "--no-progress-meter".to_owned()));
        let mut command = self.command(&config, &options);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let forwarding = Forwarding::begin();
        let mut child = self.spawn(&mut command)?;
        drop((to_headers, config));
        let heard = hear(headers, &mut child).map_err(|error| ended(&mut child, &error))?;
        let challenge = relay(&heard, &child, &forwarding, can_answer);
        // If the caller reads no more, curl must notice.
        drop(heard);
        let code = wait(&mut child, &forwarding)?;
        Ok(challenge.map_or(Outcome::Ended(code), Outcome::Challenged))
    }

    fn command(&self, config: &Config, options: &[String]) -> Command {
        let (before, after) = self.words.split_at(self.end_of_options);
        let mut command = Command::new(CURL);
        // The user's configuration file could name other hosts and options; `-q` must be the first word.
        command.arg("-q").args(before).args(self.limits).args(options).args(config.arguments()).args(after);
        command
    }

    fn spawn(&self, command: &mut Command) -> Result<Child, Failure> {
        if self.body.is_some() {
            command.stdin(Stdio::piped());
        }
        let mut child = command.spawn().map_err(|error| cannot_run(CURL.as_ref(), &error))?;
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

fn in_thread(work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().spawn(work).map(drop)
}

/// Ends curl if it cannot be served, and returns the failure.
fn ended(child: &mut Child, error: &io::Error) -> Failure {
    let _ = child.kill();
    let _ = child.wait();
    cannot_run(CURL.as_ref(), error)
}

/// Bytes from curl.
#[cfg(unix)]
enum Heard {
    Header(Vec<u8>),
    /// There are no more headers.
    HeadersEnd,
    Output(Vec<u8>),
    Error(Vec<u8>),
}

/// Returns everything that curl writes.
#[cfg(unix)]
fn hear(headers: io::PipeReader, child: &mut Child) -> io::Result<Receiver<Heard>> {
    let (sender, receiver) = sync_channel(16);
    let of_headers = sender.clone();
    in_thread(move || {
        read_all(headers, &of_headers, Heard::Header);
        let _ = of_headers.send(Heard::HeadersEnd);
    })?;
    if let Some(stdout) = child.stdout.take() {
        let sender = sender.clone();
        in_thread(move || read_all(stdout, &sender, Heard::Output))?;
    }
    if let Some(stderr) = child.stderr.take() {
        in_thread(move || read_all(stderr, &sender, Heard::Error))?;
    }
    Ok(receiver)
}

#[cfg(unix)]
fn read_all(mut source: impl Read, sender: &SyncSender<Heard>, heard: fn(Vec<u8>) -> Heard) {
    let mut buffer = [0; 16_384];
    while let Ok(length @ 1..) = source.read(&mut buffer) {
        if sender.send(heard(buffer[..length].to_vec())).is_err() {
            return;
        }
    }
}

/// Passes curl's output on, as soon as the headers say that the response is for the caller. Returns the challenge if it
/// is not.
#[cfg(unix)]
fn relay(
    heard: &Receiver<Heard>,
    child: &Child,
    forwarding: &Forwarding,
    mut can_answer: impl FnMut(&Challenge) -> bool,
) -> Option<Box<Challenge>> {
    let mut headers = Headers::default();
    let (mut held, mut length) = (Vec::new(), 0);
    let mut verdict = Verdict::Unknown;
    loop {
        forwarding.pass_on(child);
        let (new, is_error) = match heard.recv_timeout(PAUSE) {
            Ok(Heard::Header(bytes)) => {
                if verdict == Verdict::Unknown {
                    verdict = match headers.add(&bytes) {
                        Verdict::Challenged(challenge) if !can_answer(&challenge) => Verdict::Final,
                        verdict => verdict,
                    };
                }
                (Vec::new(), false)
            }
            Ok(Heard::HeadersEnd) => {
                if verdict == Verdict::Unknown {
                    verdict = Verdict::Final;
                }
                (Vec::new(), false)
            }
            Ok(Heard::Output(bytes)) => (bytes, false),
            Ok(Heard::Error(bytes)) => (bytes, true),
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => break,
        };
        length += new.len();
        held.push((new, is_error));
        match &verdict {
            Verdict::Unknown if length <= MOST_HELD => {}
            Verdict::Challenged(_) => held.clear(),
            Verdict::Unknown | Verdict::Final => {
                verdict = Verdict::Final;
                if held.drain(..).any(|(bytes, is_error)| write(&bytes, is_error).is_err()) {
                    return None;
                }
            }
        }
    }
    match verdict {
        Verdict::Challenged(challenge) => Some(challenge),
        _ => None,
    }
}

#[cfg(unix)]
fn write(bytes: &[u8], is_error: bool) -> io::Result<()> {
    if is_error {
        // Nobody can be told that standard error is closed.
        let _ = io::stderr().write_all(bytes);
        return Ok(());
    }
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()
}

/// Waits for the end of curl, and passes signals on.
fn wait(child: &mut Child, forwarding: &Forwarding) -> Result<ExitCode, Failure> {
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

#[cfg(unix)]
fn no_pipe(error: io::Error) -> Failure {
    Failure::new(crate::cli::Exit::Unexpected, format!("cannot read curl's answer through a pipe: {error}"))
        .without_advice()
}
