//! The failures of a database.

use std::fmt;

use tokcache_core::store::StoreError;

/// A failure of a database: [`StoreError::backend`] returns it.
#[derive(Debug)]
pub struct DatabaseError {
    database: String,
    kind: DatabaseErrorKind,
    detail: String,
}

/// The kinds of failure.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum DatabaseErrorKind {
    /// The password is wrong, or the user lacks a right.
    AccessDenied,
    /// The connection broke. The statement may or may not have been executed.
    ConnectionLost,
    /// Other transactions change the same rows, or another process has locked the database.
    Contention,
    /// The disk is full.
    DiskFull,
    /// The server has no database of this name.
    NoSuchDatabase,
    /// Anything else.
    Other,
    /// The server is read-only: it is a standby, or is failing over.
    ReadOnly,
    /// The schema is newer than this program, or it is missing and the user may not create it.
    Schema,
    /// The server is starting or stopping.
    ShuttingDown,
    /// No safe connection is possible: the server has no TLS, or its certificate is not trusted.
    Tls,
    /// The database did not answer in time. The statement may or may not have been executed.
    TimedOut,
    /// The server, or this store, has no free connection.
    TooManyConnections,
    /// No server answers at the address.
    Unreachable,
}

impl DatabaseError {
    pub(crate) fn new(database: &str, kind: DatabaseErrorKind, detail: impl Into<String>) -> Self {
        DatabaseError { database: database.to_owned(), kind, detail: detail.into() }
    }

    /// Returns the message of the database.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Returns the URL of the database, without a password.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Returns the kind of the failure.
    pub fn kind(&self) -> DatabaseErrorKind {
        self.kind
    }

    /// Returns whether a retry can help.
    pub fn is_retryable(&self) -> bool {
        use DatabaseErrorKind as Kind;
        match self.kind {
            Kind::ConnectionLost
            | Kind::Contention
            | Kind::ReadOnly
            | Kind::ShuttingDown
            | Kind::TimedOut
            | Kind::TooManyConnections
            | Kind::Unreachable => true,
            Kind::AccessDenied | Kind::DiskFull | Kind::NoSuchDatabase | Kind::Other | Kind::Schema | Kind::Tls => {
                false
            }
        }
    }
}

impl fmt::Display for DatabaseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        use DatabaseErrorKind as Kind;
        let DatabaseError { database, kind, detail } = self;
        let what = match kind {
            Kind::AccessDenied => "access was denied",
            Kind::ConnectionLost => "the connection was lost",
            Kind::Contention => "others keep the data locked",
            Kind::DiskFull => "the disk is full",
            Kind::NoSuchDatabase => "there is no such database",
            Kind::Other => "the statement failed",
            Kind::ReadOnly => "the server is read-only at the moment",
            Kind::Schema => "the schema does not fit",
            Kind::ShuttingDown => "the server is starting or stopping",
            Kind::Tls => "no safe connection can be made",
            Kind::TimedOut => "no answer came in time",
            Kind::TooManyConnections => "no connection is free",
            Kind::Unreachable => "cannot connect",
        };
        write!(formatter, "{database}: {what}: {detail}")
    }
}

impl std::error::Error for DatabaseError {}

impl From<DatabaseError> for StoreError {
    fn from(error: DatabaseError) -> Self {
        let is_retryable = error.is_retryable();
        StoreError::Backend { source: Box::new(error), is_retryable }
    }
}
