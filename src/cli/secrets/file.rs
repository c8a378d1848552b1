//! Reads files with secrets that the user has named: client secrets, private keys, passwords and assertions.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tokcache_file::platform;
use zeroize::Zeroizing;

use crate::output::{plain, quote, tell};

/// The files that a warning has named. A key is read for each request.
static NAMED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Reads a file that only the user and root can write. Warns if it is the user's own and others can read it.
pub(in crate::cli) fn read(path: &Path, limit: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    read_with(path, limit, |_| true)
}

/// Like [`read`], for a file whose content says whether it should be secret.
pub(in crate::cli) fn read_with(
    path: &Path,
    limit: u64,
    is_secret: impl FnOnce(&[u8]) -> bool,
) -> io::Result<Zeroizing<Vec<u8>>> {
    let (bytes, mode) = platform::read_secret(path, limit)?;
    let bytes = Zeroizing::new(bytes);
    if let Some(mode) = mode.filter(|_| is_secret(&bytes)) {
        warn(path, mode);
    }
    Ok(bytes)
}

fn warn(path: &Path, mode: u32) {
    if NAMED.lock().is_ok_and(|mut named| named.insert(path.to_owned())) {
        let (shown, typed) = (path.display(), quote(&path.to_string_lossy()));
        let warning = format!("warning: other users can read {shown}, as its mode is {mode:04o}: chmod 600 {typed}");
        tell(plain(&warning));
    }
}
