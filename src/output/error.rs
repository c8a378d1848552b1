//! Prints failures: two lines for people, or one line of JSON for programs.

use serde::Serialize;

use super::{json, plain, tell};

/// The format of errors.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub(crate) enum ErrorFormat {
    /// One line of JSON
    Json,
    /// The error, and the command that helps if there is one
    #[default]
    Text,
}

/// A failure, as JSON shows it.
#[derive(Serialize)]
pub(crate) struct FailureView<'a> {
    pub(crate) code: &'a str,
    pub(crate) message: &'a str,
    pub(crate) error: Option<&'a str>,
    pub(crate) error_description: Option<&'a str>,
    pub(crate) suberror: Option<&'a str>,
    pub(crate) retryable: bool,
    pub(crate) command: Option<&'a str>,
}

/// Prints `failure` on stderr.
pub(crate) fn show_failure(failure: &FailureView<'_>, format: ErrorFormat) {
    match format {
        ErrorFormat::Text => {
            tell(format_args!("error: {}", plain(failure.message)));
            if let Some(command) = failure.command {
                tell(format_args!("  try: {}", plain(command)));
            }
        }
        // Strings and booleans always serialize.
        ErrorFormat::Json => tell(&*json(failure).unwrap_or_default()),
    }
}
