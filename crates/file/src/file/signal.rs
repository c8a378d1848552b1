//! Uses the file as a signal: MSAL's libraries load again if its modification time is later than their last load.

use std::io::{self, ErrorKind};

use super::FileStore;
use super::lock::CacheLock;
use super::place::Place;
use super::regular::open_to_write;
use super::save::stamp;
use super::sweep::sweep;
use crate::platform;
use crate::signal::SignalFile;
use crate::{Saved, StoreError};

impl SignalFile for FileStore {
    fn signalled(&self, work: &mut dyn FnMut() -> Result<Saved, StoreError>) -> Result<Saved, StoreError> {
        self.place.create_folder()?;
        let lock = self.lock()?;
        let saved = work()?;
        if saved != Saved::Unchanged {
            touch(&lock, &self.place).map_err(StoreError::io("touch", self.place.file()))?;
            sweep(&lock, &self.place, self.clock.as_ref());
        }
        Ok(saved)
    }
}

/// Updates the modification time and leaves the content alone.
fn touch(_lock: &CacheLock, place: &Place) -> io::Result<()> {
    let file = match open_to_write(place.file()) {
        Err(error) if error.kind() == ErrorKind::NotFound => platform::create_new(place.file())?,
        opened => opened?,
    };
    let previous = file.metadata()?.modified()?;
    stamp(&file, Some(previous))
}
