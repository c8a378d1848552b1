//! The secret of a client that was registered by the program.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokcache_core::secret::{ClientSecret, fingerprint};
use tokcache_file::platform;

use crate::cli::profiles::{cannot, replace};
use crate::cli::{Failure, environment};

/// The prefix of the temporary files.
const TEMPORARY: &str = ".registration-";

/// How long after its last change a temporary file counts as abandoned. A process may be suspended.
const ABANDONED: Duration = Duration::from_secs(3600);

/// Saves the secret of a client of `authority`, for its owner alone, and returns the file. The profile names the file,
/// as it does for a client that a person has registered.
pub(super) fn save(authority: &str, client_id: &str, secret: &ClientSecret) -> Result<PathBuf, Failure> {
    let folder = environment::state_dir()?.ok_or_else(environment::no_home)?.join("registrations");
    let name = fingerprint(format!("{authority}\n{client_id}").as_bytes());
    let path = folder.join(format!("{name}.secret"));
    let saved = platform::create_folder(&folder).and_then(|()| platform::check_way(&folder)).and_then(|()| {
        sweep(&folder);
        replace(&path, TEMPORARY, secret.expose().as_bytes())
    });
    saved.map_err(|error| cannot("write", &path, &error))?;
    Ok(path)
}

/// Removes the temporary files of runs that were killed, because each may hold a secret.
fn sweep(folder: &Path) {
    for file in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let changed = file.metadata().and_then(|metadata| metadata.modified());
        let age = changed.ok().and_then(|changed| changed.elapsed().ok());
        if file.file_name().as_encoded_bytes().starts_with(TEMPORARY.as_bytes()) && age >= Some(ABANDONED) {
            let _ = std::fs::remove_file(file.path());
        }
    }
}
