//! The one connection of a store: opened when it is needed, opened again when it has ended, and never waited for without
//! a limit.

use std::sync::{Arc, Mutex};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use redis::{Cmd, Value, cmd};
use tokcache_core::store::mutex::locked;
use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::connect::Connection;
use crate::error::{Error, ErrorKind};
use crate::script::Script;
use crate::settings::Settings;
use crate::url::Place;

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

    /// Sends a command to the node that has its keys. A command whose connection ends is sent once more: every command of
    /// this crate may be repeated.
    pub(crate) async fn query(&self, command: &Cmd) -> Result<Value, Error> {
        self.query_at(command, None).await
    }

    /// The same, with a slot to the primary that has it.
    pub(crate) async fn query_at(&self, command: &Cmd, slot: Option<u16>) -> Result<Value, Error> {
        let mut is_repeated = false;
        loop {
            let (number, mut connection) = self.connection().await?;
            let answer = timeout(self.settings.response_timeout, connection.query(command, slot)).await;
            let error = match answer {
                Ok(Ok(value)) => return Ok(value),
                Ok(Err(error)) => Error::of(&error, &self.server, self.is_cluster()),
                Err(_) => {
                    let limit = self.settings.response_timeout;
                    Error::new(ErrorKind::TimedOut, &self.server, format!("gave no answer within {limit:?}"))
                }
            };
            if error.ends_connection() {
                self.discard(number);
            }
            if error.kind() != ErrorKind::Disconnected || is_repeated {
                return Err(error.sent());
            }
            is_repeated = true;
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
            let opening = state.opening.get_or_insert_with(|| self.open()).clone();
            (state.number, opening)
        };
        let opened = opening.await;
        if opened.is_err() {
            self.discard(number);
        }
        Ok((number, opened?))
    }

    /// In a task of its own: it goes on when a caller gives up.
    fn open(&self) -> Opening {
        let (settings, limit) = (Arc::clone(&self.settings), self.settings.connect_timeout);
        let failed = |kind, message: String| Error::new(kind, &self.server, message);
        let hint = if settings.url.is_tls { "; does it speak TLS?" } else { "" };
        let timed_out = failed(ErrorKind::TimedOut, format!("gave no connection within {limit:?}{hint}"));
        let stopped = failed(ErrorKind::Unreachable, "the runtime of the store has been shut down".to_owned());
        let task = self.runtime.spawn(async move { timeout(limit, Connection::open(&settings)).await });
        async move { task.await.map_err(|_| stopped)?.unwrap_or(Err(timed_out)) }.boxed().shared()
    }

    /// Lets the next command open a connection, unless somebody else has done so already.
    fn discard(&self, number: u64) {
        let mut state = locked(&self.state);
        if state.number == number {
            state.opening = None;
            state.number += 1;
        }
    }
}
