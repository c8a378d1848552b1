//! `tokcache exec`: runs a program with a token. Without a token, the program does not run.
//!
//! On Unix the program takes the place of this process, so that its terminal, signals and exit status are the caller's
//! own. A token file is then kept fresh by another process (`keeper.rs`).

#[cfg(feature = "serve")]
mod endpoint;
mod keeper;
mod token_file;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser as _};
use tokcache_core::secret::{SecretBuffer, Zeroizing};
use tokcache_file::platform;

use super::grants::Acquired;
use super::program::start;
use super::secrets::passphrase::PromptPolicy;
use super::settings::Settings;
use super::settings::values::{path, variable};
use super::token::{Selection, unfit};
use super::{Exit, Failure};
use crate::output::ensure_plain;

#[derive(Args, Debug)]
pub(super) struct Input {
    #[command(flatten)]
    selection: Selection,

    /// The environment variable for the token [default: ACCESS_TOKEN] or, with --token-file, for the path of the file
    /// [default: ACCESS_TOKEN_FILE]
    #[arg(long, value_name = "NAME", value_parser = variable)]
    env: Option<String>,

    /// Put the token into a file in place of a variable, and replace it before it expires, until the program ends;
    /// without a PATH, in a private temporary folder
    #[arg(long, value_name = "PATH", num_args = 0..=1, conflicts_with = "token_fd")]
    #[arg(value_parser = OsStringValueParser::new().try_map(path))]
    token_file: Option<Option<PathBuf>>,

    /// Hand the token over on this file descriptor in place of a variable; 0 is the standard input of the program
    #[arg(long, value_name = "NUMBER", conflicts_with = "env", value_parser = descriptor)]
    token_fd: Option<i32>,

    /// Give the program an address to get tokens from as often as it needs them, instead of one token
    #[cfg(feature = "serve")]
    #[arg(long = "as", value_name = "KIND", value_enum, conflicts_with_all = ["env", "token_file", "token_fd"])]
    endpoint: Option<crate::cli::exec::endpoint::Kind>,

    /// The program and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

pub(super) fn run(settings: &Settings, input: Input) -> Result<ExitCode, Failure> {
    #[cfg(feature = "serve")]
    if let Some(kind) = input.endpoint {
        return crate::cli::exec::endpoint::run(settings, kind, &input.selection, input.command);
    }
    let Some((program, arguments)) = input.command.split_first() else {
        return Err(Failure::new(Exit::Usage, "no command was given").try_shell("tokcache exec --help"));
    };
    let mut command = Command::new(program);
    command.args(arguments);
    if let Some(path) = input.token_file {
        let variable = input.env.as_deref().unwrap_or("ACCESS_TOKEN_FILE");
        return keeper::run(settings, &input.selection, path, command, variable);
    }
    let handover = match input.token_fd {
        Some(number) => Handover::descriptor(number)?,
        None => Handover::Variable(input.env.unwrap_or_else(|| "ACCESS_TOKEN".to_owned())),
    };
    let context = input.selection.context(settings, PromptPolicy::never(), true)?;
    let Acquired { outcome, .. } = input.selection.acquire(&context, false)?;
    ensure_plain(&outcome).map_err(unfit)?;
    let token = Zeroizing::new(outcome.access_token.expose().to_owned());
    drop((outcome, context));
    handover.run(command, token)
}

/// How the program gets the token.
enum Handover {
    /// In a variable of this name.
    Variable(String),
    /// On its standard input.
    Input,
    /// On a descriptor.
    #[cfg(unix)]
    Descriptor(platform::SecretPipe),
}

impl Handover {
    /// Takes the descriptor at once: later, this process may have opened another file there.
    fn descriptor(number: i32) -> Result<Handover, Failure> {
        if number == 0 {
            return Ok(Handover::Input);
        }
        #[cfg(unix)]
        {
            let taken = format!("the file descriptor {number} is open already");
            let pipe = platform::SecretPipe::at(number).map_err(|error| no_pipe(&error))?;
            let pipe = pipe.ok_or_else(|| Failure::new(Exit::Usage, taken).try_with("--token-fd", "NUMBER"))?;
            Ok(Handover::Descriptor(pipe))
        }
        #[cfg(not(unix))]
        Err(Failure::new(Exit::Usage, "this system has no other file descriptor than 0 for a token")
            .try_with("--token-fd", "0"))
    }

    /// Runs the program, in place of this process if possible.
    fn run(self, mut command: Command, token: Zeroizing<String>) -> Result<ExitCode, Failure> {
        match self {
            Handover::Variable(name) => {
                command.env(name, token.as_str());
                drop(token);
                start(command)
            }
            #[cfg(unix)]
            Handover::Input => {
                let pipe = platform::SecretPipe::new().and_then(|pipe| pipe.fill(&line(&token)));
                command.stdin(pipe.map_err(|error| no_pipe(&error))?);
                drop(token);
                start(command)
            }
            #[cfg(unix)]
            Handover::Descriptor(pipe) => {
                let pipe = pipe.fill(&line(&token)).map_err(|error| no_pipe(&error))?;
                drop(token);
                pipe.inherited().map_err(|error| no_pipe(&error))?;
                start(command)
            }
            #[cfg(not(unix))]
            Handover::Input => {
                use super::program::cannot_run;
                use std::io::Write as _;
                let program = command.get_program().to_owned();
                let mut child = command
                    .stdin(std::process::Stdio::piped())
                    .spawn()
                    .map_err(|error| cannot_run(&program, &error))?;
                // A program that does not read its input is no failure.
                let _ = child.stdin.take().map(|mut stdin| stdin.write_all(&line(&token)));
                let status = child.wait().map_err(|error| cannot_run(&program, &error))?;
                Ok(platform::end_like(status))
            }
        }
    }
}

/// Returns the token as a line, as `token` prints it.
fn line(token: &str) -> Zeroizing<Vec<u8>> {
    let mut line = SecretBuffer::with_capacity(token.len() + 1);
    line.push_str(token);
    line.push('\n');
    Zeroizing::new(line.finish().as_bytes().to_vec())
}

#[cfg(unix)]
fn no_pipe(error: &std::io::Error) -> Failure {
    Failure::new(Exit::Unexpected, format!("cannot hand over the token through a pipe: {error}")).without_advice()
}

/// Parses the number of a descriptor that the program may read from.
fn descriptor(text: &str) -> Result<i32, String> {
    match text.parse() {
        Ok(number @ (0 | 3..)) => Ok(number),
        Ok(1 | 2) => Err("1 and 2 are the output of the program: type 0, or 3 and above".to_owned()),
        _ => Err("type a number, such as 3".to_owned()),
    }
}
