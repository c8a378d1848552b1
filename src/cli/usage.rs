//! What clap says of a command line, in the form that every failure has: what failed, and what to type.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use clap::{CommandFactory, Parser};

use super::args::{Arguments, Settings};
use super::repeated::repeatable;
use super::{Exit, Failure, environment, fail, typed};
use crate::output::{ErrorFormat, command_line};

/// Shows help and the version, which are no failures, or what is wrong with the command line.
pub(super) fn show(error: &Error) -> ExitCode {
    let format = environment::error_format_of(std::env::args_os());
    // Whoever types nothing at all is shown what there is; a program wants one line.
    let is_bare = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if !error.use_stderr() || is_bare && format == ErrorFormat::Text {
        let _ = error.print();
        return ExitCode::from(if is_bare { Exit::Usage as u8 } else { 0 });
    }
    fail(&failure(error, is_bare), format, &Settings::default())
}

fn failure(error: &Error, is_bare: bool) -> Failure {
    if let Some(parted) = with_command_parted(error) {
        return Failure::new(Exit::Usage, "the command to run has to stand after --").try_shell(parted);
    }
    if error.kind() == ErrorKind::InvalidUtf8 {
        let what = broken_flag(std::env::args_os()).unwrap_or_else(|| "an argument".to_owned());
        return Failure::new(Exit::Usage, format!("{what} is not UTF-8"))
            .try_shell(format!("{} --help", command_meant()));
    }
    let is_commandless = is_bare || error.kind() == ErrorKind::MissingSubcommand;
    let message = if is_commandless { "no command was given".to_owned() } else { message(&error.to_string()) };
    let advice = corrected(error, &typed()).unwrap_or_else(|| format!("{} --help", command_meant()));
    Failure::new(Exit::Usage, message).try_shell(advice)
}

/// What users of other tools type, and what does it here.
const ELSEWHERE: [(&str, &[&str]); 14] = [
    ("--json", &["-o", "json"]),
    ("access-token", &["token"]),
    ("accounts", &["list"]),
    ("auth", &["login"]),
    ("config", &["profile"]),
    ("get-access-token", &["token"]),
    ("get-token", &["token"]),
    ("print-token", &["token"]),
    ("profiles", &["profile", "list"]),
    ("refresh", &["token", "--force-refresh"]),
    ("run", &["exec"]),
    ("status", &["list"]),
    ("version", &["--version"]),
    ("whoami", &["list"]),
];

/// The command line with the one wrong word put right: by what it means elsewhere, else by the one word that is near.
/// `None` where that would be wrong in another way, or shows more than was understood.
fn corrected(error: &Error, typed: &[String]) -> Option<String> {
    let (wrong, near) = match error.kind() {
        ErrorKind::InvalidSubcommand => (ContextKind::InvalidSubcommand, ContextKind::SuggestedSubcommand),
        ErrorKind::UnknownArgument => (ContextKind::InvalidArg, ContextKind::SuggestedArg),
        ErrorKind::InvalidValue => (ContextKind::InvalidValue, ContextKind::SuggestedValue),
        _ => return None,
    };
    let ContextValue::String(wrong) = error.get(wrong)? else { return None };
    let elsewhere: Option<Vec<_>> = ELSEWHERE
        .iter()
        .find(|(word, _)| word == wrong)
        .map(|(_, here)| here.iter().map(ToString::to_string).collect());
    let words = elsewhere.or_else(|| Some(vec![only(error.get(near)?)?.to_owned()]))?;
    let place = typed.iter().position(|word| word == wrong)?;
    let line = [&typed[..place], &words, &typed[place + 1..]].concat();
    let is_understood = match Arguments::try_parse_from(&line) {
        Ok(_) => true,
        Err(error) => !error.use_stderr(),
    };
    is_understood.then(|| command_line(line))
}

/// The suggestion, if there is one only.
fn only(suggested: &ContextValue) -> Option<&str> {
    match suggested {
        ContextValue::String(word) => Some(word),
        ContextValue::Strings(words) => match words.as_slice() {
            [word] => Some(word),
            _ => None,
        },
        _ => None,
    }
}

/// The flag whose value is not text.
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

/// `exec ls` as it has to be typed: `exec -- ls`.
fn with_command_parted(error: &Error) -> Option<String> {
    let is_a_word = |value: &ContextValue| matches!(value, ContextValue::String(word) if !word.starts_with('-'));
    if error.kind() != ErrorKind::UnknownArgument || !error.get(ContextKind::InvalidArg).is_some_and(is_a_word) {
        return None;
    }
    let typed = typed();
    // The last place that makes sense: before that stand flags and their values.
    let mut parted =
        (1..typed.len()).rev().map(|place| [&typed[..place], &["--".to_owned()], &typed[place..]].concat());
    parted.find(|words| Arguments::try_parse_from(words).is_ok()).map(|words| command_line(repeatable(words)))
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
