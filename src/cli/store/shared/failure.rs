//! Adds the command that helps to a failure of a shared store.

use tokcache_core::store::{EncryptedStoreError, EnvelopeError, StoreError};

use super::plain::IsEncrypted;
use crate::cli::Failure;

/// The causes of failure that the command tells apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Cause {
    /// The password is wrong or missing, or the user lacks a right.
    Denied,
    /// The file of a database belongs to another user, or is no file.
    File,
    /// The key is missing, or another one.
    Key,
    /// The document should be encrypted, and is not.
    NotEncrypted,
    Other,
    /// The certificate is not trusted.
    Tls,
    /// The URL names the wrong server or database.
    Url,
}

/// Adds the command that helps. A failure that may pass suggests the same command again.
pub(in crate::cli) fn advised(failure: Failure, error: &StoreError) -> Failure {
    let failure = failure.retryable(error.is_retryable());
    match cause(error) {
        Cause::Denied => failure.try_shell("export TOKCACHE_STORE_PASSWORD_FILE=FILE"),
        Cause::File | Cause::Url => failure.try_with("--store", "URL"),
        Cause::Key => failure.try_with("--encrypt", "key-file:PATH"),
        Cause::NotEncrypted => failure.try_tokcache(["cache", "encrypt"]),
        Cause::Tls => failure.try_with("--ca-file", "PATH"),
        Cause::Other if error.is_retryable() => failure,
        Cause::Other => failure.try_tokcache(["cache", "check"]),
    }
}

/// Whether the error concerns one document, so that others may be intact.
pub(in crate::cli) fn is_of_document(error: &StoreError) -> bool {
    matches!(error, StoreError::Damaged { .. }) || matches!(cause(error), Cause::Key | Cause::NotEncrypted)
}

fn cause(error: &StoreError) -> Cause {
    if error.backend::<IsEncrypted>().is_some() {
        return Cause::Key;
    }
    if let Some(error) = error.backend::<EncryptedStoreError>() {
        return if error.error == EnvelopeError::NotEncrypted { Cause::NotEncrypted } else { Cause::Key };
    }
    #[cfg(feature = "redis")]
    if let Some(error) = error.backend::<tokcache_redis::Error>() {
        use tokcache_redis::ErrorKind;
        return match error.kind() {
            ErrorKind::Denied => Cause::Denied,
            ErrorKind::Moved | ErrorKind::Settings => Cause::Url,
            ErrorKind::Tls => Cause::Tls,
            _ => Cause::Other,
        };
    }
    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    if let Some(error) = error.backend::<tokcache_sql::DatabaseError>() {
        use tokcache_sql::DatabaseErrorKind;
        return match error.kind() {
            DatabaseErrorKind::AccessDenied if error.database().starts_with("sqlite:") => Cause::File,
            DatabaseErrorKind::AccessDenied => Cause::Denied,
            DatabaseErrorKind::NoSuchDatabase | DatabaseErrorKind::Tls => Cause::Url,
            _ => Cause::Other,
        };
    }
    Cause::Other
}
