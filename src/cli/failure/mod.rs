//! A failed command: a line that says what failed, a line with a command that helps, and an exit code for scripts.

pub(super) mod hint;
pub(super) mod near;
pub(super) mod repeated;

use std::ffi::OsString;
use std::fmt;
use std::process::ExitCode;

use tokcache_core::oauth::TokenErrorResponse;

use super::settings::Settings;
use crate::output::FailureView;
use hint::Hint;
use repeated::without_passwords;

/// The exit codes. Scripts depend on them.
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
    /// Returns the name of the code in JSON errors.
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
    /// The name in JSON errors, if it differs from that of the exit code.
    code: Option<&'static str>,
    message: Box<str>,
    /// `None` suggests the same command again, if a retry can help.
    advice: Option<Hint>,
    retryable: bool,
    /// When the provider wants to be asked again, in seconds. Small, because every result has room for a failure.
    #[cfg_attr(not(feature = "serve"), allow(dead_code, reason = "only `serve` passes it on"))]
    retry_after: Option<u16>,
    /// The authorization server's response, if the server refused.
    response: Option<Box<TokenErrorResponse>>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl fmt::Display) -> Self {
        let retryable = exit == Exit::Unavailable;
        Failure {
            exit,
            status: exit as u8,
            code: None,
            message: without_passwords(&message.to_string()).into(),
            advice: None,
            retryable,
            retry_after: None,
            response: None,
        }
    }

    /// Replaces the exit status.
    pub(super) fn with_status(mut self, status: u8) -> Self {
        self.status = status;
        self
    }

    /// Replaces the name in JSON errors.
    pub(super) fn with_code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    pub(super) fn status(&self) -> ExitCode {
        ExitCode::from(self.status)
    }

    /// Returns the exit status as a number.
    #[cfg(unix)]
    pub(super) fn code(&self) -> u8 {
        self.status
    }

    /// Removes the suggested command.
    pub(super) fn without_advice(mut self) -> Self {
        self.advice = None;
        self
    }

    /// Suggests a `tokcache` command, with the flags of this run's settings.
    pub(super) fn try_tokcache<Word: Into<String>>(mut self, words: impl IntoIterator<Item = Word>) -> Self {
        self.advice = Some(Hint::Tokcache(words.into_iter().map(Into::into).collect()));
        self
    }

    /// Adds flags to a suggested sign-in, unless it has the first one.
    pub(super) fn with_login_flags(mut self, flags: Vec<String>) -> Self {
        if let Some(Hint::Tokcache(words)) = &mut self.advice
            && words.iter().any(|word| word == "login" || word == "--login")
            && flags.first().is_some_and(|flag| !words.contains(flag))
        {
            words.extend(flags);
        }
        self
    }

    /// Suggests unsetting the variable if the setting came from it; otherwise like [`Failure::try_tokcache`].
    pub(super) fn try_unset_or_tokcache(mut self, variable: &'static str, words: Vec<String>) -> Self {
        self.advice = Some(Hint::UnsetOrTokcache(variable, words));
        self
    }

    /// Suggests a shell command.
    pub(super) fn try_shell(mut self, command: impl Into<String>) -> Self {
        self.advice = Some(Hint::Shell(command.into()));
        self
    }

    /// Suggests the same command again, because the user can correct an input.
    pub(super) fn try_again(mut self) -> Self {
        self.advice = Some(Hint::Again);
        self
    }

    /// Suggests the same command with this value for this flag.
    pub(super) fn try_with(mut self, flag: &'static str, value: impl Into<String>) -> Self {
        self.advice = Some(Hint::AgainWith(flag, value.into()));
        self
    }

    /// Suggests the same command with these values for these flags.
    pub(super) fn try_with_all(mut self, flags: Vec<(&'static str, String)>) -> Self {
        self.advice = Some(Hint::AgainWithAll(flags));
        self
    }

    /// Suggests the same command without this flag.
    pub(super) fn try_without(mut self, flag: &'static str) -> Self {
        self.advice = Some(Hint::AgainWithout(flag));
        self
    }

    /// Suggests the same command without this flag and its value.
    pub(super) fn try_without_value(mut self, flag: &'static str) -> Self {
        self.advice = Some(Hint::AgainWithoutValue(flag));
        self
    }

    /// Suggests the same command with `other` in place of `word`, which is the value of `flag` or a positional
    /// argument.
    pub(super) fn try_instead(mut self, flag: &'static str, word: &str, other: &str) -> Self {
        self.advice = Some(Hint::AgainInstead(flag, word.to_owned(), other.to_owned()));
        self
    }

    /// Attaches the authorization server's response.
    pub(super) fn with_response(mut self, response: Box<TokenErrorResponse>) -> Self {
        self.response = Some(response);
        self
    }

    /// The error for a client that the provider does not know.
    pub(super) fn unknown_client() -> Self {
        Failure::new(Exit::Config, "the provider does not know the client")
            .with_code("unknown_client")
            .try_tokcache(["login", "--replace"])
    }

    /// Whether a person has to sign in.
    pub(super) fn needs_sign_in(&self) -> bool {
        self.exit == Exit::InteractionRequired
    }

    /// Whether the provider refuses the client.
    pub(super) fn is_of_client(&self) -> bool {
        let refusal = self.response.as_ref().map(|response| &response.error);
        self.code == Some("unknown_client")
            || refusal.is_some_and(|error| matches!(error.as_str(), "invalid_client" | "unauthorized_client"))
    }

    /// Appends to the message.
    pub(super) fn saying_more(mut self, more: &str) -> Self {
        self.message = format!("{}{}", self.message, without_passwords(more)).into();
        self
    }

    /// Prefixes the message with the variable, if the setting came from it. Then no corrected command line is
    /// suggested.
    pub(super) fn of_variable(self, variable: &str, settings: &Settings) -> Self {
        if !settings.variables.contains(&variable) {
            return self;
        }
        let message = format!("{variable}: {}", self.message);
        Failure { message: message.into(), ..self }.try_shell(format!("unset {variable}"))
    }

    /// Overrides whether the same command may succeed later. By default only an outage is retryable.
    pub(super) fn retryable(mut self, retryable: bool) -> Self {
        self.retryable = retryable;
        self
    }

    /// Records when the provider wants to be asked again, in seconds.
    pub(super) fn retrying_after(mut self, seconds: Option<u64>) -> Self {
        self.retry_after = seconds.map(|seconds| u16::try_from(seconds).unwrap_or(u16::MAX));
        self
    }

    /// Returns when the provider wants to be asked again, in seconds.
    #[cfg(feature = "serve")]
    pub(super) fn retry_after(&self) -> Option<u64> {
        self.retry_after.map(u64::from)
    }

    /// Whether the same command may succeed later.
    #[cfg(feature = "serve")]
    pub(super) fn is_retryable(&self) -> bool {
        self.retryable
    }

    /// The message.
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    /// The exit code.
    pub(super) fn exit(&self) -> Exit {
        self.exit
    }

    /// Returns the suggested command. `typed` is the failed command line, and `settings` are its settings.
    pub(super) fn command(&self, typed: &[String], settings: &Settings) -> Option<String> {
        let advice = self.advice.as_ref().or(self.retryable.then_some(&Hint::Again))?;
        Some(advice.command(typed, settings))
    }

    /// Returns the view for output.
    pub(super) fn view<'a>(&'a self, command: Option<&'a str>) -> FailureView<'a> {
        let response = self.response.as_deref();
        FailureView {
            code: self.code.unwrap_or(self.exit.name()),
            message: &self.message,
            error: response.map(|response| response.error.as_str()),
            error_description: response.and_then(|response| response.error_description.as_deref()),
            suberror: response.and_then(|response| response.suberror.as_deref()),
            retryable: self.retryable,
            command,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Failure::new(Exit::Unexpected, format!("{error:#}"))
    }
}

/// Returns a command line as text, for a suggestion to run it again.
pub(super) fn typed(words: impl IntoIterator<Item = OsString>) -> Vec<String> {
    // Words that are not UTF-8 become a placeholder.
    let text = |word: OsString| word.into_string().unwrap_or_else(|_| "PATH".to_owned());
    std::iter::once("tokcache".to_owned()).chain(words.into_iter().skip(1).map(text)).collect()
}
