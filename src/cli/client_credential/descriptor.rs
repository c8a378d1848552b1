use std::fs::File;
use std::io;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::cli::settings::values::{LONGEST_PASSWORD, in_time, read_at_most};

/// How long the writer of a pipe may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Reads an open descriptor to its end. The writer of a pipe may never close it.
pub(super) fn read_descriptor(number: u32) -> io::Result<Zeroizing<Vec<u8>>> {
    let open = move || File::open(format!("/dev/fd/{number}"));
    in_time(PATIENCE, move || open().and_then(|file| read_at_most(file, LONGEST_PASSWORD)))?
}
