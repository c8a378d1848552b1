//! Opens the database file: creates it for its owner alone, and brings its schema up to date.

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

/// The steps of the schema for SQLite, in order.
pub const MIGRATIONS: &[Migration] =
    &[Migration { version: 1, sql: include_str!("../../migrations/sqlite/0001_documents_and_leases.sql") }];

/// The number of attempts to create a file that other processes create and delete.
const MOST_TRIES: usize = 100;

/// An open file.
pub(super) struct OpenFile {
    pub(super) connection: Connection,
    path: PathBuf,
    place: Place,
}

/// Identifies a file, so that a later file with the same name can be told apart: device and inode.
type Place = (u64, u64);

impl OpenFile {
    pub(super) fn open(settings: &ResolvedSettings, may_create: bool) -> Result<Self, StoreError> {
        let place = ensure_file(settings, may_create)?;
        let connection = connect(settings)?;
        Ok(OpenFile { connection, path: settings.path.clone(), place })
    }

    /// Returns whether the file still has its name. SQLite would continue to use a deleted file, which no other process
    /// sees.
    pub(super) fn is_in_place(&self) -> bool {
        fs::metadata(&self.path).is_ok_and(|found| place(&found) == self.place)
    }
}

/// Creates the file for this user alone, if there is none. SQLite gives the files beside it the same mode. An existing
/// file must belong to this user or to root.
fn ensure_file(settings: &ResolvedSettings, may_create: bool) -> Result<Place, StoreError> {
    // When a process closes a file, it loses all locks that its other connections hold on that file (POSIX). So the
    // file is closed here before any thread can have opened it, and never opened here again.
    static CREATING: Mutex<()> = Mutex::new(());
    let _creating = locked(&CREATING);
    let path = &settings.path;
    let mut tries = 0;
    let found = loop {
        tries += 1;
        match fs::metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound && !may_create => {
                let detail = "the file is gone; it is not made anew while this program runs";
                return Err(DatabaseError::new(&settings.url, Kind::Unreachable, detail).into());
            }
            Err(error) if error.kind() == ErrorKind::NotFound => match create(path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists && is_link_to_nothing(path) => {
                    let detail = "it is a symbolic link to a file that does not exist";
                    return Err(DatabaseError::new(&settings.url, Kind::NoSuchDatabase, detail).into());
                }
                // Another process was faster. It may have deleted the file since, but not each time.
                Err(error) if error.kind() == ErrorKind::AlreadyExists && tries < MOST_TRIES => {}
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

/// The system does not create a file through such a link if the file must be new.
fn is_link_to_nothing(path: &Path) -> bool {
    let is_link = fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    is_link && fs::metadata(path).is_err_and(|error| error.kind() == ErrorKind::NotFound)
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

/// Always the same: on this system, an open file cannot be deleted.
#[cfg(not(unix))]
fn place(_: &Metadata) -> Place {
    (0, 0)
}

/// Returns the files that other users can read, and the folder if other users can replace files in it.
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
    // A save survives a power cut: each commit syncs the log, on macOS down to the disk. Deleted data are overwritten
    // with zeros.
    let pragmas = "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA secure_delete = ON; \
                   PRAGMA trusted_schema = OFF;";
    connection.execute_batch(pragmas).map_err(fail)?;
    migrate(&mut connection, settings)?;
    Ok(connection)
}

/// Changes to the write-ahead log, with which readers do not wait for writers. If another process makes the change at
/// the same time, SQLite does not wait by itself, so this function repeats it.
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

/// Applies the missing steps of the schema. If the schema is current, it only reads.
fn migrate(connection: &mut Connection, settings: &ResolvedSettings) -> Result<(), StoreError> {
    let fail = |error| failure(settings, error);
    if missing(MIGRATIONS, version(connection).map_err(fail)?, &settings.url)?.is_empty() {
        return Ok(());
    }
    let transaction = Transaction::new(connection, TransactionBehavior::Immediate).map_err(fail)?;
    // Another process may have applied them meanwhile.
    let found = version(&transaction).map_err(fail)?;
    for migration in missing(MIGRATIONS, found, &settings.url)? {
        transaction.execute_batch(migration.sql).map_err(fail)?;
    }
    transaction.commit().map_err(fail)
}

fn version(connection: &Connection) -> rusqlite::Result<i32> {
    // A query sees the commits of other processes; `table_exists` may answer from a cache.
    let exists = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'tokcache_migration')";
    if !connection.query_row(exists, [], |row| row.get(0))? {
        return Ok(0);
    }
    connection.query_row("SELECT coalesce(max(version), 0) FROM tokcache_migration", [], |row| row.get(0))
}
