//! The errors of a server, and of the connection to it.

use std::error::Error as _;
use std::sync::Arc;
use std::{fmt, io};

use redis::{ErrorKind as RedisKind, RedisError, ServerErrorKind};
use tokcache_core::store::StoreError;

/// A failure of the server or of the connection to it. The text names the server, and repeats neither a password nor a
/// document.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Error {
    kind: ErrorKind,
    server: String,
    message: String,
    may_be_done: bool,
}

/// The kinds of [`Error`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No connection: refused, no such host, too many clients, or the sentinels know no primary.
    Unreachable,
    /// The server did not answer in time.
    TimedOut,
    /// The connection ended before the answer came.
    Disconnected,
    /// The server rejects the user, the password or the command (`NOAUTH`, `WRONGPASS`, `NOPERM`).
    Denied,
    /// The server is loading its data after a start (`LOADING`), is busy with a script (`BUSY`), or waits for its primary
    /// (`MASTERDOWN`).
    NotReady,
    /// The server is a replica (`READONLY`), perhaps because of a failover.
    ReadOnly,
    /// The server has reached its `maxmemory` and refuses writes (`OOM`).
    OutOfMemory,
    /// The server refuses writes: it cannot write to its disk (`MISCONF`), or has too few replicas (`NOREPLICAS`).
    WritesDisabled,
    /// No node serves the slot, or the slot is being moved (`CLUSTERDOWN`, `TRYAGAIN`, `MOVED` without end).
    ClusterDown,
    /// The server is a node of a cluster, and the URL names a single server (`MOVED`).
    Moved,
    /// The TLS handshake failed, for instance because a certificate is not trusted.
    Tls,
    /// The URL or another setting cannot be used.
    Settings,
    /// Another error of the server.
    Server,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, server: impl Into<String>, message: impl Into<String>) -> Self {
        Error { kind, server: server.into(), message: message.into(), may_be_done: false }
    }

    pub(crate) fn settings(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Settings, "", message)
    }

    /// Translates an error of redis-rs.
    pub(crate) fn of(error: &RedisError, server: &str, is_cluster: bool) -> Self {
        let kind = kind_of(error, is_cluster);
        Error::new(kind, server, message(kind, error))
    }

    /// Returns the kind of the failure.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Returns the URL of the server, without a password.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Returns whether trying again can help.
    pub fn is_retryable(&self) -> bool {
        match self.kind {
            ErrorKind::Unreachable
            | ErrorKind::TimedOut
            | ErrorKind::Disconnected
            | ErrorKind::NotReady
            | ErrorKind::ReadOnly
            | ErrorKind::OutOfMemory
            | ErrorKind::WritesDisabled
            | ErrorKind::ClusterDown => true,
            ErrorKind::Denied | ErrorKind::Moved | ErrorKind::Tls | ErrorKind::Settings | ErrorKind::Server => false,
        }
    }

    /// Records whether the server may have run the command.
    pub(crate) fn after(self, may_be_done: bool) -> Self {
        Error { may_be_done, ..self }
    }

    /// Returns whether the server may have run the command, or may still run it.
    pub(crate) fn may_be_done(&self) -> bool {
        self.may_be_done
    }

    /// Returns whether the command is likely to succeed within seconds: after a restart or a failover.
    pub(crate) fn passes_soon(&self) -> bool {
        use ErrorKind::{ClusterDown, Disconnected, NotReady, ReadOnly};
        matches!(self.kind, ClusterDown | Disconnected | NotReady | ReadOnly)
    }

    /// Returns whether the next command needs a new connection. A server that became a replica has been replaced: the
    /// sentinels, or the host name, lead to the new primary.
    pub(crate) fn ends_connection(&self) -> bool {
        self.passes_soon() || matches!(self.kind, ErrorKind::TimedOut | ErrorKind::Unreachable)
    }

    /// Returns whether the script has to be sent in full.
    pub(crate) fn is_unknown_script(&self) -> bool {
        self.kind == ErrorKind::Server && self.message.starts_with("NOSCRIPT")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.server.as_str() {
            "" => formatter.write_str(&self.message),
            server => write!(formatter, "{server}: {}", self.message),
        }
    }
}

impl std::error::Error for Error {}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        let is_retryable = error.is_retryable();
        StoreError::Backend { source: Box::new(error), is_retryable }
    }
}

fn kind_of(error: &RedisError, is_cluster: bool) -> ErrorKind {
    match error.kind() {
        RedisKind::Server(kind) => match kind {
            ServerErrorKind::BusyLoading | ServerErrorKind::MasterDown => ErrorKind::NotReady,
            ServerErrorKind::ReadOnly => ErrorKind::ReadOnly,
            ServerErrorKind::NoPerm => ErrorKind::Denied,
            ServerErrorKind::Moved | ServerErrorKind::Ask if !is_cluster => ErrorKind::Moved,
            ServerErrorKind::Moved
            | ServerErrorKind::Ask
            | ServerErrorKind::TryAgain
            | ServerErrorKind::ClusterDown => ErrorKind::ClusterDown,
            _ => by_text(error),
        },
        RedisKind::AuthenticationFailed => match by_text(error) {
            ErrorKind::Server => ErrorKind::Denied,
            kind => kind,
        },
        RedisKind::MasterNameNotFoundBySentinel | RedisKind::ClusterConnectionNotFound => ErrorKind::Unreachable,
        RedisKind::InvalidClientConfig => ErrorKind::Settings,
        RedisKind::Io => by_cause(error),
        RedisKind::Parse => ErrorKind::Disconnected,
        _ => by_text(error),
    }
}

/// Finds the kind by the text. Servers before Redis 7 wrap the error of a command in a script into another error.
fn by_text(error: &RedisError) -> ErrorKind {
    const CODES: [(&str, ErrorKind); 11] = [
        ("max number of clients", ErrorKind::Unreachable),
        ("NOAUTH", ErrorKind::Denied),
        ("Authentication required", ErrorKind::Denied),
        ("WRONGPASS", ErrorKind::Denied),
        ("NOPERM", ErrorKind::Denied),
        ("LOADING", ErrorKind::NotReady),
        ("BUSY", ErrorKind::NotReady),
        ("READONLY", ErrorKind::ReadOnly),
        ("OOM", ErrorKind::OutOfMemory),
        ("MISCONF", ErrorKind::WritesDisabled),
        ("NOREPLICAS", ErrorKind::WritesDisabled),
    ];
    let text = server_text(error);
    let found = CODES.iter().find(|(code, _)| text.contains(code));
    found.map_or(ErrorKind::Server, |(_, kind)| *kind)
}

fn by_cause(error: &RedisError) -> ErrorKind {
    use io::ErrorKind::{
        BrokenPipe, ConnectionAborted, ConnectionReset, InvalidData, NotConnected, TimedOut, UnexpectedEof, WouldBlock,
    };
    match cause(error).map(io::Error::kind) {
        Some(TimedOut | WouldBlock) => ErrorKind::TimedOut,
        Some(BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected | UnexpectedEof) => {
            ErrorKind::Disconnected
        }
        // tokio-rustls wraps an error of rustls like this.
        Some(InvalidData) => ErrorKind::Tls,
        Some(_) => ErrorKind::Unreachable,
        None => ErrorKind::Tls,
    }
}

fn cause(error: &RedisError) -> Option<&io::Error> {
    let source = error.source()?;
    let shared = source.downcast_ref::<Arc<dyn std::error::Error + Send + Sync>>();
    shared.map_or_else(|| source.downcast_ref(), |shared| shared.downcast_ref())
}

fn message(kind: ErrorKind, error: &RedisError) -> String {
    let said = server_text(error);
    match kind {
        ErrorKind::Unreachable => format!("cannot connect: {said}"),
        ErrorKind::TimedOut => "did not answer in time".to_owned(),
        ErrorKind::Disconnected => format!("the connection ended: {said}"),
        ErrorKind::Denied => format!("access denied: {said}"),
        ErrorKind::NotReady => format!("is not ready: {said}"),
        ErrorKind::ReadOnly => "is a read-only replica, perhaps because of a failover".to_owned(),
        ErrorKind::OutOfMemory => "is out of memory (maxmemory) and takes no writes".to_owned(),
        ErrorKind::WritesDisabled => format!("takes no writes: {said}"),
        ErrorKind::ClusterDown => format!("part of the cluster is not served: {said}"),
        ErrorKind::Moved => "is a node of a cluster; use a URL that begins with redis+cluster://".to_owned(),
        ErrorKind::Tls => format!("TLS failed: {said}"),
        ErrorKind::Settings | ErrorKind::Server => said,
    }
}

/// Returns the server's text, without the part that quotes the command.
fn server_text(error: &RedisError) -> String {
    let text = match (error.code(), error.detail()) {
        (Some(code), Some(detail)) => format!("{code} {detail}"),
        _ => error.to_string(),
    };
    text.split(", with args beginning with").next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the error for an answer of a server.
    fn answer(text: &str, is_cluster: bool) -> Error {
        let value = redis::parse_redis_value(format!("-{text}\r\n").as_bytes()).unwrap();
        Error::of(&value.extract_error().unwrap_err(), "redis://cache:6379", is_cluster)
    }

    #[test]
    fn each_answer_of_a_server_has_its_kind() {
        use ErrorKind::{
            ClusterDown, Denied, Moved, NotReady, OutOfMemory, ReadOnly, Server, Unreachable, WritesDisabled,
        };
        let answers = [
            ("LOADING Redis is loading the dataset in memory", NotReady, true),
            ("BUSY Redis is busy running a script.", NotReady, true),
            ("MASTERDOWN Link with MASTER is down", NotReady, true),
            ("READONLY You can't write against a read only replica.", ReadOnly, true),
            ("OOM command not allowed when used memory > 'maxmemory'.", OutOfMemory, true),
            ("ERR Error running script (call to f_1): @user_script:1: -OOM command not allowed", OutOfMemory, true),
            ("MISCONF Redis is configured to save RDB snapshots", WritesDisabled, true),
            ("NOREPLICAS Not enough good replicas to write.", WritesDisabled, true),
            ("ERR max number of clients reached", Unreachable, true),
            ("NOAUTH Authentication required.", Denied, false),
            ("WRONGPASS invalid username-password pair or user is disabled.", Denied, false),
            ("NOPERM this user has no permissions to run the 'get' command", Denied, false),
            ("MOVED 1 10.0.0.1:6379", Moved, false),
            ("WRONGTYPE Operation against a key holding the wrong kind of value", Server, false),
        ];
        for (text, kind, is_retryable) in answers {
            let error = answer(text, false);
            assert_eq!((error.kind(), error.is_retryable()), (kind, is_retryable), "{text}");
            assert!(error.to_string().starts_with("redis://cache:6379: "), "{error}");
        }
        for text in ["CLUSTERDOWN Hash slot not served", "TRYAGAIN Multiple keys request", "MOVED 1 10.0.0.1:6379"] {
            let error = answer(text, true);
            assert_eq!((error.kind(), error.is_retryable()), (ClusterDown, true), "{text}");
        }
    }

    #[test]
    fn an_error_does_not_quote_the_command() {
        let error = answer("ERR unknown command 'EVALSHA', with args beginning with: 'sha' 'canary'", false);
        assert!(error.to_string().contains("EVALSHA") && !error.to_string().contains("canary"), "{error}");
    }
}
