//! The database file: created for its owner alone, opened, and brought up to date.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};
use tokcache_core::store::StoreError;
use tokcache_core::store::mutex::locked;

use super::failure::failure;
use super::settings::ResolvedSettings;
use crate::error::{DatabaseError, DatabaseErrorKind as Kind};
use crate::migration::{Migration, missing};

/// The steps of the schema for SQLite, the first one first.
pub const MIGRATIONS: &[Migration] =
    &[Migration { version: 1, sql: include_str!("../../migrations/sqlite/0001_documents_and_leases.sql") }];

/// An open file.
pub(super) struct OpenFile {
    pub(super) connection: Connection,
    path: PathBuf,
    place: Place,
}

/// Tells one file of a name from the next.
type Place = (u64, u64);

impl OpenFile {
    pub(super) fn open(settings: &ResolvedSettings, may_create: bool) -> Result<Self, StoreError> {
        let place = ensure_file(settings, may_create)?;
        let connection = connect(settings)?;
        Ok(OpenFile { connection, path: settings.path.clone(), place })
    }

    /// Whether the file still has its name. SQLite would go on with one that was deleted, which nobody else sees.
    pub(super) fn is_in_place(&self) -> bool {
        fs::metadata(&self.path).is_ok_and(|found| place(&found) == self.place)
    }
}

/// Creates the file if there is none, for this user alone: SQLite gives the files beside it the same mode. One that is
/// there must be this user's, or root's.
fn ensure_file(settings: &ResolvedSettings, may_create: bool) -> Result<Place, StoreError> {
    // To close a file takes the locks of all connections of this process to it away (POSIX). So the file is closed before
    // any thread can have opened it, and never opened here again.
    static CREATING: Mutex<()> = Mutex::new(());
    let _creating = locked(&CREATING);
    let path = &settings.path;
    let found = loop {
        match fs::metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound && !may_create => {
                let detail = "the file is gone; it is not made anew while this program runs";
                return Err(DatabaseError::new(&settings.url, Kind::Unreachable, detail).into());
            }
            Err(error) if error.kind() == ErrorKind::NotFound => match create(path) {
                // Another process was faster.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                created => created.map_err(StoreError::io("create", path))?,
            },
            found => break found.map_err(StoreError::io("read", path))?,
        }
    };
    let denied = |detail: &str| Err(DatabaseError::new(&settings.url, Kind::AccessDenied, detail).into());
    if !found.is_file() {
        return denied("it is not a regular file");
    }
    if !is_trusted(&found) {
        return denied("it belongs to another user");
    }
    Ok(place(&found))
}

fn create(path: &Path) -> io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

#[cfg(unix)]
fn is_trusted(file: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    file.uid() == 0 || file.uid() == rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
fn is_trusted(_: &Metadata) -> bool {
    true
}

#[cfg(unix)]
fn place(file: &Metadata) -> Place {
    use std::os::unix::fs::MetadataExt as _;
    (file.dev(), file.ino())
}

/// An open file cannot be deleted.
#[cfg(not(unix))]
fn place(_: &Metadata) -> Place {
    (0, 0)
}

/// The files that others can read, and the folder if others can replace what is in it.
#[cfg(unix)]
pub(super) fn exposed(path: &Path) -> Vec<PathBuf> {
    use std::os::unix::fs::MetadataExt as _;
    const OTHERS: u32 = 0o077;
    const OTHERS_WRITE: u32 = 0o022;
    const STICKY: u32 = 0o1000;
    let mode = |path: &Path| fs::metadata(path).map_or(0, |found| found.mode());
    let mut exposed = Vec::new();
    if mode(path) & OTHERS != 0 {
        exposed.push(path.to_owned());
    }
    if let Some(folder) = path.parent()
        && mode(folder) & OTHERS_WRITE != 0
        && mode(folder) & STICKY == 0
    {
        exposed.push(folder.to_owned());
    }
    exposed
}

#[cfg(not(unix))]
pub(super) fn exposed(_: &Path) -> Vec<PathBuf> {
    Vec::new()
}

fn connect(settings: &ResolvedSettings) -> Result<Connection, StoreError> {
    let fail = |error| failure(settings, error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(&settings.path, flags).map_err(fail)?;
    connection.busy_timeout(settings.busy_timeout).map_err(fail)?;
    write_ahead(&connection, settings)?;
    // A save survives a power cut: the log is synced with each commit, on macOS down to the disk. Deleted data is
    // overwritten with zeros.
    let pragmas = "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA secure_delete = ON; \
                   PRAGMA trusted_schema = OFF;";
    connection.execute_batch(pragmas).map_err(fail)?;
    migrate(&mut connection, settings)?;
    Ok(connection)
}

/// Changes to the write-ahead log, with which a reader does not wait for a writer. While another process changes it too,
/// SQLite does not wait by itself.
fn write_ahead(connection: &Connection, settings: &ResolvedSettings) -> Result<(), StoreError> {
    let start = Instant::now();
    loop {
        let mode = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0));
        match mode {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(mode) => {
                let detail = format!("the journal mode is {mode}, as this file system cannot have a write-ahead log");
                return Err(DatabaseError::new(&settings.url, Kind::Other, detail).into());
            }
            Err(error) if is_busy(&error) && start.elapsed() < settings.busy_timeout => pause(),
            Err(error) => return Err(failure(settings, error)),
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

#[expect(clippy::disallowed_methods, reason = "this thread is the store's own, and waits for other processes")]
fn pause() {
    std::thread::sleep(Duration::from_millis(5));
}

/// Applies what the schema lacks. One that is current is only looked at.
fn migrate(connection: &mut Connection, settings: &ResolvedSettings) -> Result<(), StoreError> {
    let fail = |error| failure(settings, error);
    if missing(MIGRATIONS, version(connection).map_err(fail)?, &settings.url)?.is_empty() {
        return Ok(());
    }
    let transaction = Transaction::new(connection, TransactionBehavior::Immediate).map_err(fail)?;
    // Others may have applied them meanwhile.
    let found = version(&transaction).map_err(fail)?;
    for migration in missing(MIGRATIONS, found, &settings.url)? {
        transaction.execute_batch(migration.sql).map_err(fail)?;
    }
    transaction.commit().map_err(fail)
}

fn version(connection: &Connection) -> rusqlite::Result<i32> {
    // A query sees what others have committed; `table_exists` may answer from a cache.
    let exists = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'tokcache_migration')";
    if !connection.query_row(exists, [], |row| row.get(0))? {
        return Ok(0);
    }
    connection.query_row("SELECT coalesce(max(version), 0) FROM tokcache_migration", [], |row| row.get(0))
}
