//! The connection of a store. It is opened when it is first used, and reopened when it has ended. Every wait has a limit.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use redis::{Cmd, Value, cmd};
use tokcache_core::store::mutex::locked;
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep, timeout};

use crate::connect::Connection;
use crate::error::{Error, ErrorKind};
use crate::script::Script;
use crate::settings::Settings;
use crate::url::Place;

/// How long nobody tries to connect after the server could not be reached. One call of a client may need several commands,
/// and must not wait for each of them.
const HOLD: Duration = Duration::from_secs(1);

/// The pauses between attempts while a server restarts or a primary is elected.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_millis(400);

type Opening = Shared<BoxFuture<'static, Result<Connection, Error>>>;

pub(crate) struct Link {
    settings: Arc<Settings>,
    /// The URL without the password.
    server: String,
    runtime: Handle,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// All commands use the same connection, and wait for it together.
    opening: Option<Opening>,
    /// The number of the connection.
    number: u64,
    /// The last failure to connect.
    failed: Option<(Instant, Error)>,
}

impl Link {
    pub(crate) fn new(settings: Arc<Settings>, runtime: Handle) -> Self {
        Link { server: settings.url.to_string(), settings, runtime, state: Mutex::default() }
    }

    /// Returns the URL without the password.
    pub(crate) fn server(&self) -> &str {
        &self.server
    }

    pub(crate) fn is_cluster(&self) -> bool {
        matches!(self.settings.url.place, Place::Cluster(_))
    }

    /// Sends a command to the node that has its keys. All commands of this crate are idempotent. A command is repeated if
    /// the connection ends or the server is not ready yet.
    pub(crate) async fn query(&self, command: &Cmd) -> Result<Value, Error> {
        self.query_at(command, None).await
    }

    /// Sends a command to the primary that has this slot, if one is named.
    pub(crate) async fn query_at(&self, command: &Cmd, slot: Option<u16>) -> Result<Value, Error> {
        let (end, mut pause, mut may_be_done) = (Instant::now() + self.settings.connect_timeout, Duration::ZERO, false);
        loop {
            let (number, mut connection) = self.connection().await.map_err(|error| error.after(may_be_done))?;
            let limit = self.settings.response_timeout;
            let error = match timeout(limit, connection.query(command, slot)).await {
                Ok(Ok(value)) => return Ok(value),
                Ok(Err(error)) => Error::of(&error, &self.server, self.is_cluster()),
                Err(_) => Error::new(ErrorKind::TimedOut, &self.server, format!("gave no answer within {limit:?}")),
            };
            may_be_done |= matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::Disconnected);
            if error.ends_connection() {
                self.discard(number);
            }
            if !error.passes_soon() || Instant::now() + pause >= end {
                return Err(error.after(may_be_done));
            }
            sleep(pause).await;
            pause = (pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
        }
    }

    /// Runs a script. The server caches it, so that its text is sent once.
    pub(crate) async fn run(&self, script: &Script, keys: &[&str], arguments: &[&[u8]]) -> Result<Value, Error> {
        let command = |name: &str, script: &str| {
            let mut command = cmd(name);
            command.arg(script).arg(keys.len()).arg(keys).arg(arguments);
            command
        };
        match self.query(&command("EVALSHA", &script.sha())).await {
            Err(error) if error.is_unknown_script() => self.query(&command("EVAL", script.text)).await,
            answer => answer,
        }
    }

    /// Returns the error for an answer of an unexpected type.
    pub(crate) fn unexpected(&self) -> Error {
        Error::new(ErrorKind::Server, &self.server, "sent an unexpected answer")
    }

    async fn connection(&self) -> Result<(u64, Connection), Error> {
        let (number, opening) = {
            let mut state = locked(&self.state);
            if let Some((_, error)) = state.failed.as_ref().filter(|(at, _)| at.elapsed() < HOLD) {
                return Err(error.clone());
            }
            let opening = state.opening.get_or_insert_with(|| self.open()).clone();
            (state.number, opening)
        };
        let opened = opening.await;
        if let Err(error) = &opened
            && self.discard(number)
            && error.is_retryable()
        {
            locked(&self.state).failed = Some((Instant::now(), error.clone()));
        }
        Ok((number, opened?))
    }

    /// Opens a connection in a task of its own, so that a caller who gives up does not cancel it.
    fn open(&self) -> Opening {
        let (settings, limit, server) =
            (Arc::clone(&self.settings), self.settings.connect_timeout, self.server.clone());
        let stopped = Error::new(ErrorKind::Unreachable, &server, "the runtime of the store was shut down");
        let task = self.runtime.spawn(async move {
            let hint = if settings.url.is_tls { "; does it speak TLS?" } else { "" };
            let mut last =
                Error::new(ErrorKind::TimedOut, server, format!("gave no connection within {limit:?}{hint}"));
            let connect = async {
                let mut pause = FIRST_PAUSE;
                loop {
                    match Connection::open(&settings).await {
                        Err(error) if error.is_retryable() => last = error,
                        outcome => return outcome,
                    }
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            };
            let opened = timeout(limit, connect).await;
            opened.unwrap_or(Err(last))
        });
        async move { task.await.map_err(|_| stopped)? }.boxed().shared()
    }

    /// Drops the connection, so that the next command opens one. Returns whether it was the current one.
    fn discard(&self, number: u64) -> bool {
        let mut state = locked(&self.state);
        if state.number != number {
            return false;
        }
        state.opening = None;
        state.number += 1;
        true
    }
}
