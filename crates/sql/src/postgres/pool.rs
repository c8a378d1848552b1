//! A few connections to one server. Each runs one statement at a time.

use std::sync::Mutex;
use std::time::Duration;

use tokcache_core::store::mutex::locked;
use tokio::sync::{OnceCell, Semaphore};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::{Client, Error, Row};

use super::failure::failure;
use super::migrate::migrate;
use super::settings::PostgresSettings;
use super::statement::Statement;
use super::tls::Tls;
use crate::error::{DatabaseError, DatabaseErrorKind as Kind};

/// The limit of runs of one statement, if other transactions conflict with it.
const MOST_RUNS: usize = 5;

/// The time limit of a cancellation. It runs in the background.
const CANCELLATION: Duration = Duration::from_secs(5);

pub(super) struct Pool {
    pub(super) settings: PostgresSettings,
    tls: Tls,
    idle: Mutex<Vec<Connection>>,
    free: Semaphore,
    /// Whether the schema is known to be current.
    schema: OnceCell<()>,
}

struct Connection {
    client: Client,
    /// The task that drives the connection, and ends with it.
    task: JoinHandle<Result<(), Error>>,
    is_new: bool,
}

impl Pool {
    pub(super) fn new(settings: PostgresSettings, tls: Tls) -> Self {
        let free = Semaphore::new(settings.connections);
        Pool { settings, tls, idle: Mutex::default(), free, schema: OnceCell::new() }
    }

    /// Connects and brings the schema up to date, if this was not done yet.
    pub(super) async fn ready(&self) -> Result<(), DatabaseError> {
        let migrate = || async {
            let mut connection = self.connection().await?;
            match migrate(&mut connection.client, &self.settings).await {
                Ok(()) => {
                    self.put_back(connection);
                    Ok(())
                }
                Err(error) => Err(connection.reason(error).await),
            }
        };
        self.schema.get_or_try_init(migrate).await.copied()
    }

    /// Sends one statement and returns its rows, in one round trip.
    pub(super) async fn query(&self, statement: &Statement) -> Result<Vec<Row>, DatabaseError> {
        self.ready().await?;
        let PostgresSettings { url, statement_timeout, connections, .. } = &self.settings;
        let Ok(permit) = timeout(*statement_timeout, self.free.acquire()).await else {
            let detail = format!("all {connections} of this store are in use");
            return Err(DatabaseError::new(url, Kind::TooManyConnections, detail));
        };
        let _permit = permit.map_err(|_| DatabaseError::new(url, Kind::Other, "the store is closed"))?;
        let parameters = statement.parameters();
        let mut runs = 0;
        loop {
            runs += 1;
            let connection = self.connection().await?;
            let query = connection.client.query_typed(&statement.sql, &parameters);
            let error = match timeout(*statement_timeout, query).await {
                Ok(Ok(rows)) => {
                    self.put_back(connection);
                    return Ok(rows);
                }
                Ok(Err(error)) => failure(url, &error),
                Err(_) => {
                    self.cancel(connection);
                    let detail = format!("waited {} s", statement_timeout.as_secs_f32());
                    return Err(DatabaseError::new(url, Kind::TimedOut, detail));
                }
            };
            match error.kind() {
                // The statement was not executed.
                Kind::Contention if runs < MOST_RUNS => self.put_back(connection),
                // The server has closed the connection while it was idle, for instance because it was restarted.
                Kind::ConnectionLost | Kind::ShuttingDown if statement.is_repeatable && !connection.is_new => {}
                // Another server may be the primary now.
                Kind::ReadOnly => {
                    locked(&self.idle).clear();
                    return Err(error);
                }
                Kind::ConnectionLost => return Err(connection.reason(error).await),
                _ => {
                    self.put_back(connection);
                    return Err(error);
                }
            }
        }
    }

    /// Waits until no statement is running.
    pub(super) async fn finish(&self) {
        let all = u32::try_from(self.settings.connections).unwrap_or(u32::MAX);
        drop(self.free.acquire_many(all).await);
    }

    async fn connection(&self) -> Result<Connection, DatabaseError> {
        while let Some(connection) = locked(&self.idle).pop() {
            if !connection.client.is_closed() {
                return Ok(Connection { is_new: false, ..connection });
            }
        }
        let PostgresSettings { config, url, connect_timeout, .. } = &self.settings;
        let Ok(connected) = timeout(*connect_timeout, config.connect(self.tls.clone())).await else {
            let detail = format!("waited {} s for a connection", connect_timeout.as_secs_f32());
            return Err(DatabaseError::new(url, Kind::TimedOut, detail));
        };
        let (client, connection) = connected.map_err(|error| failure(url, &error))?;
        match connection.parameter("server_encoding") {
            None | Some("UTF8") => {}
            Some(encoding) => {
                let detail = format!("the database has the encoding {encoding}: create it with ENCODING 'UTF8'");
                return Err(DatabaseError::new(url, Kind::Schema, detail));
            }
        }
        Ok(Connection { client, task: tokio::spawn(connection), is_new: true })
    }

    fn put_back(&self, connection: Connection) {
        if !connection.client.is_closed() {
            locked(&self.idle).push(connection);
        }
    }

    /// Asks the server to cancel a statement whose caller no longer waits.
    fn cancel(&self, connection: Connection) {
        let (token, tls) = (connection.client.cancel_token(), self.tls.clone());
        connection.task.abort();
        tokio::spawn(timeout(CANCELLATION, async move { token.cancel_query(tls).await }));
    }
}

impl Connection {
    /// Returns the reason that the server gave for the end of the connection. The error of the statement itself does
    /// not have it.
    async fn reason(self, error: DatabaseError) -> DatabaseError {
        if error.kind() != Kind::ConnectionLost {
            return error;
        }
        let ended = timeout(Duration::from_millis(100), self.task).await;
        match ended {
            Ok(Ok(Err(reason))) => failure(error.database(), &reason),
            _ => error,
        }
    }
}
