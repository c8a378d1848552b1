//! The file with a token for a program.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokcache_core::secret::Zeroizing;
use tokcache_file::platform;

use crate::cli::profiles::replace;
use crate::cli::{Exit, Failure, environment};
use crate::output::quote;

/// A file with a token, which its owner alone can read. A drop deletes it.
pub(super) struct TokenFile {
    path: PathBuf,
    /// The folder, unless the user has named the file.
    _folder: Option<TempDir>,
    /// The token in the file.
    token: Zeroizing<String>,
}

/// The prefix of the temporary files beside the file.
const TEMPORARY: &str = ".tokcache-";

impl TokenFile {
    /// Writes the token into a file at `path`, or in a private temporary folder.
    pub(super) fn create(path: Option<PathBuf>, token: &str) -> Result<TokenFile, Failure> {
        let (path, folder) = match path {
            Some(path) => (absolute(&path)?, None),
            None => {
                let folder = private_folder()?;
                (folder.path().join("token"), Some(folder))
            }
        };
        let mut file = TokenFile { path, _folder: folder, token: Zeroizing::default() };
        file.replace(token)?;
        Ok(file)
    }

    /// Returns the absolute path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Replaces the token atomically, so that a reader finds the old one or the new one. The file has no line break,
    /// because programs that read such a file send its content as it is.
    pub(super) fn replace(&mut self, token: &str) -> Result<(), Failure> {
        if *self.token == token {
            return Ok(());
        }
        replace(&self.path, TEMPORARY, token.as_bytes()).map_err(|error| cannot_write(&self.path, &error))?;
        self.token = Zeroizing::new(token.to_owned());
        Ok(())
    }
}

impl Drop for TokenFile {
    fn drop(&mut self) {
        // Another run may have replaced the file by its own.
        let content = fs::read(&self.path).map(Zeroizing::new);
        if !self.token.is_empty() && content.is_ok_and(|content| *content == self.token.as_bytes()) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Returns an absolute path. Only a regular file may be replaced.
fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    let path = std::path::absolute(path).map_err(|error| cannot_write(path, &error))?;
    match fs::symlink_metadata(&path) {
        Ok(found) if !found.is_file() => {
            let message = format!("{} is not a regular file, so no token is written there", path.display());
            return Err(Failure::new(Exit::Usage, message).try_with("--token-file", "PATH"));
        }
        _ => {}
    }
    let folder = path.parent().unwrap_or(&path);
    platform::check_way(folder).map_err(|error| cannot_write(&path, &error))?;
    Ok(path)
}

/// Creates a folder that its owner alone can open, in the folder of the login session if there is one.
fn private_folder() -> Result<TempDir, Failure> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("tokcache-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let mut failure = None;
    for parent in environment::session_folders() {
        match builder.tempdir_in(&parent) {
            Ok(folder) => return Ok(folder),
            Err(error) => failure = Some(cannot_write(&parent, &error)),
        }
    }
    Err(failure.unwrap_or_else(environment::no_home))
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    let folder = path.parent().unwrap_or(path).to_string_lossy();
    Failure::new(Exit::Config, format!("cannot write the token to {}: {error}", path.display()))
        .try_shell(format!("ls -ld {}", quote(&folder)))
}
