//! Conversion of errors of SQLite.

use rusqlite::{Error, ErrorCode, ffi};
use tokcache_core::store::StoreError;

use super::settings::ResolvedSettings;
use crate::error::{DatabaseError, DatabaseErrorKind as Kind};

/// Converts an error. The result contains no values, because these may be secrets.
pub(super) fn failure(settings: &ResolvedSettings, error: Error) -> StoreError {
    let Error::SqliteFailure(cause, said) = &error else {
        return DatabaseError::new(&settings.url, Kind::Other, error.to_string()).into();
    };
    let detail = said.clone().unwrap_or_else(|| cause.to_string());
    let kind = match cause.code {
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
            return StoreError::damaged(&settings.path).because(Some(detail));
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed => Kind::Contention,
        ErrorCode::DiskFull => Kind::DiskFull,
        // The file of shared memory beside the database cannot grow.
        ErrorCode::SystemIoFailure if cause.extended_code == ffi::SQLITE_IOERR_SHMSIZE => Kind::DiskFull,
        ErrorCode::CannotOpen => Kind::NoSuchDatabase,
        ErrorCode::PermissionDenied | ErrorCode::ReadOnly => Kind::AccessDenied,
        _ => Kind::Other,
    };
    DatabaseError::new(&settings.url, kind, detail).into()
}
