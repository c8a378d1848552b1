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

/// The folder of the Azure CLI: `AZURE_CONFIG_DIR`, else `~/.azure`.
pub(super) fn azure_dir() -> Option<PathBuf> {
    path("AZURE_CONFIG_DIR").or_else(|| Some(BaseDirs::new()?.home_dir().join(".azure")))
}

/// The systemd credential that is a key (systemd.exec(5)).
pub(super) fn credential() -> Option<PathBuf> {
    Some(path("CREDENTIALS_DIRECTORY")?.join("tokcache-key"))
}

/// Where the passphrase can be read: `TOKCACHE_PASSPHRASE_FILE`, else the descriptor `TOKCACHE_PASSPHRASE_FD`.
pub(super) fn passphrase_file() -> Option<PathBuf> {
    let descriptor = || text("TOKCACHE_PASSPHRASE_FD")?.parse::<u32>().ok();
    path("TOKCACHE_PASSPHRASE_FILE").or_else(|| Some(PathBuf::from(format!("/dev/fd/{}", descriptor()?))))
}

/// Whether there is a screen on which a keyring could ask for its password. Elsewhere than on Linux the system knows.
pub(super) fn has_screen() -> bool {
    !cfg!(target_os = "linux") || text("DISPLAY").or_else(|| text("WAYLAND_DISPLAY")).is_some()
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
