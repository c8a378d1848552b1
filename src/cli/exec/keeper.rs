//! Keeps the file with the token fresh as long as the program runs.
//!
//! On Unix, a process of its own does so, because the program takes the place of the first process. It is started
//! through a process in between that ends at once, so that the program has no child that it does not know. The names
//! of the processes, which `ps` shows, tell each of them its role.

use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

use tokcache_core::time::{Clock, Timestamp};

use super::token_file::TokenFile;
use crate::cli::context::Context;
use crate::cli::grants::Acquired;
use crate::cli::secrets::passphrase::PromptPolicy;
use crate::cli::settings::Settings;
use crate::cli::token::{Selection, unfit};
use crate::cli::{Exit, Failure};
use crate::output::{ensure_plain, plain, tell};

#[cfg(unix)]
pub(super) use unix::run;
#[cfg(not(unix))]
pub(super) use windows::run;

/// The longest pause without a look at the clock, which runs on while the machine sleeps.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The pause after the first failed refresh. It doubles with each further one, up to the longest pause.
const FIRST_RETRY: Duration = Duration::from_secs(1);

/// The shortest pause.
const SHORTEST_PAUSE: Duration = Duration::from_millis(200);

/// A file with a token, and what is needed to replace the token.
struct Keeper<'a> {
    context: Context,
    selection: &'a Selection,
    file: TokenFile,
    expires_on: Timestamp,
}

impl<'a> Keeper<'a> {
    /// Gets a token, and writes it into the file.
    fn new(settings: &Settings, selection: &'a Selection, path: Option<PathBuf>) -> Result<Keeper<'a>, Failure> {
        if selection.reads_standard_input() {
            let message = "--token-file needs an assertion that can be read again: name its file";
            return Err(Failure::new(Exit::Usage, message).try_with("--assertion-file", "PATH"));
        }
        let mut context = selection.context(settings, PromptPolicy::never(), true)?;
        let Acquired { outcome, .. } = selection.acquire(&context, false)?;
        ensure_plain(&outcome).map_err(unfit)?;
        let file = TokenFile::create(path, outcome.access_token.expose())?;
        context.observer.is_quiet = true;
        Ok(Keeper { context, selection, file, expires_on: outcome.expires_on })
    }

    /// Replaces the token before it expires, until `has_ended` returns true. `has_ended` waits as long as it is told.
    fn keep(mut self, mut has_ended: impl FnMut(Duration) -> bool) {
        let selection = self.selection.again();
        let (mut retry, mut is_told) = (FIRST_RETRY, false);
        let mut due = self.half_of_the_rest();
        loop {
            let left = due.seconds_since(self.context.clock.now());
            let pause = Duration::from_secs(left.try_into().unwrap_or(0)).clamp(SHORTEST_PAUSE, LONGEST_PAUSE);
            if has_ended(pause) {
                return;
            }
            if self.context.clock.now() < due {
                continue;
            }
            match self.refresh(&selection) {
                Ok(()) => {
                    (retry, is_told) = (FIRST_RETRY, false);
                    due = self.half_of_the_rest();
                }
                Err(failure) => {
                    if !std::mem::replace(&mut is_told, true) {
                        let path = self.file.path().display();
                        tell(plain(&format!("warning: the token in {path} is not renewed: {}", failure.message())));
                    }
                    due = self.context.clock.now().plus(retry);
                    retry = (retry * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    /// Returns the time of the next look at the cache. `acquire` decides whether a refresh is due; half of the rest of
    /// the lifetime is early enough for any lifetime, and often enough to find the refreshes of other programs.
    fn half_of_the_rest(&self) -> Timestamp {
        let now = self.context.clock.now();
        let rest = self.expires_on.seconds_since(now).max(0).unsigned_abs();
        now.plus(Duration::from_secs(rest / 2).max(Duration::from_secs(1)))
    }

    fn refresh(&mut self, selection: &Selection) -> Result<(), Failure> {
        let Acquired { outcome, .. } = selection.acquire(&self.context, false)?;
        ensure_plain(&outcome).map_err(unfit)?;
        self.file.replace(outcome.access_token.expose())?;
        self.expires_on = outcome.expires_on;
        Ok(())
    }
}

#[cfg(unix)]
mod unix {
    use std::io::{BufRead, BufReader, Write};
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    use std::os::unix::process::CommandExt;
    use std::process::Stdio;

    use tokcache_file::platform::{self, ProcessEnd};

    use super::{Command, Exit, ExitCode, Failure, Keeper, PathBuf, Selection, Settings};
    use crate::cli::program::start;
    use crate::cli::{environment, fail};

    /// The names of the process in between and of the one that keeps the file fresh. The process that becomes the
    /// program follows.
    const BETWEEN: &str = "tokcache-starts-refresh-for-";
    const KEEPER: &str = "tokcache-refreshes-token-file-for-";

    /// Ends the message of the keeper: the path, or the exit code of a failure that it has printed.
    const END: u8 = 0;
    const FAILED: u8 = b'!';

    pub(in crate::cli::exec) fn run(
        settings: &Settings,
        selection: &Selection,
        path: Option<PathBuf>,
        mut command: Command,
        variable: &str,
    ) -> Result<ExitCode, Failure> {
        let name = std::env::args_os().next().unwrap_or_default();
        let name = name.to_string_lossy();
        if let Some(program) = name.strip_prefix(BETWEEN) {
            platform::detach();
            spawn(&format!("{KEEPER}{program}"), Stdio::inherit())?;
            return Ok(ExitCode::SUCCESS);
        }
        if let Some(program) = name.strip_prefix(KEEPER).and_then(|process| process.parse().ok()) {
            return Ok(keep(settings, selection, path, program));
        }
        let mut between = spawn(&format!("{BETWEEN}{}", std::process::id()), Stdio::piped())?;
        let mut said = Vec::new();
        if let Some(stdout) = between.stdout.take() {
            let _ = BufReader::new(stdout).read_until(END, &mut said);
        }
        let _ = between.wait();
        match (said.pop(), said.as_slice()) {
            (Some(END), [FAILED, code]) => Ok(ExitCode::from(*code)),
            (Some(END), path) => {
                command.env(variable, std::ffi::OsStr::from_bytes(path));
                start(command)
            }
            _ => Err(cannot_keep("it ended too early")),
        }
    }

    /// Starts this program again with the same flags, under another name. The arguments of the other program may be
    /// secrets that it wipes.
    fn spawn(name: &str, stdout: Stdio) -> Result<std::process::Child, Failure> {
        let mut again = Command::new(platform::own_program().map_err(cannot_keep)?);
        let flags = std::env::args_os().skip(1).take_while(|word| word != "--");
        again.arg0(name).args(flags).args(["--", "COMMAND"]).stdin(Stdio::null()).stdout(stdout);
        again.spawn().map_err(cannot_keep)
    }

    /// Keeps the file fresh until `program` has ended, and tells the first process its path.
    fn keep(settings: &Settings, selection: &Selection, path: Option<PathBuf>, program: u32) -> ExitCode {
        platform::outlast_signals();
        let mut stdout = std::io::stdout();
        let mut say = |message: &[u8]| {
            // The first process may have been interrupted.
            let _ = stdout.write_all(&[message, &[END]].concat()).and_then(|()| stdout.flush());
        };
        let end = ProcessEnd::of(program).map_err(cannot_keep);
        match end.and_then(|end| Ok((end, Keeper::new(settings, selection, path)?))) {
            Ok((end, keeper)) => {
                say(&keeper.file.path().as_os_str().to_owned().into_vec());
                keeper.keep(|pause| end.within(pause));
                ExitCode::SUCCESS
            }
            Err(failure) => {
                let format = settings.error_format.unwrap_or_else(environment::error_format);
                fail(&failure, format, settings);
                say(&[FAILED, failure.code()]);
                ExitCode::FAILURE
            }
        }
    }

    fn cannot_keep(why: impl std::fmt::Display) -> Failure {
        let message = format!("cannot start the process that renews the token file: {why}");
        Failure::new(Exit::Unexpected, message).without_advice()
    }
}

#[cfg(not(unix))]
mod windows {
    use tokcache_file::platform;

    use super::{Command, ExitCode, Failure, Keeper, PathBuf, Selection, Settings};
    use crate::cli::program::cannot_run;

    /// The pause between two looks at the program.
    const PAUSE: std::time::Duration = std::time::Duration::from_millis(100);

    pub(in crate::cli::exec) fn run(
        settings: &Settings,
        selection: &Selection,
        path: Option<PathBuf>,
        mut command: Command,
        variable: &str,
    ) -> Result<ExitCode, Failure> {
        use tokcache_core::time::Clock as _;
        let keeper = Keeper::new(settings, selection, path)?;
        let clock = keeper.context.clock.clone();
        let program = command.get_program().to_owned();
        let mut child =
            command.env(variable, keeper.file.path()).spawn().map_err(|error| cannot_run(&program, &error))?;
        keeper.keep(|pause| {
            let start = clock.elapsed();
            loop {
                match child.try_wait() {
                    Ok(None) if clock.elapsed().saturating_sub(start) < pause => clock.sleep(PAUSE.min(pause)),
                    Ok(None) => return false,
                    _ => return true,
                }
            }
        });
        let status = child.wait().map_err(|error| cannot_run(&program, &error))?;
        Ok(platform::end_like(status))
    }
}
