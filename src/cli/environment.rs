//! The one place that reads the environment, clap's own look-ups aside.

use std::ffi::OsString;
use std::path::PathBuf;

use directories::{BaseDirs, ProjectDirs};

/// The folder of the profiles: `TOKCACHE_CONFIG_DIR`, else the platform's.
pub(super) fn config_dir() -> Option<PathBuf> {
    path("TOKCACHE_CONFIG_DIR").or_else(|| Some(project()?.config_dir().to_owned()))
}

/// The folder of the cache: `TOKCACHE_STATE_DIR`, else the platform's.
pub(super) fn state_dir() -> Option<PathBuf> {
    path("TOKCACHE_STATE_DIR").or_else(|| {
        let project = project()?;
        Some(project.state_dir().unwrap_or_else(|| project.data_local_dir()).to_owned())
    })
}

/// Where a refresh token is kept that the cache cannot take: another disk first, of this user's alone.
pub(super) fn rescue_folders() -> Vec<PathBuf> {
    [path("XDG_RUNTIME_DIR"), state_dir(), Some(std::env::temp_dir())].into_iter().flatten().collect()
}

/// The folder of the Azure CLI: `AZURE_CONFIG_DIR`, else `~/.azure`.
pub(super) fn azure_dir() -> Option<PathBuf> {
    path("AZURE_CONFIG_DIR").or_else(|| Some(BaseDirs::new()?.home_dir().join(".azure")))
}

/// A variable that is set, not empty, and text.
pub(super) fn text(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether a command line that clap could not understand asked for JSON errors.
pub(super) fn asked_for_json_errors(arguments: impl Iterator<Item = OsString>) -> bool {
    let arguments: Vec<_> = arguments.collect();
    let by_flag = arguments.windows(2).find(|pair| pair[0] == "--error-format").map(|pair| pair[1] == "json");
    let joined = arguments.iter().any(|argument| argument == "--error-format=json");
    joined || by_flag.unwrap_or_else(|| text("TOKCACHE_ERROR_FORMAT").as_deref() == Some("json"))
}

fn path(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn project() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "tokcache")
}
