//! What a failed command tells: one line of what failed, one of what to type, and an exit code that scripts rely on.

use std::fmt;

use tokcache::acquire::{AcquireError, InteractionRequired};
use tokcache::oauth::{AuthorityError, TokenErrorResponse};
use tokcache::store::StoreError;

use crate::output::FailureView;

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
    pub(crate) exit: Exit,
    pub(crate) message: String,
    /// A whole command that can be pasted; `None`: the one that was typed, again.
    pub(crate) command: Option<String>,
    /// What the authorization server said, if it was the one that refused.
    pub(crate) response: Option<Box<TokenErrorResponse>>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl fmt::Display) -> Self {
        Failure { exit, message: message.to_string(), command: None, response: None }
    }

    /// With the command that helps.
    pub(crate) fn try_command(mut self, command: impl Into<String>) -> Self {
        self.command = Some(command.into());
        self
    }

    /// Whether the same command may succeed later with nothing else done.
    pub(crate) fn is_retryable(&self) -> bool {
        self.exit == Exit::Unavailable
    }

    /// As it is shown; `typed` is the command line that failed.
    pub(crate) fn view<'a>(&'a self, typed: &'a str) -> FailureView<'a> {
        let response = self.response.as_deref();
        FailureView {
            code: self.exit.name(),
            message: &self.message,
            error: response.map(|response| response.error.as_str()),
            error_description: response.and_then(|response| response.error_description.as_deref()),
            suberror: response.and_then(|response| response.suberror.as_deref()),
            retryable: self.is_retryable(),
            command: self.command.as_deref().unwrap_or(typed),
        }
    }

    /// A store's failure; `check` is the command that looks at it.
    pub(crate) fn from_store(error: &StoreError, check: &str) -> Self {
        let repair = if matches!(error, StoreError::Damaged { .. }) { " --repair" } else { "" };
        Failure::new(Exit::Store, error).try_command(format!("{check}{repair}"))
    }

    /// `login` is the command that signs in again with the same settings; `list` shows the accounts, and `check`
    /// looks at the store.
    pub(crate) fn from_acquire(error: AcquireError, login: &str, list: &str, check: &str) -> Self {
        if let AcquireError::Store(error) = &error {
            return Failure::from_store(error, check);
        }
        let (exit, command) = match &error {
            AcquireError::AmbiguousAccount { .. } | AcquireError::NoSuchAccount { .. } => {
                (Exit::Account, Some(list.to_owned()))
            }
            AcquireError::Denied(_) => (Exit::Denied, Some(login.to_owned())),
            AcquireError::InteractionRequired(_) => (Exit::InteractionRequired, Some(login.to_owned())),
            AcquireError::MinValid { .. } => (Exit::MinValid, None),
            AcquireError::Unsupported { what } => {
                (Exit::Config, Some(format!("{login} --{} URL", what.replace('_', "-"))))
            }
            _ => (Exit::Unavailable, None),
        };
        let message = error.to_string();
        let response = match error {
            AcquireError::Denied(response)
            | AcquireError::InteractionRequired(InteractionRequired::Refused(response)) => Some(response),
            _ => None,
        };
        Failure { exit, message, command, response }
    }
}

impl From<AuthorityError> for Failure {
    fn from(error: AuthorityError) -> Self {
        Failure::new(Exit::Config, error).try_command("tokcache login --help")
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Failure::new(Exit::Unexpected, format!("{error:#}"))
    }
}
