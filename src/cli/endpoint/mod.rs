//! The flags of the commands that run an endpoint, and its life.

#[cfg(feature = "serve")]
pub(super) mod token_source;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser as _};
use tokcache_file::platform;

use super::program::cannot_run;
use super::settings::values::{bound, path};
use super::{Exit, Failure, environment};
use crate::endpoint::{self, Bounds, End, Finish, Listener, RunError, Service};
use crate::output::tell;

/// How long an endpoint lives that no program bounds.
const USUAL_DURATION: Duration = Duration::from_secs(8 * 3600);

/// The maximum number of threads that wait for servers. Each request that is passed on takes one.
const MOST_THREADS: usize = 256;

/// Prepares an endpoint and its program.
pub(super) type Prepare<'a> =
    Box<dyn FnOnce(Option<u16>, Option<&mut Command>) -> Result<(Arc<dyn Service>, Finish), Failure> + 'a>;

/// The flags of an endpoint.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct EndpointArgs {
    /// The port on 127.0.0.1 [default: a free one]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,

    /// Listen on a Unix socket with mode 0600 instead, for example to mount it into a container
    #[arg(long, value_name = "PATH", conflicts_with = "port")]
    #[arg(value_parser = OsStringValueParser::new().try_map(path))]
    socket: Option<PathBuf>,

    /// End after this time, at most a day [default: 8h; with COMMAND, when it ends]
    #[arg(long, value_name = "DURATION", value_parser = bound)]
    duration: Option<Duration>,

    /// A program to run with the address in its environment; the endpoint ends with it, and returns its exit status
    #[arg(last = true, value_name = "COMMAND")]
    pub(super) command: Vec<OsString>,
}

impl EndpointArgs {
    /// Returns the flags for one program.
    pub(super) fn of_program(command: Vec<OsString>) -> Self {
        EndpointArgs { command, ..EndpointArgs::default() }
    }

    /// Whether the endpoint is a Unix socket.
    pub(super) fn is_socket(&self) -> bool {
        self.socket.is_some()
    }

    fn duration(&self) -> Option<Duration> {
        self.duration.or(self.command.is_empty().then_some(USUAL_DURATION))
    }

    async fn listener(&self) -> Result<Listener, Failure> {
        match &self.socket {
            Some(path) => Listener::unix(path).map_err(|error| {
                let message = format!("cannot listen on the socket {}: {error}", path.display());
                Failure::new(Exit::Config, message).try_with("--socket", "PATH")
            }),
            None => Listener::tcp(self.port.unwrap_or(0)).await.map_err(|error| {
                let message = format!("cannot listen on port {} of 127.0.0.1: {error}", self.port.unwrap_or(0));
                Failure::new(Exit::Config, message).try_without_value("--port")
            }),
        }
    }

    /// Runs an endpoint to its end. `prepare` gets the port, prints the address or sets the variables of the program,
    /// and returns the service, and a function that waits until no token is being requested.
    pub(super) fn run(self, prepare: Prepare<'_>) -> Result<ExitCode, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .max_blocking_threads(MOST_THREADS)
            .enable_all()
            .build()
            .map_err(|error| Failure::new(Exit::Unexpected, format!("cannot start the endpoint: {error}")))?;
        let mut program = self.command.split_first().map(|(program, arguments)| {
            let mut command = Command::new(program);
            command.args(arguments);
            // The program gets access tokens, and nothing else.
            for name in environment::SECRETS {
                command.env_remove(name);
            }
            // A request to the endpoint must not go through the proxy of the network.
            command.envs(environment::no_proxy_of_child());
            command
        });
        let ended = runtime.block_on(async {
            let listener = self.listener().await?;
            let (service, finish) = prepare(listener.port(), program.as_mut())?;
            let bounds = Bounds { duration: self.duration(), program };
            endpoint::run(listener, service, bounds, finish).await.map_err(|error| self.failure(&error))
        });
        // Threads that wait for a server end with the process.
        runtime.shutdown_background();
        Ok(match ended? {
            End::Child(status) => platform::exit_code(status),
            End::Signal(signal) => ExitCode::from(u8::try_from(128 + signal).unwrap_or(u8::MAX)),
            End::Time => {
                tell("the time limit is reached; --duration sets another one");
                ExitCode::SUCCESS
            }
        })
    }

    fn failure(&self, error: &RunError) -> Failure {
        match error {
            RunError::System(error) => Failure::new(Exit::Unexpected, format!("the endpoint has failed: {error}")),
            RunError::Program(error) => {
                cannot_run(self.command.first().map(OsString::as_os_str).unwrap_or_default(), error)
            }
        }
    }
}
