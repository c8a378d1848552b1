//! Checks the folders and files: who can change them, and whether they can be written.

use std::io;
use std::path::Path;

use tokcache_file::platform::{self, Distrust};

use super::finding::Findings;
use crate::cli::context::Context;
use crate::cli::failure::hint::look_at;
use crate::cli::{Exit, Failure, environment, profiles};
use crate::output::command_line;

/// Checks the folder of the profiles, and reads each profile.
pub(super) fn check_profiles(findings: &mut Findings) {
    let folder = match profiles::folder() {
        Ok(Some(folder)) => folder,
        Ok(None) => return findings.problem("profiles", &environment::no_home()),
        Err(failure) => return findings.problem("profiles", &failure),
    };
    let names = match profiles::saved_names() {
        Ok(names) => names,
        Err(failure) => return findings.problem("profiles", &failure),
    };
    let mut is_well = check_weak("profiles", "the profiles", &folder, Exit::Config, findings);
    for name in &names {
        if let Err(failure) = profiles::load_saved(name) {
            findings.problem("profiles", &failure);
            is_well = false;
        }
    }
    let shown = folder.display();
    if folder.is_dir() && !platform::is_writable(&folder) {
        let command = look_at(&folder, io::ErrorKind::PermissionDenied);
        findings.note("profiles", format!("{shown} cannot be written: `login` cannot save a profile"), Some(command));
    } else if is_well {
        findings.ok("profiles", format!("{shown}, {}", counted(names.len())));
    }
}

fn counted(profiles: usize) -> String {
    match profiles {
        0 => "no profile is saved".to_owned(),
        1 => "1 profile".to_owned(),
        number => format!("{number} profiles"),
    }
}

/// Checks the folder of the cache, if the cache is a file.
pub(super) fn check_cache_folder(context: &Context, findings: &mut Findings) {
    let store = context.store.describe();
    for path in &store.exposed {
        let message = format!("other users have access to {}", path.display());
        let remedy = command_line(["chmod", "go-rwx", &path.to_string_lossy()]);
        findings.warning("cache", &Failure::new(Exit::Store, message).try_shell(remedy));
    }
    let Some(path) = &store.path else { return };
    check_weak("cache", "the cache", path, Exit::Store, findings);
    let Some(folder) = existing(path.parent().unwrap_or(Path::new("."))) else { return };
    let shown = folder.display();
    if let Some(kind) = platform::network_file_system(folder) {
        let message = format!(
            "{shown} is on a {kind} file system: locks work only if all machines that use it share them; with \
             several machines, use a store for many"
        );
        let command = findings.tokcache(&["cache", "copy", "--to", "URL"]);
        findings.note("cache", message, Some(command));
    }
    if !platform::is_writable(folder) {
        let message = format!("{shown} cannot be written: cached tokens are served, but no token is refreshed");
        let command = look_at(folder, io::ErrorKind::PermissionDenied);
        findings.warning("cache", &Failure::new(Exit::Store, message).try_shell(command));
    } else if platform::is_full(folder) {
        let failure = Failure::new(Exit::Store, format!("the file system of {shown} is full"));
        findings.problem("cache", &failure.try_shell(look_at(folder, io::ErrorKind::StorageFull)));
    }
}

/// Returns the folder, or the nearest one above it that exists.
fn existing(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| folder.is_dir())
}

/// Warns of each place on the way to `path` through which another user could replace `what`. Returns whether there is
/// none.
fn check_weak(check: &'static str, what: &str, path: &Path, exit: Exit, findings: &mut Findings) -> bool {
    let weak = platform::weak_places(path);
    for Distrust { path, why, remedy } in &weak {
        let message = format!("another user could replace {what} through {}: {why}", path.display());
        let command = remedy.as_ref().map_or_else(|| look_at(path, io::ErrorKind::PermissionDenied), command_line);
        findings.warning(check, &Failure::new(exit, message).try_shell(command));
    }
    weak.is_empty()
}
