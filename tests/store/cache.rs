//! A cache file in a temporary folder, and a simple document that shows whether it is complete.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use pollster::FutureExt as _;
use tempfile::TempDir;
use tokcache_core::store::{Change, Holder, Lease, LeaseWait, StoreError, Turn, Validity};
use tokcache_core::time::{Clock, SystemClock};
use tokcache_file::FileStore;
use tokcache_file::{LocalStore, lease_request};
use zeroize::Zeroizing;

use crate::support::clock::SleepClock;
use crate::support::{names, put};

/// Longer than any test waits, unless it is broken.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

const BEGIN: &str = "BEGIN\n";
const END: &str = "END\n";

/// A cache file in a temporary folder.
pub(crate) struct Cache {
    pub(crate) folder: TempDir,
    pub(crate) path: PathBuf,
}

impl Cache {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cache.json");
        Cache { folder, path }
    }

    pub(crate) fn holding(bytes: &[u8]) -> Self {
        let cache = Cache::new();
        put(&cache.path, bytes);
        cache
    }

    pub(crate) fn lockfile(&self) -> PathBuf {
        self.folder.path().join("cache.json.lockfile")
    }

    pub(crate) fn store(&self) -> FileStore {
        file_store(&self.path)
    }

    /// Returns a store whose waits take no real time.
    pub(crate) fn patient_store(&self) -> (FileStore, Arc<SleepClock>) {
        let clock = Arc::new(SleepClock::default());
        (FileStore::new(&self.path, PATIENCE, clock.clone()), clock)
    }

    /// Returns the names in the folder, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        names(self.folder.path())
    }
}

pub(crate) fn file_store(path: &Path) -> FileStore {
    FileStore::new(path, PATIENCE, Arc::new(SystemClock::new()))
}

/// Returns a document of these lines.
pub(crate) fn document(lines: &[&str]) -> Vec<u8> {
    let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
    format!("{BEGIN}{lines}{END}").into_bytes()
}

/// Returns the lines of a complete document.
pub(crate) fn lines(bytes: &[u8]) -> Option<Vec<String>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let inner = text.strip_prefix(BEGIN)?.strip_suffix(END)?;
    Some(inner.lines().map(str::to_owned).collect())
}

/// Returns the lines in a store; `None` if there is no document.
pub(crate) fn loaded(store: &dyn LocalStore) -> Option<Vec<String>> {
    let mut found = None;
    let revision = store.load(&mut |bytes| {
        found = lines(bytes);
        if found.is_some() { Validity::Whole } else { Validity::Torn }
    });
    revision.unwrap().and(found)
}

/// Returns the change that adds a line.
pub(crate) fn adding(line: &str, bytes: Option<&[u8]>) -> Change {
    let Some(mut all) = bytes.map_or(Some(Vec::new()), lines) else { return Change::Torn };
    all.push(line.to_owned());
    let all: Vec<_> = all.iter().map(String::as_str).collect();
    Change::Replace(Zeroizing::new(document(&all)))
}

pub(crate) fn replacing(bytes: &[u8]) -> Change {
    Change::Replace(Zeroizing::new(bytes.to_vec()))
}

/// Returns the number of a process that has ended.
pub(crate) fn dead_pid() -> u32 {
    let mut child = std::process::Command::new("true").spawn().unwrap();
    child.wait().unwrap();
    child.id()
}

#[expect(clippy::disallowed_methods, reason = "compared with file times")]
pub(crate) fn wall_clock() -> SystemTime {
    SystemTime::now()
}

#[expect(clippy::disallowed_methods, reason = "waits for another process")]
pub(crate) fn sleep(wait: Duration) {
    std::thread::sleep(wait);
}

/// Whether to continue to wait for a lease.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Wait {
    /// The lease is not needed any more.
    Enough,
    /// Continue to wait.
    More,
}

/// Returns the lease of `credential`, without real time; `None` if `waiting` stopped the wait.
pub(crate) fn lease(
    store: &dyn LocalStore,
    credential: &str,
    patience: Duration,
    waiting: &mut dyn FnMut(&Holder) -> Wait,
) -> Result<Option<Box<dyn Lease>>, StoreError> {
    lease_by(&SleepClock::default(), store, credential, patience, waiting)
}

/// Like [`lease`], in real time and with [`PATIENCE`].
pub(crate) fn lease_in_time(
    store: &dyn LocalStore,
    waiting: &mut dyn FnMut(&Holder) -> Wait,
) -> Option<Box<dyn Lease>> {
    lease_by(&SystemClock::new(), store, "credential", PATIENCE, waiting).unwrap()
}

/// Like [`lease`], by this clock.
pub(crate) fn lease_by(
    clock: &dyn Clock,
    store: &dyn LocalStore,
    credential: &str,
    patience: Duration,
    waiting: &mut dyn FnMut(&Holder) -> Wait,
) -> Result<Option<Box<dyn Lease>>, StoreError> {
    let mut wait = LeaseWait::new(lease_request(store, credential)?, patience, clock);
    loop {
        match wait.next().block_on()? {
            Turn::Held(lease) => return Ok(Some(lease)),
            Turn::Taken(holder) if waiting(&holder) == Wait::Enough => return Ok(None),
            Turn::Taken(_) => {}
        }
    }
}
