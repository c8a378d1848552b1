//! The commands. Each file holds the arguments and the code of one command.

mod application;
mod args;
mod assertion;
mod auto;
mod browser;
mod cache;
mod check_users;
mod clear;
mod clear_users;
mod client_secret;
mod complete;
mod completions;
mod configure;
mod consumer;
mod context;
mod copy;
mod correction;
mod credential;
mod credential_helper;
mod curl;
mod desktop;
mod doctor;
mod elsewhere;
mod encrypt_users;
mod encryption;
#[cfg(feature = "serve")]
mod endpoint_args;
mod environment;
mod error_map;
mod exec;
#[cfg(feature = "serve")]
mod exec_as;
mod explain;
mod failure;
mod fast_args;
mod flow;
mod folder;
mod folder_format;
mod help;
mod hint;
mod hosts;
mod identity;
mod keys;
mod list;
mod list_users;
mod list_view;
mod login;
mod login_args;
mod near;
mod offline_access;
mod other_tools;
mod panic_hook;
mod passphrase;
mod presets;
mod profile;
mod profile_format;
mod profiles;
mod program;
mod progress;
mod promise;
mod provider;
#[cfg(feature = "serve")]
mod proxy;
mod registration;
mod remedy;
mod remember;
mod removal;
mod repeated;
mod resource;
mod scopes;
mod secret_file;
mod secret_input;
#[cfg(feature = "serve")]
mod serve;
mod settings;
#[cfg_attr(
    not(all(feature = "postgres", feature = "redis", feature = "sqlite")),
    allow(dead_code, unused_imports, reason = "each store uses a part")
)]
mod shared;
mod siblings;
mod status;
mod store;
mod store_password;
mod tenant;
mod terminal_observer;
mod token;
#[cfg(feature = "serve")]
mod token_source;
mod trust;
mod usage;
mod values;
mod whose;
mod wire_log;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::FromArgMatches;
use tokcache_file::platform;

pub(crate) use failure::{Exit, Failure};

use crate::output::{self, ErrorFormat};
use args::{Arguments, Command};
use credential_helper::Called;
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
    let words = match credential_helper::called(std::env::args_os()) {
        Some(Called::CargoPlugin) => return Ok(None),
        Some(Called::Words(words)) => words,
        None => curl::parted(std::env::args_os().collect()),
    };
    Arguments::from_arg_matches(&help::command().try_get_matches_from(words)?).map(Some)
}

/// Runs the command and decides the exit code.
fn run_command() -> ExitCode {
    let arguments = || std::env::args_os().skip(1);
    let Arguments { settings, command } = match fast_args::parse(arguments()) {
        Some(arguments) => arguments,
        None => match complete::parse(arguments()) {
            Some(kind) => return complete::run(kind),
            None => match parse() {
                Ok(Some(arguments)) => arguments,
                Ok(None) => return credential_helper::run_cargo_plugin(),
                Err(error) => return usage::show(&error),
            },
        },
    };
    let format = settings.error_format.unwrap_or_else(environment::error_format);
    if let Some(folder) = &settings.config_dir {
        environment::use_config_dir(folder);
    }
    #[cfg(feature = "serve")]
    let (settings, command) = match proxy::select(settings, command) {
        Ok(selected) => selected,
        Err(failure) => return fail(&failure, format, &Settings::default()),
    };
    let settings = match resource::select(settings).or_environment() {
        Ok(settings) => settings,
        Err(failure) => return fail(&failure, format, &Settings::default()),
    };
    let selected = if command.selects_profile() { folder::select(settings) } else { Ok(settings) };
    let settings = match selected {
        Ok(settings) => settings,
        Err(failure) => return fail(&failure, format, &Settings::default()),
    };
    match dispatch(&settings, command) {
        Ok(exit) => exit,
        Err(failure) => fail(&failure, format, &settings),
    }
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
        Command::Completions { shell } => completions::run(shell)?,
        Command::Doctor(command) => return doctor::run(settings, &command),
        Command::Configure(command) => configure::run(settings, &command)?,
        Command::Credential(command) => return credential_helper::run(settings, &command),
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
    // Words that are not UTF-8 become a placeholder.
    let text = |word: OsString| word.into_string().unwrap_or_else(|_| "PATH".to_owned());
    let words = curl::parted(std::env::args_os().collect()).into_iter().skip(1).map(text);
    std::iter::once("tokcache".to_owned()).chain(words).collect()
}
