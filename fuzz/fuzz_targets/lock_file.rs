//! The content of a lock file: a living holder is named and never robbed, and a lock that was taken over is released.

#![no_main]
#![allow(clippy::disallowed_methods, reason = "a lock file is what others write, as they write it")]

use std::cell::LazyCell;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;
use tokcache_core::store::{Change, Holder, Saved, StoreError};
use tokcache_core::time::{Clock, Timestamp};
use tokcache_file::FileStore;
use tokcache_file::LocalStore;
use tokcache_fuzz::server::NOW;
use zeroize::Zeroizing;

thread_local! {
    static FOLDER: LazyCell<TempDir> = LazyCell::new(|| {
        // In memory if possible, because each input makes a dozen system calls.
        let memory = Path::new("/dev/shm");
        tempfile::tempdir_in(if memory.exists() { memory } else { Path::new("/tmp") }).expect("a folder")
    });
}

fuzz_target!(|content: &[u8]| {
    FOLDER.with(|folder| {
        let (cache, lock) = (folder.path().join("cache"), folder.path().join("cache.lockfile"));
        fs::write(&lock, content).expect("a lock file");
        let store = FileStore::new(&cache, Duration::from_secs(90), Arc::new(LeapingClock::default()));
        let holder = store.describe().lock_holder;
        let update = store.update(&mut |_| Change::Replace(Zeroizing::new(content.to_vec())));
        match update {
            Ok(Saved::Written) => {
                assert!(!is_alive_and_another_tools(holder), "a living holder was robbed");
                assert!(!lock.exists(), "the lock was given back");
                assert_eq!(fs::read(&cache).expect("it is saved"), content);
            }
            Err(StoreError::Busy { .. }) => assert_eq!(fs::read(&lock).expect("the lock is there"), content),
            other => panic!("{other:?}"),
        }
        let _ = fs::remove_file(&cache);
        let _ = fs::remove_file(&lock);
    });
});

/// Whether another tool can still hold the lock: only a tool without `flock`, because the `flock` is free here.
fn is_alive_and_another_tools(holder: Option<Holder>) -> bool {
    holder.is_some_and(|holder| {
        holder.program.as_deref() != Some("tokcache")
            && holder.pid.is_some_and(|pid| Path::new(&format!("/proc/{pid}")).exists())
    })
}

/// A clock whose sleeps take longer than asked. Otherwise a wait would make thousands of attempts.
#[derive(Default)]
struct LeapingClock(AtomicU64);

impl Clock for LeapingClock {
    fn now(&self) -> Timestamp {
        NOW.plus(self.elapsed())
    }

    fn elapsed(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::Relaxed))
    }

    fn sleep(&self, _wait: Duration) {
        self.0.fetch_add(20, Ordering::Relaxed);
    }
}
