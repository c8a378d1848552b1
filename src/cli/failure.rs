//! What a failed command tells: one line of what failed, one of what to type, and an exit code that scripts rely on.

use std::fmt;
use std::process::ExitCode;

use tokcache_core::oauth::TokenErrorResponse;

use super::hint::Hint;
use super::repeated::without_passwords;
use super::settings::Settings;
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
    exit: Exit,
    status: u8,
    /// Its name in JSON errors, where one exit code has more than one.
    code: Option<&'static str>,
    message: String,
    /// `None`: the same again, where that can help.
    advice: Option<Hint>,
    retryable: bool,
    /// What the authorization server said, if it was the one that refused.
    response: Option<Box<TokenErrorResponse>>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl fmt::Display) -> Self {
        let retryable = exit == Exit::Unavailable;
        Failure {
            exit,
            status: exit as u8,
            code: None,
            message: without_passwords(&message.to_string()),
            advice: None,
            retryable,
            response: None,
        }
    }

    /// With another exit status than the code's own.
    pub(super) fn with_status(mut self, status: u8) -> Self {
        self.status = status;
        self
    }

    /// With another name than the exit code's own.
    pub(super) fn with_code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    pub(super) fn status(&self) -> ExitCode {
        ExitCode::from(self.status)
    }

    /// Without a command: none helps.
    pub(super) fn without_advice(mut self) -> Self {
        self.advice = None;
        self
    }

    /// With the `tokcache` command that helps, under the same settings.
    pub(super) fn try_tokcache<Word: Into<String>>(mut self, words: impl IntoIterator<Item = Word>) -> Self {
        self.advice = Some(Hint::Tokcache(words.into_iter().map(Into::into).collect()));
        self
    }

    /// With the variable unset, if it is what was heeded; else as [`Failure::try_tokcache`].
    pub(super) fn try_unset_or_tokcache(mut self, variable: &'static str, words: Vec<String>) -> Self {
        self.advice = Some(Hint::UnsetOrTokcache(variable, words));
        self
    }

    /// With a command that helps.
    pub(super) fn try_shell(mut self, command: impl Into<String>) -> Self {
        self.advice = Some(Hint::Shell(command.into()));
        self
    }

    /// With what was typed: a person can do better the next time.
    pub(super) fn try_again(mut self) -> Self {
        self.advice = Some(Hint::Again);
        self
    }

    /// With what was typed, but this value of this flag.
    pub(super) fn try_with(mut self, flag: &'static str, value: impl Into<String>) -> Self {
        self.advice = Some(Hint::AgainWith(flag, value.into()));
        self
    }

    /// With what was typed, but these values of these flags.
    pub(super) fn try_with_all(mut self, flags: Vec<(&'static str, String)>) -> Self {
        self.advice = Some(Hint::AgainWithAll(flags));
        self
    }

    /// With what was typed, less this flag.
    pub(super) fn try_without(mut self, flag: &'static str) -> Self {
        self.advice = Some(Hint::AgainWithout(flag));
        self
    }

    /// With what was typed, less this flag and its value.
    pub(super) fn try_without_value(mut self, flag: &'static str) -> Self {
        self.advice = Some(Hint::AgainWithoutValue(flag));
        self
    }

    /// With what was typed, but another word in the place of one that is a value of `flag`, or stands alone.
    pub(super) fn try_instead(mut self, flag: &'static str, word: &str, other: &str) -> Self {
        self.advice = Some(Hint::AgainInstead(flag, word.to_owned(), other.to_owned()));
        self
    }

    /// With what the authorization server said.
    pub(super) fn with_response(mut self, response: Box<TokenErrorResponse>) -> Self {
        self.response = Some(response);
        self
    }

    /// With more at the end of what failed.
    pub(super) fn saying_more(mut self, more: &str) -> Self {
        self.message.push_str(&without_passwords(more));
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

    /// What failed.
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    /// The exit code.
    #[cfg(test)]
    pub(super) fn exit(&self) -> Exit {
        self.exit
    }

    /// What to type, if anything helps; `typed` is the command line that failed, `settings` those that it ran under.
    pub(super) fn command(&self, typed: &[String], settings: &Settings) -> Option<String> {
        let advice = self.advice.as_ref().or(self.retryable.then_some(&Hint::Again))?;
        Some(advice.command(typed, settings))
    }

    /// As it is shown.
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
