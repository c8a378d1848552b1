use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use pollster::FutureExt as _;
use rusqlite::Connection;
use tokcache_core::store::{Store, StoreError};
use tokcache_sql::DatabaseErrorKind;

use crate::support::{alice, kind, put};
use crate::{new_file, store};

fn path(url: &str) -> PathBuf {
    url.strip_prefix("sqlite:").unwrap().into()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn failure(url: &str) -> StoreError {
    store(url).load(&alice()).block_on().map(drop).unwrap_err()
}

#[test]
fn the_files_are_for_their_owner_alone() {
    let (_folder, url) = new_file();
    let store = store(&url);
    put(&store, &alice(), b"{}");
    for file in ["tokens.db", "tokens.db-wal", "tokens.db-shm"] {
        assert_eq!(mode(&path(&url).with_file_name(file)), 0o600, "{file}");
    }
    assert_eq!(store.describe().exposed, Vec::<PathBuf>::new());
    assert_eq!((store.describe().url, store.describe().path), (url.clone(), Some(path(&url))));
}

#[test]
fn what_others_can_read_or_replace_is_described() {
    let (folder, url) = new_file();
    let store = store(&url);
    put(&store, &alice(), b"{}");
    fs::set_permissions(path(&url), Permissions::from_mode(0o640)).unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
    assert_eq!(store.describe().exposed, [path(&url), folder.path().to_owned()]);
}

#[test]
fn the_last_process_leaves_one_file() {
    let (folder, url) = new_file();
    put(&store(&url), &alice(), b"{}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_is_no_file_of_this_user_is_refused() {
    let (_folder, url) = new_file();
    fs::create_dir(path(&url)).unwrap();
    assert_eq!(kind(&failure(&url)), (DatabaseErrorKind::AccessDenied, false));
    fs::remove_dir(path(&url)).unwrap();
    put(&store(&url), &alice(), b"{}");
    // Only root can give a file away.
    if rustix::process::geteuid().is_root() {
        chown(path(&url), Some(65_534), None).unwrap();
        assert_eq!(kind(&failure(&url)), (DatabaseErrorKind::AccessDenied, false));
    }
}

/// The answer comes from another thread, because the store once tried for ever.
#[test]
fn a_link_to_nothing_is_an_error() {
    let (folder, url) = new_file();
    let target = folder.path().join("target.db");
    symlink(&target, path(&url)).unwrap();
    let (sender, answer) = mpsc::channel();
    let of_thread = url.clone();
    thread::spawn(move || sender.send(failure(&of_thread)));
    let error = answer.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!(kind(&error), (DatabaseErrorKind::NoSuchDatabase, false));
    assert!(error.to_string().contains("symbolic link"), "{error}");
    assert!(!target.exists());
    put(&store(&format!("sqlite:{}", target.display())), &alice(), b"{}");
    assert!(store(&url).load(&alice()).block_on().unwrap().is_some());
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let (_folder, url) = new_file();
    let url = url.replace("tokens.db", "folder/tokens.db");
    let error = failure(&url);
    assert!(matches!(&error, StoreError::Io { .. }) && error.to_string().contains("folder/tokens.db"), "{error}");
}

#[test]
fn a_newer_schema_is_refused_by_name() {
    let (_folder, url) = new_file();
    put(&store(&url), &alice(), b"{}");
    let newer = "INSERT INTO tokcache_migration (version) VALUES (99)";
    Connection::open(path(&url)).unwrap().execute(newer, []).unwrap();
    let error = failure(&url);
    assert_eq!(kind(&error), (DatabaseErrorKind::Schema, false));
    assert!(error.to_string().contains("version 99"), "{error}");
}

/// SQLite would continue to use the old file, which no other process sees.
#[test]
fn a_file_in_the_place_of_another_is_seen() {
    let (_folder, url) = new_file();
    let (store, other) = (store(&url), store(&url));
    put(&store, &alice(), b"old");
    fs::rename(path(&url), path(&url).with_extension("old")).unwrap();
    put(&other, &alice(), b"new");
    assert_eq!(store.load(&alice()).block_on().unwrap().unwrap().bytes.as_slice(), b"new");
}

#[test]
fn a_runtime_goes_on_while_the_file_is_locked() {
    let (_folder, url) = new_file();
    let store = store(&url);
    put(&store, &alice(), b"{}");
    let writer = Connection::open(path(&url)).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let alice = alice();
    runtime.block_on(async {
        let remove = store.remove(&alice);
        let ticks = async {
            for _ in 0..20 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            writer.execute_batch("ROLLBACK").unwrap();
        };
        // The file is unlocked after the ticks, so the removal can end.
        let (removed, ()) = tokio::join!(remove, ticks);
        removed.unwrap();
    });
}

/// Saves delete some expired documents, without a call of `purge_expired`.
#[test]
fn saves_delete_what_is_over() {
    let (_folder, url) = new_file();
    let store = store(&url);
    put(&store, &alice(), b"{}");
    let database = Connection::open(path(&url)).unwrap();
    let over = "INSERT INTO tokcache_document (partition, revision, keep_until, document) VALUES ('over', 0, 1, x'00')";
    database.execute(over, []).unwrap();
    let is_there = || {
        let count = "SELECT count(*) FROM tokcache_document WHERE partition = 'over'";
        database.query_row(count, [], |row| row.get::<_, i64>(0)).unwrap() == 1
    };
    // This fails by chance once in 10^8 runs.
    assert!((0..5000).any(|_| {
        put(&store, &alice(), b"{}");
        !is_there()
    }));
}
