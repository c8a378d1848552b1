//! Conversion of errors of the PostgreSQL client.

use std::error::Error as _;
use std::io;

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::error::{DatabaseError, DatabaseErrorKind as Kind};

/// Converts an error. The result contains no parameters, because these may be secrets.
pub(super) fn failure(url: &str, error: &Error) -> DatabaseError {
    match error.as_db_error() {
        Some(refusal) => {
            let detail = format!("{} (SQLSTATE {})", refusal.message(), refusal.code().code());
            DatabaseError::new(url, kind_of(refusal.code()), detail)
        }
        None => DatabaseError::new(url, kind_without_state(error), said(error)),
    }
}

fn kind_of(state: &SqlState) -> Kind {
    match state.code() {
        "3D000" => Kind::NoSuchDatabase,
        "25006" => Kind::ReadOnly,
        "53100" => Kind::DiskFull,
        "53300" => Kind::TooManyConnections,
        // `query_canceled`: by `statement_timeout`, or by a person.
        "57014" => Kind::TimedOut,
        "42501" => Kind::AccessDenied,
        // `lock_not_available`; below, deadlocks and serialization failures.
        "55P03" => Kind::Contention,
        code if code.starts_with("40") => Kind::Contention,
        code if code.starts_with("28") => Kind::AccessDenied,
        code if code.starts_with("57P") => Kind::ShuttingDown,
        code if code.starts_with("08") => Kind::ConnectionLost,
        code if code.starts_with("53") => Kind::TooManyConnections,
        _ => Kind::Other,
    }
}

/// Returns the kind of an error that is not an answer from the server: there was no answer, or an invalid one.
fn kind_without_state(error: &Error) -> Kind {
    if error.is_closed() {
        return Kind::ConnectionLost;
    }
    let text = error.to_string();
    let io = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    match text.as_str() {
        "error connecting to server" => Kind::Unreachable,
        "timeout waiting for server" => Kind::TimedOut,
        "error communicating with the server" | "unexpected message from server" => Kind::ConnectionLost,
        "authentication error" | "invalid configuration" => Kind::AccessDenied,
        // A connection that ends during the handshake is a network failure; a certificate that is refused is not.
        "error performing TLS handshake" => match io.map(io::Error::kind) {
            Some(io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other) | None => Kind::Tls,
            Some(_) => Kind::Unreachable,
        },
        _ => Kind::Other,
    }
}

/// Returns the messages of the error and of its causes.
fn said(error: &Error) -> String {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        said = format!("{said}: {cause}");
        source = cause.source();
    }
    if said.ends_with("server does not support TLS") {
        said.push_str("; if the network is trusted, write sslmode=disable");
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_is_told_apart() {
        for (code, kind) in [
            ("28P01", Kind::AccessDenied),
            ("28000", Kind::AccessDenied),
            ("42501", Kind::AccessDenied),
            ("3D000", Kind::NoSuchDatabase),
            ("53300", Kind::TooManyConnections),
            ("53100", Kind::DiskFull),
            ("25006", Kind::ReadOnly),
            ("40001", Kind::Contention),
            ("40P01", Kind::Contention),
            ("57P01", Kind::ShuttingDown),
            ("57P03", Kind::ShuttingDown),
            ("57014", Kind::TimedOut),
            ("08P01", Kind::ConnectionLost),
            ("22021", Kind::Other),
        ] {
            assert_eq!(kind_of(&SqlState::from_code(code)), kind, "{code}");
        }
    }
}
