//! Why a database could not do what it was asked.

use std::fmt;

use tokcache_core::store::StoreError;

/// The failure of a database: [`StoreError::backend`] returns it.
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
    /// The password or the user's rights do not suffice.
    AccessDenied,
    /// The connection broke. The statement may or may not have been carried out.
    ConnectionLost,
    /// Others change the same rows, or have the database locked.
    Contention,
    /// There is no room on the disk.
    DiskFull,
    /// The server has no database of this name.
    NoSuchDatabase,
    /// Anything else.
    Other,
    /// The server only reads at the moment: it is a standby, or is failing over.
    ReadOnly,
    /// The schema is newer than this program, or missing and not to be created.
    Schema,
    /// The server is starting or stopping.
    ShuttingDown,
    /// No safe connection can be made: the server has no TLS, or a certificate that is not trusted.
    Tls,
    /// No answer came in time. The statement may or may not have been carried out.
    TimedOut,
    /// The server, or this store, has no connection to spare.
    TooManyConnections,
    /// Nobody answers at the address.
    Unreachable,
}

impl DatabaseError {
    pub(crate) fn new(database: &str, kind: DatabaseErrorKind, detail: impl Into<String>) -> Self {
        DatabaseError { database: database.to_owned(), kind, detail: detail.into() }
    }

    /// Returns what the database said.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Returns the database, without a password.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Returns what kind of failure it is.
    pub fn kind(&self) -> DatabaseErrorKind {
        self.kind
    }

    /// Returns whether trying the same again can help.
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
