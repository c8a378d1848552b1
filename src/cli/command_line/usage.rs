//! Shows clap's errors in the form of all failures: the cause, and a command that helps.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use clap::{CommandFactory, Parser};

use super::Arguments;
use super::correction::corrected;
use super::other_tools::is_of_secret;
use crate::cli::failure::repeated::repeatable;
use crate::cli::settings::Settings;
use crate::cli::{Exit, Failure, environment, fail, typed};
use crate::output::{ErrorFormat, command_line};

/// Prints help or the version, or the error in the command line.
pub(in crate::cli) fn show(error: &Error) -> ExitCode {
    let format = environment::error_format_of(std::env::args_os());
    // A user who types no command gets the help; a program gets one line.
    let is_bare = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if !error.use_stderr() || is_bare && format == ErrorFormat::Text {
        let _ = error.print();
        return ExitCode::from(if is_bare { Exit::Usage as u8 } else { 0 });
    }
    fail(&failure(error, is_bare), format, &Settings::default())
}

fn failure(error: &Error, is_bare: bool) -> Failure {
    if let Some(parted) = with_command_parted(error) {
        return Failure::new(Exit::Usage, "the program to run must come after --").try_shell(parted);
    }
    if error.kind() == ErrorKind::InvalidUtf8 {
        let what = broken_flag(std::env::args_os()).unwrap_or_else(|| "an argument".to_owned());
        return Failure::new(Exit::Usage, format!("{what} is not UTF-8"))
            .try_shell(format!("{} --help", command_meant()));
    }
    let is_commandless = is_bare || error.kind() == ErrorKind::MissingSubcommand;
    let mut message = if is_commandless { "no command was given".to_owned() } else { message(&error.to_string()) };
    if matches!(error.get(ContextKind::InvalidArg), Some(ContextValue::String(flag)) if is_of_secret(flag) && !flag.ends_with("-file"))
        && error.kind() == ErrorKind::UnknownArgument
    {
        message.push_str(": tokcache takes no secret as an argument, where other users can see it");
    }
    // A user may have typed the secret in place of the variable that holds it.
    if let Some(ContextValue::String(flag)) = error.get(ContextKind::InvalidArg)
        && let Some(ContextValue::String(value)) = error.get(ContextKind::InvalidValue)
        && flag.contains("-variable")
    {
        message = message.replacen(&format!("invalid value '{value}'"), "invalid value", 1);
    }
    let advice = corrected(error, &typed()).unwrap_or_else(|| format!("{} --help", command_meant()));
    Failure::new(Exit::Usage, message).try_shell(advice)
}

/// Returns the flag whose value is not UTF-8.
fn broken_flag(words: impl Iterator<Item = OsString>) -> Option<String> {
    let words: Vec<_> = words.collect();
    let at = words.iter().position(|word| word.to_str().is_none())?;
    let word = words[at].to_string_lossy();
    let is_flag = |word: &str| word.starts_with('-');
    match word.split_once('=') {
        Some((flag, _)) if is_flag(flag) => Some(format!("the value of {flag}")),
        _ => {
            let before = words.get(at.checked_sub(1)?)?.to_str().filter(|before| is_flag(before))?;
            Some(format!("the value of {before}"))
        }
    }
}

/// Inserts the missing `--`: `exec ls` becomes `exec -- ls`.
fn with_command_parted(error: &Error) -> Option<String> {
    let is_a_word = |value: &ContextValue| matches!(value, ContextValue::String(word) if !word.starts_with('-'));
    if error.kind() != ErrorKind::UnknownArgument || !error.get(ContextKind::InvalidArg).is_some_and(is_a_word) {
        return None;
    }
    let typed = typed();
    // Try the last position first: flags and their values come before the program.
    let mut parted =
        (1..typed.len()).rev().map(|place| [&typed[..place], &["--".to_owned()], &typed[place..]].concat());
    parted.find(|words| Arguments::try_parse_from(words).is_ok()).map(|words| command_line(repeatable(words)))
}

/// Joins clap's paragraphs into one line, without those that the suggested command replaces.
fn message(text: &str) -> String {
    let is_kept = |paragraph: &&str| {
        !["Usage:", "For more", "tip:"].iter().any(|advice| paragraph.trim_start().starts_with(advice))
    };
    let lines = text.split("\n\n").filter(is_kept).map(|paragraph| {
        let words: Vec<_> = paragraph.split_whitespace().filter(|word| *word != "error:").collect();
        words.join(" ")
    });
    lines.collect::<Vec<_>>().join("; ")
}

/// Returns the command that was typed, as far as clap recognizes it.
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
