//! Adds the command that helps to a failure of a shared store.

use tokcache_core::store::StoreError;

use crate::cli::Failure;

/// The kinds of failure that the command tells apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    /// The password is wrong or missing, or the user lacks a right.
    Denied,
    /// The file of a database belongs to another user, or is no file.
    File,
    Other,
    /// The certificate is not trusted.
    Tls,
    /// The URL names the wrong server or database.
    Url,
}

/// Adds the command that helps. A failure that may pass suggests the same command again.
pub(in crate::cli) fn advised(failure: Failure, error: &StoreError) -> Failure {
    let failure = failure.retryable(error.is_retryable());
    match kind(error) {
        Kind::Denied => failure.try_shell("export TOKCACHE_STORE_PASSWORD_FILE=FILE"),
        Kind::File | Kind::Url => failure.try_with("--store", "URL"),
        Kind::Tls => failure.try_with("--ca-file", "PATH"),
        Kind::Other if error.is_retryable() => failure,
        Kind::Other => failure.try_tokcache(["cache", "check"]),
    }
}

#[allow(clippy::needless_return, reason = "a build without these stores has nothing else here")]
fn kind(error: &StoreError) -> Kind {
    #[cfg(feature = "redis")]
    if let Some(error) = error.backend::<tokcache_redis::Error>() {
        use tokcache_redis::ErrorKind;
        return match error.kind() {
            ErrorKind::Denied => Kind::Denied,
            ErrorKind::Moved | ErrorKind::Settings => Kind::Url,
            ErrorKind::Tls => Kind::Tls,
            _ => Kind::Other,
        };
    }
    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    if let Some(error) = error.backend::<tokcache_sql::DatabaseError>() {
        use tokcache_sql::DatabaseErrorKind;
        return match error.kind() {
            DatabaseErrorKind::AccessDenied if error.database().starts_with("sqlite:") => Kind::File,
            DatabaseErrorKind::AccessDenied => Kind::Denied,
            DatabaseErrorKind::NoSuchDatabase | DatabaseErrorKind::Tls => Kind::Url,
            _ => Kind::Other,
        };
    }
    let _ = error;
    Kind::Other
}
