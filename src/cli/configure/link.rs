//! Links to this program, under the names by which other programs find their helpers.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::words::executable;
use crate::cli::{Exit, Failure, environment};
use crate::output::command_line;

/// A link to create or to remove.
pub(super) struct Link {
    path: PathBuf,
    target: PathBuf,
    is_wanted: bool,
}

impl Link {
    /// Returns a link of this name beside the program, where the PATH leads to it too.
    pub(super) fn beside_program(name: &str, is_wanted: bool) -> Result<Link, Failure> {
        let folder = executable()?;
        Link::in_folder(folder.parent().unwrap_or(Path::new(".")), name, is_wanted)
    }

    /// Returns a link of this name in a folder.
    pub(super) fn in_folder(folder: &Path, name: &str, is_wanted: bool) -> Result<Link, Failure> {
        let path = folder.join(name).with_extension(std::env::consts::EXE_EXTENSION);
        Ok(Link { path, target: executable()?, is_wanted })
    }

    /// Returns the path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether nothing has to be done.
    pub(super) fn is_same(&self) -> bool {
        self.is_wanted == self.leads_here()
    }

    fn leads_here(&self) -> bool {
        self.path.canonicalize().is_ok_and(|path| self.target.canonicalize().ok() == Some(path))
    }

    /// Returns the command that does the same.
    pub(super) fn command(&self) -> String {
        let (path, target) = (self.path.to_string_lossy(), self.target.to_string_lossy());
        if self.is_wanted { command_line(["ln", "-s", &*target, &*path]) } else { command_line(["rm", &*path]) }
    }

    /// Returns a note if the PATH does not lead to the link.
    pub(super) fn note(&self) -> Option<String> {
        let folder = self.path.parent()?;
        let is_found = environment::search_path().iter().any(|found| found == folder);
        let is_needed = self.is_wanted && !is_found && self.path.parent() == self.target.parent();
        is_needed.then(|| format!("{} must be in the PATH, so that other programs find the link", folder.display()))
    }

    /// Creates or removes the link. Another file of this name stays.
    pub(super) fn apply(&self) -> Result<(), Failure> {
        let cannot = |action: &str, error: &io::Error| {
            Failure::new(Exit::Config, format!("cannot {action} {}: {error}", self.path.display()))
                .try_shell(format!("sudo {}", self.command()))
        };
        if !self.is_wanted {
            return fs::remove_file(&self.path).map_err(|error| cannot("remove", &error));
        }
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder).map_err(|error| cannot("write", &error))?;
        }
        // The link of an earlier version, whose file may be gone.
        let is_stale = fs::read_link(&self.path).is_ok_and(|path| path.file_name() == self.target.file_name());
        if is_stale {
            fs::remove_file(&self.path).map_err(|error| cannot("write", &error))?;
        }
        link(&self.target, &self.path).map_err(|error| cannot("write", &error))
    }
}

#[cfg(unix)]
fn link(target: &Path, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

/// Symbolic links need a privilege on Windows.
#[cfg(not(unix))]
fn link(target: &Path, path: &Path) -> io::Result<()> {
    fs::hard_link(target, path)
}
