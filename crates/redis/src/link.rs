//! The one connection of a store: opened when it is needed, opened again when it has ended, and never waited for without
//! a limit.

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

/// For so long after a server could not be reached, nobody tries again: one call may need several commands, and must not
/// wait for each of them in vain.
const HOLD: Duration = Duration::from_secs(1);

/// The pauses between attempts at a server that is being started, or at a group that is choosing a primary.
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
    /// All who need a connection wait for the same one.
    opening: Option<Opening>,
    /// Tells one connection from the next.
    number: u64,
    /// When and why the server could not be reached last.
    failed: Option<(Instant, Error)>,
}

impl Link {
    pub(crate) fn new(settings: Arc<Settings>, runtime: Handle) -> Self {
        Link { server: settings.url.to_string(), settings, runtime, state: Mutex::default() }
    }

    /// Names the server, without a password.
    pub(crate) fn server(&self) -> &str {
        &self.server
    }

    pub(crate) fn is_cluster(&self) -> bool {
        matches!(self.settings.url.place, Place::Cluster(_))
    }

    /// Sends a command to the node that has its keys. Every command of this crate may be repeated, and is when the
    /// connection has ended or the server says that it will be ready soon.
    pub(crate) async fn query(&self, command: &Cmd) -> Result<Value, Error> {
        self.query_at(command, None).await
    }

    /// The same, with a slot to the primary that has it.
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

    /// Runs a script, which the server knows by its digest from the second time on.
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

    /// An answer that no script and no command of this crate gives.
    pub(crate) fn unexpected(&self) -> Error {
        Error::new(ErrorKind::Server, &self.server, "gave an answer that no Redis server gives")
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

    /// Opens a connection, in a task of its own: it goes on when a caller gives up.
    fn open(&self) -> Opening {
        let (settings, limit, server) =
            (Arc::clone(&self.settings), self.settings.connect_timeout, self.server.clone());
        let stopped = Error::new(ErrorKind::Unreachable, &server, "the runtime of the store has been shut down");
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

    /// Lets the next command open a connection. Returns whether nobody else has done so already.
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
