//! The refresh lease: a separate lock file, and a place for tokens that its holder could not save.

use std::path::PathBuf;
use std::time::Duration;

use super::gate::{self, Gate};
use super::lock_acquirer::LockAcquirer;
use super::lockfile::LockFile;
use super::note::Note;
use super::place::Place;
use super::recovery::{RecoveryPlace, keep, remove, rescued_in};
use crate::wait::{Attempt, TryLock};
use crate::{Clock, LocalLease, LocalLeaseRequest, Recovered, Recovery, StoreError};
use tokcache_core::secret::fingerprint;

/// A process's request for a lease.
pub(super) struct FileLeaseRequest<'a> {
    place: &'a Place,
    rescue: RecoveryPlace,
    credential_hash: String,
    clock: &'a dyn Clock,
    acquirer: LockAcquirer<'a>,
    /// The shut gate, which is waited for before the lease is requested again.
    gate: Option<Gate<'a>>,
}

impl<'a> FileLeaseRequest<'a> {
    pub(super) fn new(place: &'a Place, rescue: RecoveryPlace, credential: &str, clock: &'a dyn Clock) -> Self {
        let credential_hash = fingerprint(credential.as_bytes());
        let acquirer = LockAcquirer::new(place, place.lease_file(&credential_hash), clock);
        FileLeaseRequest { place, rescue, credential_hash, clock, acquirer, gate: None }
    }
}

impl LocalLeaseRequest for FileLeaseRequest<'_> {
    fn attempt(&mut self) -> Result<Attempt<Box<dyn LocalLease>>, StoreError> {
        loop {
            if let Some(gate) = &mut self.gate {
                match gate.attempt()? {
                    Attempt::Held(()) => self.gate = None,
                    Attempt::Taken(holder) => return Ok(Attempt::Taken(holder)),
                }
            }
            let lock = match self.acquirer.attempt()? {
                Attempt::Held(lock) => lock,
                Attempt::Taken(holder) => return Ok(Attempt::Taken(holder)),
            };
            if gate::is_open(self.place) {
                let note = Note::new(self.place, &self.credential_hash);
                return Ok(Attempt::Held(Box::new(FileLease::new(lock, &self.rescue, &self.credential_hash, note))));
            }
            // The process that has shut the gate waits for this lease.
            drop(lock);
            self.acquirer = LockAcquirer::new(self.place, self.place.lease_file(&self.credential_hash), self.clock);
            self.gate = Some(Gate::new(self.place, self.clock));
        }
    }

    fn rest(&mut self, pause: Duration, most: Duration, clock: &dyn Clock) -> bool {
        match &mut self.gate {
            Some(gate) => gate.rest(pause, most, clock),
            None => self.acquirer.rest(pause, most, clock),
        }
    }

    fn name(&self) -> PathBuf {
        if self.gate.is_some() { self.place.gate() } else { self.place.lease_file(&self.credential_hash) }
    }
}

/// A refresh lease: the held lock file, and the place for tokens that the holder could not save.
struct FileLease {
    _lock: LockFile,
    files: Vec<PathBuf>,
    note: Note,
    cache: PathBuf,
}

impl FileLease {
    fn new(lock: LockFile, place: &RecoveryPlace, credential_hash: &str, note: Note) -> Self {
        let name = format!("{}{credential_hash}", place.prefix);
        let files = place.folders.iter().map(|folder| folder.join(&name)).collect();
        FileLease { _lock: lock, files, cache: place.cache.clone(), note }
    }
}

impl Recovery for FileLease {
    fn keep(&self, bytes: &[u8]) -> Option<PathBuf> {
        self.files.iter().find(|file| keep(file, bytes, &self.cache).is_ok()).cloned()
    }

    /// Reads several folders, because an earlier run may have used another one: a variable was not set, or a disk was
    /// full.
    fn kept(&self) -> Vec<Recovered> {
        rescued_in(&self.files, &self.cache)
    }

    fn forget(&self, recovered: &Recovered) {
        remove(&recovered.file);
    }

    fn forget_all(&self) {
        self.files.iter().for_each(|file| remove(file));
    }
}

impl LocalLease for FileLease {
    fn note(&self, note: Option<&[u8]>) {
        self.note.write(note);
    }
}

/// All leases of a cache, held by shutting the gate.
pub(super) struct AllLeases {
    pub(super) _gate: LockFile,
    pub(super) place: RecoveryPlace,
}

impl Recovery for AllLeases {
    fn keep(&self, _bytes: &[u8]) -> Option<PathBuf> {
        None
    }

    fn kept(&self) -> Vec<Recovered> {
        rescued_in(&self.place.files(), &self.place.cache)
    }

    fn forget(&self, recovered: &Recovered) {
        remove(&recovered.file);
    }

    fn forget_all(&self) {
        self.place.clear();
    }
}

impl LocalLease for AllLeases {}
