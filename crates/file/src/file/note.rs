//! A note that the holder of a refresh lease leaves for waiting processes: a small file beside the cache, without
//! secrets.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::place::{Place, folder_of};
use super::regular::{check_cache, open_unchecked};
use crate::platform;

/// An upper bound for the size of a note.
const LONGEST: u64 = 4096;

/// The note of a lease.
pub(super) struct Note {
    path: PathBuf,
    prefix: OsString,
}

impl Note {
    pub(super) fn new(place: &Place, credential_hash: &str) -> Self {
        Note { path: place.note_file(credential_hash), prefix: place.temporary_prefix() }
    }

    /// Returns the note; `None` if there is none, or if another user has written it.
    pub(super) fn read(&self) -> Option<Vec<u8>> {
        let file = open_unchecked(&self.path).ok()?;
        check_cache(&self.path, &file.metadata().ok()?).ok()?;
        let mut note = Vec::new();
        file.take(LONGEST).read_to_end(&mut note).ok()?;
        Some(note)
    }

    /// Writes the note atomically, or removes it. The note need not survive a system crash.
    pub(super) fn write(&self, note: Option<&[u8]>) {
        // Errors are ignored: without a note, each process sends its own request.
        let _ = match note {
            Some(note) => self.replace(note),
            None => fs::remove_file(&self.path),
        };
    }

    fn replace(&self, note: &[u8]) -> io::Result<()> {
        let mut file = platform::create_temporary(folder_of(&self.path), &self.prefix)?;
        file.write_all(note)?;
        file.persist(&self.path)?;
        Ok(())
    }
}

/// Removes the notes of all leases.
pub(super) fn forget_all(place: &Place) {
    for note in notes(place) {
        let _ = fs::remove_file(note);
    }
}

fn notes(place: &Place) -> Vec<PathBuf> {
    let in_folder = |folder: &Path| {
        let names = platform::names_in(folder).ok()?;
        Some(names.filter(|name| place.is_note(name)).map(|name| folder.join(name)).collect())
    };
    in_folder(place.folder()).unwrap_or_default()
}
