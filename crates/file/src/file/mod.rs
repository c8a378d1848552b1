//! The file store: one cache file that all MSAL libraries on the machine share.
//!
//! There are two kinds of locks. The *cache lock*, `<cache>.lockfile`, is MSAL's too. It is held for one load, change
//! and save, which takes milliseconds. It is never held during a request or while a person is asked, because MSAL
//! Python and Go break it after 5 seconds. The *refresh lease*, `<cache>.refresh-<hash>`, is tokcache's own. The one
//! process that refreshes holds it. The lease is taken before the cache lock, never while the cache lock is held.
//!
//! Readers take no lock: a save is a rename, so the file is always complete. MSAL's own writers truncate the file and
//! write in place, so empty or torn bytes are read again before they are reported as damage.

mod gate;
mod lease;
mod load;
mod lock;
mod lock_acquirer;
mod lock_content;
mod lockfile;
mod note;
mod place;
mod recovery;
mod regular;
mod save;
mod set_aside;
#[cfg(all(feature = "keyring", target_os = "linux"))]
mod signal;
mod sweep;
mod unlock_watcher;
mod version;

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use self::lease::{AllLeases, FileLeaseRequest};
use self::load::{Settling, Snapshot, scan, snapshot};
use self::lock::CacheLock;
use self::lockfile::holder_of;
use self::note::Note;
use self::place::Place;
use self::recovery::RecoveryPlace;
use self::regular::open_to_write;
use self::save::{Commit, existing, remove, save};
use self::set_aside::set_aside;
use self::sweep::sweep;
use self::version::Version;
use crate::adapter::implement_store;
use crate::path_text::text_of_path;
use crate::platform;
use crate::wait::{WaitPolicy, Waiting};
use crate::{
    Change, Description, Expected, Holder, LocalLease, LocalLeaseRequest, LocalStore, Repaired, Revision, Rewrite,
    Saved, StoreError, Unsynced, Validity,
};
use tokcache_core::secret::{Window, fingerprint};
use tokcache_core::time::Clock;

pub use self::recovery::RecoveryFolders;

/// A cache file with its locks.
pub struct FileStore {
    place: Place,
    lock_timeout: Duration,
    clock: Arc<dyn Clock>,
    recovery_folders: Box<RecoveryFolders>,
    waiting: Arc<Waiting>,
    unsynced: Arc<Unsynced>,
}

impl FileStore {
    /// Returns a store for the file at `path`, which need not exist yet. Waits at most `lock_timeout` for another
    /// process's cache lock.
    pub fn new(path: &Path, lock_timeout: Duration, clock: Arc<dyn Clock>) -> Self {
        let waiting = Arc::new(|_: &Path, _: &Holder| {});
        let unsynced = Arc::new(|_: &Path, _: &io::Error| {});
        FileStore {
            place: Place::new(path),
            lock_timeout,
            clock,
            recovery_folders: Box::new(Vec::new),
            waiting,
            unsynced,
        }
    }

    /// Sets a callback for long waits. It gets the lock file and its holder.
    pub fn telling(mut self, waiting: Arc<Waiting>) -> Self {
        self.waiting = waiting;
        self
    }

    /// Sets a callback for saves that may not survive a system crash.
    pub fn telling_unsynced(mut self, unsynced: Arc<Unsynced>) -> Self {
        self.unsynced = unsynced;
        self
    }

    /// Sets the folders for tokens that cannot be saved. The first folder that is writable is used.
    pub fn recovering_in(mut self, folders: Box<RecoveryFolders>) -> Self {
        self.recovery_folders = folders;
        self
    }

    fn recovery_place(&self) -> RecoveryPlace {
        let cache = self.place.file().to_owned();
        let prefix = format!("tokcache-rescue-{}-", fingerprint(cache.as_os_str().as_encoded_bytes()));
        RecoveryPlace { folders: (self.recovery_folders)(), prefix, cache }
    }

    fn patience(&self, limit: Duration) -> WaitPolicy<'_> {
        WaitPolicy { limit, clock: self.clock.as_ref(), waiting: self.waiting.as_ref() }
    }

    fn lock(&self) -> Result<CacheLock, StoreError> {
        CacheLock::acquire(&self.place, self.patience(self.lock_timeout))
    }

    fn save(&self, lock: &CacheLock, bytes: &[u8], seen: Option<&Snapshot>) -> Result<Commit, StoreError> {
        save(lock, &self.place, bytes, seen, self.unsynced.as_ref())
    }

    /// Returns [`StoreError::Busy`] if other processes have broken our lock repeatedly for the whole lock timeout.
    fn check_patience(&self, start: Duration) -> Result<(), StoreError> {
        let waited = self.clock.elapsed().saturating_sub(start);
        if waited < self.lock_timeout {
            return Ok(());
        }
        Err(StoreError::Busy { lock: self.place.typed.clone(), holder: Holder::default(), waited })
    }

    /// Reads bytes that stay empty or torn once more, under the lock. If the folder is read-only, no other process can
    /// write either, so no lock is needed.
    fn load_locked(&self, read: &mut dyn FnMut(&[u8]) -> Validity) -> Result<Option<Revision>, StoreError> {
        let _lock = match self.lock() {
            Ok(lock) => Some(lock),
            Err(error) if error.is_unwritable() => None,
            Err(error) => return Err(error),
        };
        match snapshot(self.place.file())? {
            None => Ok(None),
            Some(found) if found.is_blank() => Ok(None),
            Some(found) if found.reads_whole(read) => Ok(Some(found.version.revision())),
            Some(_) => Err(StoreError::damaged(&self.place.typed)),
        }
    }
}

implement_store!(FileStore);

impl LocalStore for FileStore {
    fn load(&self, read: &mut dyn FnMut(&[u8]) -> Validity) -> Result<Option<Revision>, StoreError> {
        let mut settling = Settling::new(self.clock.as_ref());
        loop {
            let Some(found) = snapshot(&self.place.typed)? else { return Ok(None) };
            if found.reads_whole(read) {
                return Ok(Some(found.version.revision()));
            }
            if settling.is_over(&found) {
                return self.load_locked(read);
            }
            settling.pause();
        }
    }

    fn scan(&self, read: &mut dyn FnMut(&mut Window<'_>)) -> Option<Revision> {
        Some(scan(&self.place.typed, read).ok()??.revision())
    }

    fn revision(&self) -> Option<Revision> {
        Some(Version::of(&fs::metadata(&self.place.typed).ok()?).ok()?.revision())
    }

    fn update_at(
        &self,
        expected: Expected,
        change: &mut dyn FnMut(Option<&[u8]>) -> Change,
    ) -> Result<Option<Saved>, StoreError> {
        self.place.ensure_replaceable()?;
        self.place.create_folder()?;
        let mut settling = Settling::new(self.clock.as_ref());
        let start = self.clock.elapsed();
        loop {
            let lock = self.lock()?;
            let found = snapshot(self.place.file())?;
            let document = found.as_ref().filter(|found| !found.is_blank());
            if !expected.allows(document.map(|found| found.version.revision())) {
                return Ok(None);
            }
            let settled = found.as_ref().is_none_or(|found| settling.is_over(found));
            let wanted = match &found {
                Some(found) if found.document().is_none() && !settled => Change::Torn,
                found => change(found.as_ref().and_then(Snapshot::document)),
            };
            match wanted {
                Change::Keep => return Ok(Some(Saved::Unchanged)),
                Change::Replace(bytes) | Change::ReplaceUntil(bytes, _)
                    if found.as_ref().is_some_and(|found| *found.bytes == **bytes) =>
                {
                    return Ok(Some(Saved::Unchanged));
                }
                Change::Replace(bytes) | Change::ReplaceUntil(bytes, _) => {
                    match self.save(&lock, &bytes, found.as_ref())? {
                        Commit::Done { closed } => {
                            sweep(&lock, &self.place, self.clock.as_ref());
                            return Ok(Some(if closed { Saved::WrittenAndTightened } else { Saved::Written }));
                        }
                        Commit::Overtaken => self.check_patience(start)?,
                    }
                }
                Change::Torn if settled => return Err(StoreError::damaged(&self.place.typed)),
                Change::Torn => {
                    drop(lock);
                    settling.pause();
                }
            }
        }
    }

    fn repair(&self, salvage: &mut dyn FnMut(&[u8]) -> Change) -> Result<Repaired, StoreError> {
        self.place.ensure_replaceable()?;
        let mut settling = Settling::new(self.clock.as_ref());
        let start = self.clock.elapsed();
        loop {
            let lock = self.lock()?;
            let Some(found) = snapshot(self.place.file())? else { return Ok(Repaired::Unchanged) };
            let Some(bytes) = found.document().filter(|_| settling.is_over(&found)) else {
                if found.is_blank() {
                    return Ok(Repaired::Unchanged);
                }
                drop(lock);
                self.check_patience(start)?;
                settling.pause();
                continue;
            };
            let repaired = match salvage(bytes) {
                Change::Keep => return Ok(Repaired::Unchanged),
                Change::Replace(repaired) | Change::ReplaceUntil(repaired, _) => repaired,
                Change::Torn => return Err(StoreError::damaged(&self.place.typed)),
            };
            let aside = set_aside(&lock, &self.place, &found, self.clock.now())?;
            match self.save(&lock, &repaired, Some(&found))? {
                Commit::Done { .. } => return Ok(Repaired::SetAside(aside)),
                Commit::Overtaken => self.check_patience(start)?,
            }
        }
    }

    fn remove(&self) -> Result<(), StoreError> {
        if !self.place.folder().exists() {
            return Ok(());
        }
        self.place.ensure_replaceable()?;
        let lock = self.lock()?;
        remove(&lock, &self.place, self.unsynced.as_ref())?;
        sweep(&lock, &self.place, self.clock.as_ref());
        Ok(())
    }

    fn ensure_room(&self, size: usize) -> Result<(), StoreError> {
        self.place.ensure_replaceable()?;
        self.place.create_folder()?;
        existing(&self.place).map_err(StoreError::io("save to", self.place.file()))?;
        let folder = self.place.folder();
        let reserved = match tempfile::tempfile_in(folder) {
            Ok(file) => platform::reserve(&file, size as u64),
            // The folder is read-only, so the file will be written in place.
            Err(error) => open_to_write(self.place.file())
                .and_then(|file| platform::reserve_growth(&file, size as u64))
                .map_err(|_| error),
        };
        reserved.map_err(StoreError::io("save in", folder))?;
        // If another process holds the lock now, it will have released it by the time of the save.
        match CacheLock::acquire(&self.place, self.patience(Duration::ZERO)) {
            Ok(_) | Err(StoreError::Busy { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn lease<'a>(&'a self, credential: &str) -> Result<Box<dyn LocalLeaseRequest + 'a>, StoreError> {
        self.place.ensure_replaceable()?;
        self.place.create_folder()?;
        let clock = self.clock.as_ref();
        Ok(Box::new(FileLeaseRequest::new(&self.place, self.recovery_place(), credential, clock)))
    }

    fn lease_all(&self, patience: Duration) -> Result<Box<dyn LocalLease>, StoreError> {
        self.place.ensure_replaceable()?;
        self.place.create_folder()?;
        let gate = gate::shut(&self.place, self.patience(patience))?;
        Ok(Box::new(AllLeases { _gate: gate, place: self.recovery_place() }))
    }

    fn tidy(&self) {
        if let Ok(lock) = CacheLock::acquire(&self.place, self.patience(Duration::ZERO)) {
            sweep(&lock, &self.place, self.clock.as_ref());
        }
    }

    fn note(&self, credential: &str) -> Option<Vec<u8>> {
        Note::new(&self.place, &fingerprint(credential.as_bytes())).read()
    }

    fn forget_recovery(&self) {
        note::forget_all(&self.place);
        self.recovery_place().clear();
    }

    fn rewrite_recovery(&self, rewrite: &mut Rewrite<'_>) {
        self.recovery_place().rewrite(rewrite);
    }

    fn lease_holders(&self) -> Vec<Holder> {
        gate::leases(&self.place).iter().filter_map(|lease| holder_of(lease)).collect()
    }

    fn describe(&self) -> Description {
        let path = self.place.typed.clone();
        let lock_holder = self.place.lock_files().iter().find_map(|lock| holder_of(lock));
        let exposed = [
            (self.place.file(), platform::is_open_to_others as fn(&Metadata) -> bool),
            (self.place.folder(), platform::lets_others_replace),
        ];
        let exposed = exposed.into_iter().filter(|(path, is_so)| fs::metadata(path).is_ok_and(|it| is_so(&it)));
        let exposed = exposed.map(|(path, _)| path.to_owned()).collect();
        Description { url: format!("file:{}", text_of_path(&path)), path: Some(path), lock_holder, exposed }
    }
}
