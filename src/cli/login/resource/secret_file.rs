//! The secret of a client that was registered by the program.

use std::path::PathBuf;

use tokcache_core::secret::{ClientSecret, fingerprint};
use tokcache_file::platform;

use crate::cli::profiles::{cannot, replace};
use crate::cli::{Failure, environment};

/// The prefix of the temporary files.
const TEMPORARY: &str = ".registration-";

/// Saves the secret of a client of `authority`, for its owner alone, and returns the file. The profile names the file,
/// as it does for a client that a person has registered.
pub(in crate::cli) fn save(authority: &str, client_id: &str, secret: &ClientSecret) -> Result<PathBuf, Failure> {
    let folder = environment::state_dir()?.ok_or_else(environment::no_home)?.join("registrations");
    let name = fingerprint(format!("{authority}\n{client_id}").as_bytes());
    let path = folder.join(format!("{name}.secret"));
    let saved = platform::create_folder(&folder).and_then(|()| platform::check_way(&folder));
    let saved = saved.and_then(|()| replace(&path, TEMPORARY, secret.expose().as_bytes()));
    saved.map_err(|error| cannot("write", &path, &error))?;
    Ok(path)
}
