//! `.tokcache.toml`: the profile of a folder, if the user trusts the file.
//!
//! Anybody can put such a file into a repository. So it counts for nothing until the user has trusted it. Until then a
//! command that would use it fails: a script must not get the token of another account than the one that its author
//! meant.

use std::path::{Path, PathBuf};

use tokcache_file::platform;

use super::trust::{self, Trust};
use crate::cli::settings::Settings;
use crate::cli::settings::folder_format::{Folder, FolderFile};
use crate::cli::settings::profile_format::Profile;
use crate::cli::{Exit, Failure, environment, profiles};
use crate::output::{command_line, plain, tell};

/// The name of the file.
const FILE: &str = ".tokcache.toml";

/// The maximum size of a file in bytes. A real one has some hundred.
const LARGEST: u64 = 1 << 16;

/// Selects the profile that the current folder names in a file that the user trusts, unless another profile is named.
///
/// # Errors
/// The user does not trust the file, or it cannot be used.
pub(in crate::cli) fn select(settings: Settings) -> Result<Settings, Failure> {
    match settings.profile.is_none().then(nearest).flatten() {
        Some(path) => select_by(&path, settings),
        None => Ok(settings),
    }
}

/// Not inlined: few folders have a file.
#[inline(never)]
fn select_by(path: &Path, settings: Settings) -> Result<Settings, Failure> {
    let content = read(path)?;
    let why = match trust::of(path, &content)? {
        Trust::Trusted => {
            let file = parse(path, content)?;
            let profile = Some(file.profile.clone());
            let folder = Folder { path: path.to_owned(), initial: file.initial() };
            return Ok(Settings { profile, folder: Some(folder.into()), ..settings });
        }
        Trust::Changed => "has changed since you trusted it",
        Trust::Never => "selects a profile, and you have not trusted it",
    };
    let message = format!("{} {why}; read it and trust it, or name a profile with --profile", path.display());
    Err(Failure::new(Exit::Config, message).try_shell(trust_command(path)))
}

/// Returns the error for a profile that the file selects and that is missing. With settings in the file, a sign-in
/// creates the profile.
pub(in crate::cli) fn without_profile(folder: &Folder, name: &str) -> Failure {
    let message = format!("there is no profile {name:?}, which {} selects", folder.path.display());
    match folder.initial {
        Some(_) => Failure::new(Exit::InteractionRequired, message).try_tokcache(["login"]),
        None => Failure::new(Exit::Config, message).try_shell("tokcache profile list"),
    }
}

/// Returns the file of the nearest folder from the current one upward, below the home folder. A folder that cannot be
/// searched has none.
fn nearest() -> Option<PathBuf> {
    let current = std::env::current_dir().ok()?;
    nearest_from(&current, environment::home().as_deref())
}

fn nearest_from(current: &Path, home: Option<&Path>) -> Option<PathBuf> {
    let folders = current.ancestors().take_while(|folder| Some(*folder) != home);
    folders.map(|folder| folder.join(FILE)).find(|file| file.symlink_metadata().is_ok())
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    platform::read_trusted(path, LARGEST).map_err(|error| profiles::cannot("read", path, &error))
}

fn parse(path: &Path, content: Vec<u8>) -> Result<FolderFile, Failure> {
    let unusable = |why: &str| profiles::unusable("", path, why);
    let text = String::from_utf8(content).map_err(|_| unusable("it is not UTF-8"))?;
    let file = FolderFile::parse(&text).map_err(|error| unusable(&profiles::unknown_setting(error.message())))?;
    profiles::ensure_name(&file.profile).map_err(|failure| unusable(failure.message()))?;
    Ok(file)
}

fn trust_command(path: &Path) -> String {
    command_line(["tokcache", "profile", "trust", &path.to_string_lossy()])
}

/// Runs `profile trust`.
pub(in crate::cli) fn trust(typed: Option<PathBuf>) -> Result<(), Failure> {
    let path = meant(typed)?;
    let content = read(&path)?;
    let file = parse(&path, content.clone())?;
    trust::record(&path, &content)?;
    let name = file.profile.clone();
    let Profile { authority, endpoints, .. } = file.initial().unwrap_or_default();
    // An endpoint may be on another server than the authority.
    let servers: Vec<_> = authority.into_iter().chain(endpoints.urls()).collect();
    let sign_in = match servers.is_empty() {
        true => String::new(),
        false => format!("; a first sign-in goes to {}", servers.join(", ")),
    };
    let folder = path.parent().unwrap_or(&path).display().to_string();
    tell(plain(&format!("In {folder}, commands now use the profile {name:?}{sign_in}.")));
    Ok(())
}

/// Runs `profile untrust`.
pub(in crate::cli) fn untrust(typed: Option<PathBuf>) -> Result<(), Failure> {
    let path = meant(typed)?;
    if !trust::forget(&path)? {
        tell(plain(&format!("{} was not trusted", path.display())));
    }
    Ok(())
}

/// Returns the absolute path of the file that was typed, or of the nearest one.
fn meant(typed: Option<PathBuf>) -> Result<PathBuf, Failure> {
    let missing = || {
        let message = format!("there is no {FILE} here, or in a folder above");
        Failure::new(Exit::Config, message).try_shell(trust_command(Path::new("PATH")))
    };
    let Some(typed) = typed else { return nearest().ok_or_else(missing) };
    let folder = if typed.file_name().is_some_and(|name| name == FILE) {
        typed.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
    } else {
        &typed
    };
    // The same path as that of the current folder, which has no links.
    let folder = folder.canonicalize().map_err(|error| profiles::cannot("read", folder, &error))?;
    Ok(folder.join(FILE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_file_below_the_home_counts() {
        let root = tempfile::tempdir().unwrap();
        let home = root.path().join("home");
        let deep = home.join("work/app/src");
        std::fs::create_dir_all(&deep).unwrap();
        for folder in [root.path(), &home] {
            std::fs::File::create(folder.join(FILE)).unwrap();
        }
        assert_eq!(nearest_from(&deep, Some(&home)), None, "neither that of the home nor one above it");
        std::fs::File::create(home.join("work").join(FILE)).unwrap();
        assert_eq!(nearest_from(&deep, Some(&home)), Some(home.join("work").join(FILE)));
        std::fs::File::create(deep.join(FILE)).unwrap();
        assert_eq!(nearest_from(&deep, Some(&home)), Some(deep.join(FILE)));
        assert_eq!(nearest_from(&home, Some(&home)), None);
        assert_eq!(nearest_from(root.path(), Some(&home)), Some(root.path().join(FILE)), "outside the home too");
    }
}
