//! What a failed command tells: one line of what failed, one of what to type, and an exit code that scripts rely on.

use std::path::Path;
use std::process::ExitCode;
use std::{fmt, io};

use tokcache::acquire::{AcquireError, InteractionRequired};
use tokcache::oauth::{AuthorityError, TokenErrorResponse};
use tokcache::store::{KeyError, KeySource, KeyringFault, SealError, StoreError};

use super::args::Settings;
use crate::output::{FailureView, command_line};

/// The exit codes, an API.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Exit {
    Unexpected = 1,
    Usage = 2,
    Config = 3,
    InteractionRequired = 4,
    Unavailable = 5,
    Denied = 6,
    Store = 7,
    MinValid = 8,
    Account = 9,
}

impl Exit {
    /// The name of the code in JSON errors.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Exit::Unexpected => "unexpected",
            Exit::Usage => "usage",
            Exit::Config => "config",
            Exit::InteractionRequired => "interaction_required",
            Exit::Unavailable => "unavailable",
            Exit::Denied => "denied",
            Exit::Store => "store",
            Exit::MinValid => "min_valid",
            Exit::Account => "account",
        }
    }
}

/// A command that failed.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    status: u8,
    message: String,
    advice: Advice,
    retryable: bool,
    /// What the authorization server said, if it was the one that refused.
    response: Option<Box<TokenErrorResponse>>,
}

/// What to type: a whole command that can be pasted.
#[derive(Debug)]
enum Advice {
    /// What was typed, again.
    Again,
    /// What was typed, with this value of this flag.
    AgainWith(&'static str, String),
    /// What was typed, less this flag.
    AgainWithout(&'static str),
    /// Something else.
    Shell(String),
    /// These words, with the flags that choose the same profile, client and cache.
    Tokcache(Vec<String>),
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl fmt::Display) -> Self {
        let retryable = exit == Exit::Unavailable;
        Failure {
            exit,
            status: exit as u8,
            message: message.to_string(),
            advice: Advice::Again,
            retryable,
            response: None,
        }
    }

    /// With another exit status than the code's own.
    pub(super) fn with_status(mut self, status: u8) -> Self {
        self.status = status;
        self
    }

    pub(super) fn status(&self) -> ExitCode {
        ExitCode::from(self.status)
    }

    /// With the `tokcache` command that helps, under the same settings.
    pub(super) fn try_tokcache<Word: Into<String>>(mut self, words: impl IntoIterator<Item = Word>) -> Self {
        self.advice = Advice::Tokcache(words.into_iter().map(Into::into).collect());
        self
    }

    /// With a command that helps.
    pub(super) fn try_shell(mut self, command: impl Into<String>) -> Self {
        self.advice = Advice::Shell(command.into());
        self
    }

    /// With what was typed, but this value of this flag.
    pub(super) fn try_with(mut self, flag: &'static str, value: impl Into<String>) -> Self {
        self.advice = Advice::AgainWith(flag, value.into());
        self
    }

    /// With more at the end of what failed.
    pub(super) fn saying_more(mut self, more: &str) -> Self {
        self.message.push_str(more);
        self
    }

    /// Named after this variable, where it says what is wrong; it is no help to correct what was typed, then.
    pub(super) fn of_variable(self, variable: &str, settings: &Settings) -> Self {
        if !settings.variables.contains(&variable) {
            return self;
        }
        let message = format!("{variable}: {}", self.message);
        Failure { message, ..self }.try_shell(format!("unset {variable}"))
    }

    /// Though it is for another reason than an outage, the same command may succeed later; or the other way round.
    pub(super) fn retryable(mut self, retryable: bool) -> Self {
        self.retryable = retryable;
        self
    }

    /// What to type; `typed` is the command line that failed, `settings` those that it ran under.
    pub(super) fn command(&self, typed: &[String], settings: &Settings) -> String {
        match &self.advice {
            Advice::Again => command_line(typed),
            Advice::AgainWith(flag, value) => {
                let (mut own, childs) = parted(typed);
                let mut is_there = false;
                for place in 0..own.len() {
                    if own[place].strip_prefix(flag).is_some_and(|rest| rest.starts_with('=')) {
                        own[place] = format!("{flag}={value}");
                        is_there = true;
                    } else if own[place] == *flag && place + 1 < own.len() {
                        own[place + 1].clone_from(value);
                        is_there = true;
                    }
                }
                if !is_there {
                    own.extend([(*flag).to_owned(), value.clone()]);
                }
                command_line(own.iter().chain(childs))
            }
            Advice::AgainWithout(flag) => {
                let (own, childs) = parted(typed);
                command_line(own.iter().filter(|word| word != flag).chain(childs))
            }
            Advice::Shell(command) => command.clone(),
            Advice::Tokcache(words) => {
                let program = std::iter::once("tokcache".to_owned());
                command_line(program.chain(words.iter().cloned()).chain(settings.flags_beside(words)))
            }
        }
    }

    /// As it is shown.
    pub(super) fn view<'a>(&'a self, command: &'a str) -> FailureView<'a> {
        let response = self.response.as_deref();
        FailureView {
            code: self.exit.name(),
            message: &self.message,
            error: response.map(|response| response.error.as_str()),
            error_description: response.and_then(|response| response.error_description.as_deref()),
            suberror: response.and_then(|response| response.suberror.as_deref()),
            retryable: self.retryable,
            command,
        }
    }

    /// With what helps against a cache that stays sealed, or is not sealed.
    fn try_unsealing(self, error: SealError) -> Self {
        let with_key =
            |command: &str, key: &KeySource| ["cache".into(), command.into(), "--encrypt".into(), key.to_string()];
        match error {
            SealError::Key { error: KeyError::Keyring(KeyringFault::NoItem), store, .. } => {
                self.try_shell(set_aside(store.strip_prefix("file:").unwrap_or(&store)))
            }
            // It can be typed again.
            SealError::Key { source: KeySource::Passphrase, error: KeyError::WrongKey(_), .. }
            | SealError::NewKey { error: KeyError::PassphrasesDiffer, .. } => self,
            SealError::Key { source: KeySource::Passphrase, .. }
            | SealError::NewKey { source: KeySource::Passphrase, .. } => {
                self.try_shell("export TOKCACHE_PASSPHRASE_FILE=FILE")
            }
            SealError::Key { source: KeySource::KeyFile(path), .. }
            | SealError::NewKey { source: KeySource::KeyFile(path), .. } => {
                self.try_shell(look_at(&path, io::ErrorKind::NotFound))
            }
            SealError::Moved { .. } => self.try_tokcache(["cache", "rekey", "--moved"]),
            SealError::NewKey { .. } => self.try_tokcache(["cache", "encrypt", "--encrypt", "key-file:PATH"]),
            SealError::NotAsWanted { found: None, wanted: Some(wanted) } => {
                self.try_tokcache(with_key("encrypt", &wanted))
            }
            SealError::NotAsWanted { wanted: Some(wanted), .. } => self.try_tokcache(with_key("rekey", &wanted)),
            SealError::NotAsWanted { .. } => self.try_tokcache(["cache", "decrypt"]),
            SealError::SameKey => self.try_tokcache(["cache", "rekey", "--encrypt", "key-file:NEW_PATH"]),
            _ => self.try_tokcache(["cache", "check"]),
        }
    }

    /// `login` are the words of the command that signs in for what was asked.
    pub(super) fn from_acquire(error: AcquireError, login: Vec<String>) -> Self {
        let exit = match &error {
            AcquireError::AmbiguousAccount { .. } | AcquireError::NoSuchAccount { .. } => Exit::Account,
            AcquireError::Denied(_) => Exit::Denied,
            AcquireError::InteractionRequired(_) | AcquireError::NotApproved => Exit::InteractionRequired,
            AcquireError::MinValid { .. } => Exit::MinValid,
            AcquireError::Misconfigured { .. }
            | AcquireError::Unsupported { .. }
            | AcquireError::WrongAuthority { .. } => Exit::Config,
            AcquireError::Store(_) => Exit::Store,
            _ => Exit::Unavailable,
        };
        let failure = Failure::new(exit, &error);
        match error {
            AcquireError::NoSuchAccount { candidates, .. } if candidates.is_empty() => failure.try_tokcache(login),
            AcquireError::AmbiguousAccount { .. } | AcquireError::NoSuchAccount { .. } => {
                failure.try_tokcache(["list"])
            }
            AcquireError::Denied(response)
            | AcquireError::InteractionRequired(InteractionRequired::Refused(response)) => {
                let claims = response.claims.iter().flat_map(|claims| ["--claims".to_owned(), claims.clone()]);
                let words: Vec<_> = login.into_iter().chain(claims).collect();
                Failure { response: Some(response), ..failure }.try_tokcache(words)
            }
            AcquireError::InteractionRequired(_) => failure.try_tokcache(login),
            AcquireError::MinValid { lifetime, .. } => failure.try_with("--min-valid", format!("{lifetime}s")),
            AcquireError::Offline => Failure { advice: Advice::AgainWithout("--offline"), ..failure },
            AcquireError::Store(error) => Failure::from(error),
            AcquireError::Unsupported { what } => {
                let endpoint = [format!("--{}", what.replace('_', "-")), "URL".to_owned()];
                failure.try_tokcache(login.into_iter().chain(endpoint))
            }
            AcquireError::WrongAuthority { .. } => failure.try_with("--authority", "URL"),
            _ => failure,
        }
    }
}

/// The command that makes room for a new cache. Not `rm`: what cannot be read here and now may be readable elsewhere,
/// where another keyring answers for instance.
pub(super) fn set_aside(path: &str) -> String {
    command_line(["mv", path, &format!("{path}.old")])
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let failure = Failure::new(Exit::Store, &error);
        match error {
            StoreError::Busy { .. } => failure.retryable(true),
            StoreError::Damaged { .. } => failure.try_tokcache(["cache", "check", "--repair"]),
            StoreError::Io { path, source, .. } => failure.try_shell(look_at(&path, source.kind())),
            StoreError::Sealed(error) => failure.try_unsealing(error),
            _ => failure.try_tokcache(["cache", "check"]),
        }
    }
}

/// The words for tokcache, and those of the command that `exec` is to run.
fn parted(typed: &[String]) -> (Vec<String>, &[String]) {
    let end = typed.iter().position(|word| word == "--").unwrap_or(typed.len());
    let (own, childs) = typed.split_at(end);
    (own.to_vec(), childs)
}

/// What shows why the system refused: doing the same once more does not.
pub(super) fn look_at(path: &Path, kind: io::ErrorKind) -> String {
    let there = path.ancestors().find(|path| path.symlink_metadata().is_ok()).unwrap_or(Path::new("."));
    let program: &[&str] = match kind {
        io::ErrorKind::QuotaExceeded | io::ErrorKind::StorageFull => &["df", "-h"],
        _ => &["ls", "-ld"],
    };
    command_line(program.iter().copied().chain([&*there.to_string_lossy()]))
}

impl From<AuthorityError> for Failure {
    fn from(error: AuthorityError) -> Self {
        let failure = Failure::new(Exit::Config, &error);
        match error {
            AuthorityError::Tenant { .. } | AuthorityError::TenantUnused => failure.try_shell("tokcache login --help"),
            _ => failure.try_with("--authority", "URL"),
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Failure::new(Exit::Unexpected, format!("{error:#}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advised(advice: Advice, typed: &str) -> String {
        let typed: Vec<_> = typed.split(' ').map(str::to_owned).collect();
        Failure { advice, ..Failure::new(Exit::Unexpected, "") }.command(&typed, &Settings::default())
    }

    #[test]
    fn a_flag_is_changed_in_what_was_typed_and_not_in_what_exec_would_run() {
        let shorter = |typed| advised(Advice::AgainWith("--min-valid", "60s".to_owned()), typed);
        assert_eq!(
            shorter("tokcache exec --min-valid 2h --scope a -- b --min-valid 2h"),
            "tokcache exec --min-valid 60s --scope a -- b --min-valid 2h"
        );
        assert_eq!(shorter("tokcache token --min-valid=2h -o json"), "tokcache token --min-valid=60s -o json");
        assert_eq!(shorter("tokcache exec -- b"), "tokcache exec --min-valid 60s -- b");
        let online = advised(Advice::AgainWithout("--offline"), "tokcache exec --offline -- b --offline");
        assert_eq!(online, "tokcache exec -- b --offline");
    }

    #[test]
    fn what_is_no_authority_is_not_advised_again() {
        let error = AcquireError::WrongAuthority { message: "another issuer".to_owned() };
        let advice = Failure::from_acquire(error, Vec::new()).advice;
        assert_eq!(advised(advice, "tokcache token --authority https://a"), "tokcache token --authority URL");
    }

    #[test]
    fn what_the_system_refused_is_looked_at_where_there_is_something() {
        let folder = std::env::temp_dir();
        let folder = folder.canonicalize().unwrap();
        let shown = command_line([&*folder.to_string_lossy()]);
        let file = folder.join("tokcache-no-such-folder/token_cache.json");
        assert_eq!(look_at(&file, io::ErrorKind::PermissionDenied), format!("ls -ld {shown}"));
        assert_eq!(look_at(&file, io::ErrorKind::StorageFull), format!("df -h {shown}"));
        assert_eq!(look_at(&folder, io::ErrorKind::ReadOnlyFilesystem), format!("ls -ld {shown}"));
    }

    #[test]
    fn a_key_file_that_is_gone_is_looked_for_and_not_asked_for_again() {
        let folder = std::env::temp_dir().canonicalize().unwrap();
        let path = folder.join("tokcache-no-such-folder/key");
        let error = SealError::Key {
            source: KeySource::KeyFile(path.clone()),
            error: KeyError::KeyFile { path, why: "gone".to_owned() },
            store: "file:/cache".to_owned(),
        };
        let advice = Failure::from(StoreError::Sealed(error)).command(&[], &Settings::default());
        assert_eq!(advice, command_line(["ls", "-ld", &*folder.to_string_lossy()]));
    }
}
