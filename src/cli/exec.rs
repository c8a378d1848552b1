//! `tokcache exec`: runs a program with a token in its environment. Without a token, the program does not run.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::process::{Command, ExitCode};

use clap::Args;
use tokcache_file::platform;

use super::passphrase::PromptPolicy;
use super::settings::Settings;
use super::token::{Acquired, Selection, unfit};
use super::values::variable;
use super::{Exit, Failure};
use crate::output::{command_line, ensure_plain};

/// The exit codes of POSIX shells for a command that does not exist, and for one that is not executable.
const NOT_FOUND: u8 = 127;
const NOT_EXECUTABLE: u8 = 126;

#[derive(Args, Debug)]
pub(super) struct Input {
    #[command(flatten)]
    selection: Selection,

    /// The environment variable for the token
    #[arg(long, value_name = "NAME", default_value = "ACCESS_TOKEN", value_parser = variable)]
    env: String,

    /// Give the program an address to get tokens from as often as it needs them, instead of one token
    #[cfg(feature = "serve")]
    #[arg(long = "as", value_name = "KIND", value_enum, conflicts_with = "env")]
    endpoint: Option<super::exec_as::Kind>,

    /// The program and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

pub(super) fn run(settings: &Settings, input: Input) -> Result<ExitCode, Failure> {
    #[cfg(feature = "serve")]
    if let Some(kind) = input.endpoint {
        return super::exec_as::run(settings, kind, &input.selection, input.command);
    }
    let context = input.selection.context(settings, PromptPolicy::never(), true)?;
    let Acquired { outcome, .. } = input.selection.acquire(&context, false)?;
    ensure_plain(&outcome).map_err(unfit)?;
    let Some((program, arguments)) = input.command.split_first() else {
        return Err(Failure::new(Exit::Usage, "no command was given").try_shell("tokcache exec --help"));
    };
    let mut command = Command::new(program);
    command.args(arguments).env(&input.env, outcome.access_token.expose());
    drop((outcome, context));
    platform::exec(command).map_err(|error| {
        let program = program.to_string_lossy();
        let status = if error.kind() == ErrorKind::NotFound { NOT_FOUND } else { NOT_EXECUTABLE };
        Failure::new(Exit::Unexpected, format!("cannot run {program}: {error}"))
            .with_status(status)
            .try_shell(command_line(["command", "-V", &program]))
    })
}
