//! Failures: two lines for people, or one line of JSON for programs.

use serde::Serialize;

use super::{plain, tell};
use crate::cli::Failure;

/// How failures are shown.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub(crate) enum ErrorFormat {
    /// One line of JSON
    Json,
    /// What failed, then what to type
    #[default]
    Text,
}

#[derive(Serialize)]
struct JsonError<'a> {
    code: &'a str,
    message: &'a str,
    error: Option<&'a str>,
    error_description: Option<&'a str>,
    suberror: Option<&'a str>,
    retryable: bool,
    command: &'a str,
}

/// Shows `failure` on stderr; `typed` is the command line that failed.
pub(crate) fn show_failure(failure: &Failure, format: ErrorFormat, typed: &str) {
    let command = failure.command.as_deref().unwrap_or(typed);
    match format {
        ErrorFormat::Text => {
            tell(format_args!("error: {}", plain(&failure.message)));
            tell(format_args!("  try: {}", plain(command)));
        }
        ErrorFormat::Json => {
            let response = failure.response.as_deref();
            let json = serde_json::to_string(&JsonError {
                code: failure.exit.name(),
                message: &failure.message,
                error: response.map(|response| response.error.as_str()),
                error_description: response.and_then(|response| response.error_description.as_deref()),
                suberror: response.and_then(|response| response.suberror.as_deref()),
                retryable: failure.is_retryable(),
                command,
            });
            // Strings and booleans always serialize.
            tell(json.unwrap_or_default());
        }
    }
}
