//! What the holder of a refresh lease leaves to those who wait for it: a small file beside the cache, without a secret.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::place::{Place, folder_of};
use super::regular::{check_cache, open_unchecked};
use crate::platform;

/// More than is ever noted.
const LONGEST: u64 = 4096;

/// The note at a lease.
pub(super) struct Note {
    path: PathBuf,
    prefix: OsString,
}

impl Note {
    pub(super) fn new(place: &Place, credential_hash: &str) -> Self {
        Note { path: place.note_file(credential_hash), prefix: place.temporary_prefix() }
    }

    /// `None` if there is none, or another user has written it.
    pub(super) fn read(&self) -> Option<Vec<u8>> {
        let file = open_unchecked(&self.path).ok()?;
        check_cache(&self.path, &file.metadata().ok()?).ok()?;
        let mut note = Vec::new();
        file.take(LONGEST).read_to_end(&mut note).ok()?;
        Some(note)
    }

    /// The old one or the new one is there at every moment. It need not outlive a crash of the system.
    pub(super) fn write(&self, note: Option<&[u8]>) {
        // What cannot be written is not missed: then everybody asks for himself.
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

/// Removes the notes at all leases.
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
