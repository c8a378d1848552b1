use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use pollster::FutureExt as _;
use rusqlite::Connection;
use tokcache_core::acquire::AcquireError;
use tokcache_core::store::{Store, StoreError};
use tokcache_core::time::SystemClock;
use tokcache_sql::{DatabaseErrorKind, SqliteSettings, SqliteStore};
use tokcache_testing::provider::RotatingProvider;
use tokcache_testing::servers::{ProviderServer, unshare_options};

use crate::support::child::{Role, Waiting};
use crate::support::{alice, client, kind, outage, request, sign_in};
use crate::{new_file, store};

fn path(url: &str) -> PathBuf {
    url.strip_prefix("sqlite:").unwrap().into()
}

/// The file disappears, as when a volume is unmounted.
#[test]
fn a_file_that_is_gone_is_no_miss() {
    let (_folder, url) = new_file();
    let (file, away) = (path(&url), path(&url).with_extension("away"));
    let begin = || std::fs::rename(&file, &away).unwrap();
    let end = || std::fs::rename(&away, &file).unwrap();
    outage::is_no_miss(&store(&url), &[DatabaseErrorKind::Unreachable], Duration::from_secs(1), begin, end);
}

/// A process is suspended while it writes. Readers need no lock.
#[test]
fn a_writer_that_never_ends_is_waited_for_in_time_and_no_reader_waits() {
    let (_folder, url) = new_file();
    let settings = SqliteSettings::parse(&url).unwrap().busy_timeout(Duration::from_millis(300));
    let (store, clock) = (SqliteStore::new(settings).unwrap(), SystemClock::new());
    sign_in(&store);
    let writer = Connection::open(path(&url)).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE; UPDATE tokcache_number SET last = last + 1").unwrap();

    let provider = RotatingProvider::new(&clock, Duration::ZERO);
    let start = Instant::now();
    let error = client(&store, &provider, &clock).acquire_token_silent(&request()).block_on().unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    let AcquireError::Store(error) = error else { panic!("{error:?}") };
    assert_eq!(kind(&error), (DatabaseErrorKind::Contention, true));
    assert_eq!(provider.rotation.requests(), 0);
    let start = Instant::now();
    assert!(store.load(&alice()).block_on().unwrap().is_some());
    assert!(start.elapsed() < Duration::from_millis(100), "{:?}", start.elapsed());

    writer.execute_batch("ROLLBACK").unwrap();
    let token = client(&store, &provider, &clock).acquire_token_silent(&request()).block_on().unwrap();
    assert_eq!(token.access_token.expose(), "AT-1");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "damage")]
fn a_damaged_file_is_an_error_and_left_alone() {
    let (_folder, url) = new_file();
    let garbage = b"not a database, and longer than the hundred bytes that a header has, so that nobody takes it for \
                    an empty one";
    std::fs::write(path(&url), garbage).unwrap();
    let error = store(&url).load(&alice()).block_on().map(drop).unwrap_err();
    assert!(matches!(&error, StoreError::Damaged { path, .. } if *path == self::path(&url)), "{error:?}");
    assert_eq!(std::fs::read(path(&url)).unwrap(), garbage);
}

/// The disk has 1 MB. The refresh token is redeemed only when there is room for the new one.
#[test]
fn on_a_full_disk_no_refresh_token_is_redeemed() {
    let (folder, url) = new_file();
    let provider = ProviderServer::start(Duration::ZERO);
    let mut mounted = Command::new("unshare");
    let script = "mount -t tmpfs -o size=1m none \"$0\" && head -c 300000 /dev/zero >\"$0/reserve\" && exec \"$@\"";
    mounted.args(unshare_options(&["--mount"])).args(["sh", "-c", script]).arg(folder.path());
    let mut child = Waiting::start(mounted, Role::FillDisk, &url, &provider.authority());
    child.go();
    let answer = child.answer();
    let [saved, full, room, at_full, later] = answer.split("; ").collect::<Vec<_>>()[..] else { panic!("{answer}") };
    assert!(saved.parse::<usize>().unwrap() > 10, "{answer}");
    assert_eq!((full, room), ("(DiskFull, false)", "(DiskFull, false)"), "{answer}");
    assert!(at_full.contains("the disk is full"), "{answer}");
    // No request was sent before, since this is the first one.
    assert_eq!((later, provider.rotation().requests()), ("AT-1", 1), "{answer}");
}
