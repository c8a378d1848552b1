//! The sources of passphrases: a file, a descriptor or a prompt, but never an argument.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokcache_core::secret::Passphrase;
use tokcache_file::{KeyError, PassphraseFor, Passphrases, platform};
use zeroize::Zeroizing;

use crate::cli::environment;
use crate::cli::settings::values::in_time;

/// An upper bound for a passphrase, in bytes.
const LONGEST: usize = 4096;

/// Whether a command may prompt the user, and the answers that were given beforehand.
#[derive(Clone, Debug, Default)]
pub(in crate::cli) struct PromptPolicy {
    /// True for commands such as `login`, false for commands that scripts run.
    pub(in crate::cli) allowed: bool,
    /// The file with the new passphrase of `rekey`.
    pub(in crate::cli) new_passphrase_file: Option<PathBuf>,
}

impl PromptPolicy {
    /// Forbids prompts.
    pub(in crate::cli) fn never() -> Self {
        PromptPolicy::default()
    }

    /// Allows prompts.
    pub(in crate::cli) fn allowed() -> Self {
        PromptPolicy { allowed: true, new_passphrase_file: None }
    }

    /// Whether prompts are allowed and a terminal is there to show them.
    pub(super) fn reaches_somebody(&self) -> bool {
        self.allowed && is_on_terminal()
    }
}

fn is_on_terminal() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Time limits for a keyring or a pipe, without and with a user at the terminal.
const PATIENCE: Duration = Duration::from_secs(3);
const PATIENCE_WITH_A_PERSON: Duration = Duration::from_secs(60);

/// Returns how long a source of keys may take to answer.
pub(in crate::cli) fn patience(asking: &PromptPolicy) -> Duration {
    if asking.reaches_somebody() { PATIENCE_WITH_A_PERSON } else { PATIENCE }
}

/// The passphrases of one run.
pub(super) struct PassphrasesOfRun {
    asking: PromptPolicy,
    /// Whether the passphrase from the environment has opened the cache, so that it cannot be the new one.
    is_old: AtomicBool,
}

impl PassphrasesOfRun {
    pub(in crate::cli) fn new(asking: PromptPolicy) -> Self {
        PassphrasesOfRun { asking, is_old: AtomicBool::new(false) }
    }

    /// A program at the other end of a pipe may itself prompt a user.
    fn patience(&self) -> Duration {
        patience(&self.asking)
    }
}

impl Passphrases for PassphrasesOfRun {
    fn passphrase(&self, purpose: PassphraseFor) -> Result<Passphrase, KeyError> {
        if let (PassphraseFor::NewKey, Some(path)) = (purpose, &self.asking.new_passphrase_file) {
            return read_in_time(path, self.patience());
        }
        if let Some(path) = environment::passphrase_file()
            && !self.is_old.load(Ordering::Relaxed)
        {
            self.is_old.store(purpose == PassphraseFor::OldKey, Ordering::Relaxed);
            return read_in_time(&path, self.patience());
        }
        if !self.asking.reaches_somebody() {
            return Err(why(match purpose {
                PassphraseFor::NewKey => "a new passphrase is needed, and there is no terminal on which to ask for it",
                _ if is_on_terminal() => {
                    "the cache is encrypted with a passphrase, and only `login` and `cache` ask for it"
                }
                _ => "the cache is encrypted with a passphrase, and there is no terminal on which to ask for it",
            }));
        }
        ask(purpose)
    }
}

/// Returns the first line of a file or a pipe. Gives up after `patience`.
fn read_in_time(path: &Path, patience: Duration) -> Result<Passphrase, KeyError> {
    let file = path.to_owned();
    in_time(patience, move || read(&file)).unwrap_or_else(|error| {
        let seconds = patience.as_secs();
        Err(why(match error.kind() {
            io::ErrorKind::TimedOut => format!("{} delivered no passphrase within {seconds} s", path.display()),
            io::ErrorKind::BrokenPipe => format!("cannot read the passphrase from {}", path.display()),
            _ => error.to_string(),
        }))
    })
}

/// Refuses a file that other users can read. Reads only to the end of the line, because the writer of a pipe may not
/// close it.
fn read(path: &Path) -> Result<Passphrase, KeyError> {
    let unreadable = |error: io::Error| why(format!("cannot read the passphrase from {}: {error}", path.display()));
    let mut file = File::open(path).map_err(unreadable)?;
    if let Some(exposure) = platform::exposure(&file.metadata().map_err(unreadable)?) {
        return Err(why(format!("the passphrase in {} is not secret: {exposure}", path.display())));
    }
    let (mut text, mut length) = (Zeroizing::new([0; LONGEST]), 0);
    while length < LONGEST && !text[..length].contains(&b'\n') {
        match file.read(&mut text[length..]) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(error)),
        }
    }
    if length == LONGEST && !text.contains(&b'\n') {
        return Err(why(format!(
            "the passphrase in {} is longer than {}",
            path.display(),
            platform::bytes(LONGEST as u64)
        )));
    }
    let text = std::str::from_utf8(&text[..length]).map_err(|_| unreadable(io::ErrorKind::InvalidData.into()))?;
    not_empty(text.lines().next().unwrap_or_default())
}

/// Prompts for the passphrase. A new one has to be typed twice.
fn ask(purpose: PassphraseFor) -> Result<Passphrase, KeyError> {
    let prompt =
        |text: &str| platform::read_password(text).map_err(|error| why(format!("no passphrase was typed: {error}")));
    match purpose {
        PassphraseFor::OldKey => not_empty(&prompt("Passphrase of the token cache: ")?),
        PassphraseFor::NewKey => {
            let passphrase = prompt("New passphrase for the token cache: ")?;
            if passphrase != prompt("Repeat the passphrase: ")? {
                return Err(KeyError::PassphrasesDiffer);
            }
            not_empty(&passphrase)
        }
    }
}

fn not_empty(text: &str) -> Result<Passphrase, KeyError> {
    if text.is_empty() { Err(why("the passphrase is empty")) } else { Ok(Passphrase::new(text)) }
}

fn why(why: impl ToString) -> KeyError {
    KeyError::Passphrase { why: why.to_string() }
}
