//! The commands: one file each, arguments as typed beside what they do.

mod args;
mod cache;
mod clear;
mod completions;
mod context;
mod encryption;
mod environment;
mod exec;
mod explain;
mod failure;
mod keys;
mod list;
mod login;
mod narrator;
mod passphrase;
mod profile;
mod profiles;
mod quick;
mod token;
mod wire_log;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

pub(crate) use failure::{Exit, Failure};

use crate::output::{self, ErrorFormat};
use args::{Arguments, Command};

/// Runs the command that was typed; the one place where an exit code is decided.
pub(crate) fn run() -> ExitCode {
    let quick = quick::parse(std::env::args_os().skip(1), |name| std::env::var_os(name));
    let arguments = match quick.map_or_else(Arguments::try_parse, Ok) {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    let format = arguments.settings.error_format;
    match dispatch(arguments) {
        Ok(exit) => exit,
        Err(failure) => fail(&failure, format),
    }
}

fn dispatch(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { settings, command } = arguments;
    match command {
        Command::Cache(command) => cache::run(&settings, command)?,
        Command::Clear(command) => clear::run(&settings, command)?,
        Command::Completions(command) => completions::run(&command)?,
        Command::Exec(command) => return exec::run(&settings, command),
        Command::Explain(command) => explain::run(&settings, command)?,
        Command::List(command) => list::run(&settings, &command)?,
        Command::Login(command) => login::run(&settings, command)?,
        Command::Profile(command) => profile::run(&settings, command)?,
        Command::Token(command) => token::run(&settings, command)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn fail(failure: &Failure, format: ErrorFormat) -> ExitCode {
    tell_failure(failure, format);
    ExitCode::from(failure.exit as u8)
}

fn tell_failure(failure: &Failure, format: ErrorFormat) {
    output::show_failure(&failure.view(&typed()), format);
}

/// The command line as it could be typed again.
fn typed() -> String {
    let words = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
    output::command_line(std::iter::once("tokcache".to_owned()).chain(words))
}

/// What clap says of a command line that it does not understand, or that asks for help.
fn usage(error: &clap::Error) -> ExitCode {
    let wants_json = || environment::asked_for_json_errors(std::env::args_os());
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) || !wants_json() {
        let _ = error.print();
        return ExitCode::from(if error.use_stderr() { Exit::Usage as u8 } else { 0 });
    }
    let text = error.to_string();
    let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
    fail(&Failure::new(Exit::Usage, message).try_command("tokcache --help"), ErrorFormat::Json)
}
