//! What clap says of a command line, in the form that every failure has: what failed, and what to type.

use std::process::ExitCode;

use clap::CommandFactory;
use clap::error::{Error, ErrorKind};

use super::args::{Arguments, Settings};
use super::{Exit, Failure, environment, fail};
use crate::output::ErrorFormat;

/// Shows help and the version, which are no failures, or what is wrong with the command line.
pub(super) fn show(error: &Error) -> ExitCode {
    let format = environment::error_format_of(std::env::args_os());
    // Whoever types nothing at all is shown what there is; a program wants one line.
    let is_bare = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if !error.use_stderr() || is_bare && format == ErrorFormat::Text {
        let _ = error.print();
        return ExitCode::from(if is_bare { Exit::Usage as u8 } else { 0 });
    }
    let is_commandless = is_bare || error.kind() == ErrorKind::MissingSubcommand;
    let message = if is_commandless { "no command was given".to_owned() } else { message(&error.to_string()) };
    let failure = Failure::new(Exit::Usage, message).try_shell(format!("{} --help", command_meant()));
    fail(&failure, format, &Settings::default())
}

/// Clap's paragraphs as one line, less those that the advice replaces.
fn message(text: &str) -> String {
    let is_kept = |paragraph: &&str| !["Usage:", "For more"].iter().any(|advice| paragraph.starts_with(advice));
    let lines = text.split("\n\n").filter(is_kept).map(|paragraph| {
        let words: Vec<_> = paragraph.split_whitespace().filter(|word| !["error:", "tip:"].contains(word)).collect();
        words.join(" ")
    });
    lines.collect::<Vec<_>>().join("; ")
}

/// The command that was typed, as far as it can be made out.
fn command_meant() -> String {
    let matches = Arguments::command().ignore_errors(true).try_get_matches();
    let mut words = vec!["tokcache".to_owned()];
    let mut rest = matches.as_ref().ok().and_then(|matches| matches.subcommand());
    while let Some((word, matches)) = rest {
        words.push(word.to_owned());
        rest = matches.subcommand();
    }
    words.join(" ")
}
