//! The folders of this program, of others, and of the user.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use directories::{BaseDirs, ProjectDirs};

use super::variables::{path, variable, wrong};
use crate::cli::{Exit, Failure};

/// The typed folder of the profiles.
static CONFIG_DIR: OnceLock<PathBuf> = OnceLock::new();

/// Returns the folder of the profiles: as typed, else `TOKCACHE_CONFIG_DIR`, else the platform's; `None` without a home.
pub(in crate::cli) fn config_dir() -> Result<Option<PathBuf>, Failure> {
    if let Some(folder) = CONFIG_DIR.get() {
        return Ok(Some(folder.clone()));
    }
    if let Some(folder) = path("TOKCACHE_CONFIG_DIR")? {
        return Ok(Some(folder));
    }
    if cfg!(target_os = "linux") {
        return xdg("XDG_CONFIG_HOME", ".config");
    }
    Ok(project()?.map(|project| project.config_dir().to_owned()))
}

/// Uses this folder of profiles in place of the environment's.
pub(in crate::cli) fn use_config_dir(folder: &Path) {
    // Only this process uses it, and parses its command line once.
    let _ = CONFIG_DIR.set(folder.to_owned());
}

/// Returns the folder of the cache: `TOKCACHE_STATE_DIR`, else the platform's; `None` without a home.
pub(in crate::cli) fn state_dir() -> Result<Option<PathBuf>, Failure> {
    if let Some(folder) = path("TOKCACHE_STATE_DIR")? {
        return Ok(Some(folder));
    }
    if cfg!(target_os = "linux") {
        return xdg("XDG_STATE_HOME", ".local/state");
    }
    let project = project()?;
    Ok(project.map(|project| project.state_dir().unwrap_or_else(|| project.data_local_dir()).to_owned()))
}

/// Whether a variable has moved the folder of the profiles, so that a program without the variable looks elsewhere.
pub(in crate::cli) fn is_config_dir_moved() -> bool {
    variable("TOKCACHE_CONFIG_DIR").is_some() || cfg!(target_os = "linux") && variable("XDG_CONFIG_HOME").is_some()
}

/// Whether a variable has moved the folder of the cache.
pub(in crate::cli) fn is_state_dir_moved() -> bool {
    variable("TOKCACHE_STATE_DIR").is_some() || cfg!(target_os = "linux") && variable("XDG_STATE_HOME").is_some()
}

/// The error for a missing folder. It names every remedy at once.
pub(in crate::cli) fn no_home() -> Failure {
    let missing = |folder: Result<Option<PathBuf>, Failure>| matches!(folder, Ok(None));
    let folders = [
        ("the profiles", "TOKCACHE_CONFIG_DIR", missing(config_dir())),
        ("the cache", "TOKCACHE_STATE_DIR", missing(state_dir())),
    ];
    let missing: Vec<_> = folders.iter().filter(|(_, _, is_missing)| *is_missing).collect();
    let whats: Vec<_> = missing.iter().map(|(what, ..)| *what).collect();
    let settings: String = missing.iter().map(|(_, variable, _)| format!(" {variable}=FOLDER")).collect();
    let message = format!(
        "there is no home folder for {}: HOME is not set, and the system knows no home of this user",
        whats.join(" and ")
    );
    Failure::new(Exit::Config, message).try_shell(format!("export{settings}"))
}

/// Returns the folders for a refresh token that the cache could not store. The first is usually on another disk and
/// private to this user. All are absolute: the next run may start in another folder.
pub(in crate::cli) fn recovery_folders() -> Vec<PathBuf> {
    let (session, temporary) = (session_folder(), temporary_folder());
    [session, state_dir().ok().flatten(), temporary].into_iter().flatten().collect()
}

/// Returns the folders for a file of this login session, the best first. All are absolute.
pub(in crate::cli) fn session_folders() -> impl Iterator<Item = PathBuf> {
    [session_folder(), temporary_folder()].into_iter().flatten()
}

fn session_folder() -> Option<PathBuf> {
    variable("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|folder| folder.is_absolute())
}

fn temporary_folder() -> Option<PathBuf> {
    let temporary = Some(std::env::temp_dir()).filter(|folder| folder.is_absolute());
    temporary.or_else(|| cfg!(unix).then(|| PathBuf::from("/tmp")))
}

/// Returns the folder of the Azure CLI: `AZURE_CONFIG_DIR`, else `~/.azure`.
pub(in crate::cli) fn azure_dir() -> Result<Option<PathBuf>, Failure> {
    if let Some(folder) = path("AZURE_CONFIG_DIR")? {
        return Ok(Some(folder));
    }
    own_home()?;
    Ok(BaseDirs::new().map(|folders| folders.home_dir().join(".azure")))
}

/// Returns the folder in which the azure-identity libraries keep the signal files of their caches.
pub(in crate::cli) fn identity_service_dir() -> Option<PathBuf> {
    Some(BaseDirs::new()?.home_dir().join(".IdentityService"))
}

/// Returns the home folder, as the system's variable names it.
pub(in crate::cli) fn home() -> Option<PathBuf> {
    variable(if cfg!(windows) { "USERPROFILE" } else { "HOME" }).map(PathBuf::from)
}

/// Returns the folder for the data of programs (XDG Base Directory Specification), if it is set.
pub(in crate::cli) fn data_home() -> Option<PathBuf> {
    variable("XDG_DATA_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute())
}

/// Returns the folder for the settings of programs (XDG Base Directory Specification), if it is set.
pub(in crate::cli) fn config_home() -> Option<PathBuf> {
    variable("XDG_CONFIG_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute())
}

/// Returns the folder of this program in a folder of the XDG Base Directory Specification: that of the variable `name`,
/// else `default` in the home. The crate `directories` would look up a dozen others too.
fn xdg(name: &str, default: &str) -> Result<Option<PathBuf>, Failure> {
    // The specification says to ignore relative paths; a mistyped one is refused.
    let named = path(name)?.filter(|folder| folder.is_absolute());
    let Some(home) = own_home()?.or_else(|| Some(BaseDirs::new()?.home_dir().to_owned())) else { return Ok(None) };
    Ok(Some(named.unwrap_or_else(|| home.join(default)).join("tokcache")))
}

/// Returns the platform's folders.
fn project() -> Result<Option<ProjectDirs>, Failure> {
    own_home()?;
    Ok(ProjectDirs::from("", "", "tokcache"))
}

/// Returns `HOME`. Refuses a relative one, which would name another folder in each working directory.
pub(super) fn own_home() -> Result<Option<PathBuf>, Failure> {
    match path("HOME")? {
        Some(home) if cfg!(unix) && !Path::is_absolute(&home) => Err(wrong("HOME", "it is not an absolute path")),
        home => Ok(home),
    }
}
