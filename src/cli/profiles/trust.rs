//! The record of the `.tokcache.toml` files that the user trusts: one file for each, in a folder beside the profiles.
//! It has the name of the path's digest, and contains the digest of the content and the path, as `sha256sum` does.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use ring::digest::{SHA256, digest};
use tokcache_file::platform;

use crate::cli::{Failure, environment, profiles};

/// Whether the user trusts a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::cli) enum Trust {
    /// The content has changed since.
    Changed,
    Never,
    Trusted,
}

/// A record is two digests of a path and a content. A path has at most some thousand bytes.
const LARGEST: u64 = 64 << 10;

/// Returns whether the user trusts the file at the absolute `path` with this content.
pub(in crate::cli) fn of(path: &Path, content: &[u8]) -> Result<Trust, Failure> {
    let record = record_of(path)?;
    match platform::read_trusted(&record, LARGEST) {
        Ok(recorded) if recorded == text(path, content) => Ok(Trust::Trusted),
        Ok(_) => Ok(Trust::Changed),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Trust::Never),
        Err(error) => Err(profiles::cannot("read", &record, &error)),
    }
}

/// Records that the user trusts the file with this content, and with no other.
pub(in crate::cli) fn record(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let record = record_of(path)?;
    let folder = record.parent().unwrap_or(Path::new("."));
    let write = || -> io::Result<()> {
        platform::create_folder(folder)?;
        // A record in a folder where others can replace it would be refused later.
        platform::check_way(folder)?;
        profiles::replace(&record, ".trusted-", &text(path, content))
    };
    write().map_err(|error| profiles::cannot("write", &record, &error))
}

/// Removes the record. Returns `false` if there is none.
pub(in crate::cli) fn forget(path: &Path) -> Result<bool, Failure> {
    let record = record_of(path)?;
    match fs::remove_file(&record) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(profiles::cannot("remove", &record, &error)),
    }
}

fn record_of(path: &Path) -> Result<PathBuf, Failure> {
    let folder = environment::config_dir()?.ok_or_else(environment::no_home)?;
    Ok(folder.join("trusted").join(hex(path.as_os_str().as_encoded_bytes())))
}

fn text(path: &Path, content: &[u8]) -> Vec<u8> {
    [hex(content).as_bytes(), b"  ", path.as_os_str().as_encoded_bytes(), b"\n"].concat()
}

fn hex(bytes: &[u8]) -> String {
    digest(&SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
