//! The commands. A file or folder with the name of a command holds its arguments and its code. The other folders serve
//! several commands. From the bottom up:
//!
//! - `settings`, `failure`, `environment`: what is typed, how a command fails, and the variables;
//! - `profiles`, `secrets`, `client_credential`, `store`, `observer`, `desktop`, `hosts`, `resource`: what a command
//!   needs;
//! - `context`: all of that, resolved for one command;
//! - `grants`: the flows that need no person;
//! - `login` and `token`, which other commands use too: to sign in, and for the flags that select a token;
//! - `endpoint`: the life of a local server; `program`: starting another program;
//! - `command_line`: the definition of all commands for clap; `panic_hook`: the report of a panic.

mod cache;
mod clear;
mod client_credential;
mod command_line;
mod completions;
mod configure;
mod context;
mod credential;
mod curl;
mod desktop;
mod doctor;
#[cfg(feature = "serve")]
mod endpoint;
mod environment;
mod exec;
mod explain;
mod failure;
mod grants;
mod help;
mod hosts;
mod list;
mod login;
mod observer;
mod panic_hook;
mod profile;
mod profiles;
mod program;
#[cfg(feature = "serve")]
mod proxy;
mod resource;
mod secrets;
#[cfg(feature = "serve")]
mod serve;
mod settings;
mod status;
mod store;
mod token;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches};
use tokcache_file::platform;

pub(crate) use failure::{Exit, Failure};

use crate::output::{self, ErrorFormat};
use command_line::{Arguments, Command};
use credential::Called;
use settings::Settings;

/// Runs the command line in a process without core dumps.
pub(crate) fn run() -> ExitCode {
    platform::disable_core_dumps();
    platform::set_caller(environment::caller);
    output::set_preferences(environment::preferences);
    panic_hook::guard(run_command)
}

/// Parses any command line with clap. Returns `None` if cargo asks for a credential. Not inlined, because a cached token
/// takes the fast path.
#[inline(never)]
fn parse() -> Result<Option<Arguments>, clap::Error> {
    let words = match credential::called(std::env::args_os()) {
        Some(Called::CargoPlugin) => return Ok(None),
        Some(Called::Words(words)) => words,
        None => command_line::parting::parted(std::env::args_os().collect()),
    };
    Arguments::from_arg_matches(&help::command().try_get_matches_from(words)?).map(Some)
}

/// Runs the command and decides the exit code.
fn run_command() -> ExitCode {
    let arguments = || std::env::args_os().skip(1);
    let Arguments { settings, mut command } = match command_line::fast::parse(arguments()) {
        Some(arguments) => arguments,
        None => match completions::values::parse(arguments()) {
            Some(kind) => return completions::values::run(kind),
            None => match parse() {
                Ok(Some(arguments)) => arguments,
                Ok(None) => return credential::run_cargo_plugin(command_line::of_credential),
                Err(error) => return command_line::usage::show(&error),
            },
        },
    };
    let format = settings.error_format.unwrap_or_else(environment::error_format);
    if let Some(folder) = &settings.config_dir {
        environment::use_config_dir(folder);
    }
    let settings = match select_profile(settings, &mut command) {
        Ok(settings) => settings,
        Err(failure) => return fail(&failure, format, &Settings::default()),
    };
    match dispatch(&settings, command) {
        Ok(exit) => exit,
        Err(failure) => fail(&failure, format, &settings),
    }
}

/// Fills in the settings of the environment, and selects the profile that the command line or the folder names.
fn select_profile(settings: Settings, command: &mut Command) -> Result<Settings, Failure> {
    let settings = match command {
        #[cfg(feature = "serve")]
        Command::Proxy(input) => proxy::select(settings, input)?,
        _ => settings,
    };
    let settings = resource::select(settings).or_environment()?;
    if command.selects_profile() { profiles::folder::select(settings) } else { Ok(settings) }
}

fn dispatch(settings: &Settings, command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Token(command) => token::run(settings, command).map(|()| ExitCode::SUCCESS),
        command => dispatch_rarer(settings, command),
    }
}

/// Runs the other commands. A separate function, so that `token` does not reserve stack space for all of them.
#[inline(never)]
fn dispatch_rarer(settings: &Settings, command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Cache(command) => cache::run(settings, command)?,
        Command::Clear(command) => clear::run(settings, command)?,
        Command::Curl(command) => return curl::run(settings, command),
        Command::Completions { shell } => completions::run(shell, &Arguments::command())?,
        Command::Doctor(command) => return doctor::run(settings, &command, &Arguments::command()),
        Command::Configure(command) => configure::run(settings, &command)?,
        Command::Credential(command) => return credential::run(settings, &command, command_line::of_credential),
        Command::Exec(command) => return exec::run(settings, command),
        Command::Explain(command) => explain::run(settings, command)?,
        Command::Help { topic } => help::run(&topic)?,
        Command::List(command) => list::run(settings, &command)?,
        Command::Login(command) => login::run(settings, *command)?,
        Command::Profile(command) => profile::run(settings, command)?,
        #[cfg(feature = "serve")]
        Command::Proxy(command) => return proxy::run(settings, command),
        #[cfg(feature = "serve")]
        Command::Serve(command) => return serve::run(settings, command),
        Command::Status(command) => status::run(settings, &command)?,
        Command::Token(command) => token::run(settings, command)?,
        Command::Unconfigure(command) => configure::undo(settings, &command)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn fail(failure: &Failure, format: ErrorFormat, settings: &Settings) -> ExitCode {
    let command = failure.command(&typed(), settings);
    output::show_failure(&failure.view(command.as_deref()), format);
    failure.status()
}

/// Returns the command line for a suggestion to run it again.
fn typed() -> Vec<String> {
    failure::typed(command_line::parting::parted(std::env::args_os().collect()))
}
