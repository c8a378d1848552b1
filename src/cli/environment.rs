//! The one place that reads the environment.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::LazyLock;

use clap::ValueEnum;
use directories::{BaseDirs, ProjectDirs};

use super::args::{Settings, bound, wait};
use super::profile_format::KeyCache;
use super::{Exit, Failure};
use crate::output::ErrorFormat;

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

/// Where a refresh token is kept that the cache cannot take: another disk first, of this user's alone. The next run
/// may start anywhere: a folder that is named from here would not be found again.
pub(super) fn rescue_folders() -> Vec<PathBuf> {
    let session = path("XDG_RUNTIME_DIR").filter(|folder| folder.is_absolute());
    let temporary = Some(std::env::temp_dir()).filter(|folder| folder.is_absolute());
    let temporary = temporary.or_else(|| cfg!(unix).then(|| PathBuf::from("/tmp")));
    [session, state_dir(), temporary].into_iter().flatten().collect()
}

/// The folder of the Azure CLI: `AZURE_CONFIG_DIR`, else `~/.azure`.
pub(super) fn azure_dir() -> Option<PathBuf> {
    path("AZURE_CONFIG_DIR").or_else(|| Some(BaseDirs::new()?.home_dir().join(".azure")))
}

/// Where the azure-identity libraries have the signal files of their caches.
pub(super) fn identity_service_dir() -> Option<PathBuf> {
    Some(BaseDirs::new()?.home_dir().join(".IdentityService"))
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

impl Settings {
    /// What was typed, else what is set; a variable that is set to nothing is not set.
    pub(super) fn or_environment(self) -> Result<Settings, Failure> {
        ensure_descriptor()?;
        let mut variables = Vec::new();
        let mut text = |typed: Option<String>, name| {
            typed.or_else(|| {
                let value = text(name)?;
                variables.push(name);
                Some(value)
            })
        };
        Ok(Settings {
            profile: text(self.profile, "TOKCACHE_PROFILE"),
            account: text(self.account, "TOKCACHE_ACCOUNT"),
            authority: text(self.authority, "TOKCACHE_AUTHORITY"),
            client_id: text(self.client_id, "TOKCACHE_CLIENT_ID"),
            store: text(self.store, "TOKCACHE_STORE"),
            encrypt: text(self.encrypt, "TOKCACHE_ENCRYPT"),
            key_cache: parsed(self.key_cache, "TOKCACHE_KEY_CACHE", one_of::<KeyCache>)?,
            ca_file: self.ca_file.or_else(|| path("TOKCACHE_CA_FILE")),
            timeout: parsed(self.timeout, "TOKCACHE_TIMEOUT", bound)?,
            lock_timeout: parsed(self.lock_timeout, "TOKCACHE_LOCK_TIMEOUT", wait)?,
            error_format: parsed(self.error_format, "TOKCACHE_ERROR_FORMAT", one_of::<ErrorFormat>)?,
            verbose: parsed(Some(self.verbose).filter(|verbose| *verbose > 0), "TOKCACHE_LOG", verbosity)?.unwrap_or(0),
            variables,
        })
    }
}

/// The error format that is set, where the command line tells none: a wrong one is reported in the default's form.
pub(super) fn error_format() -> ErrorFormat {
    text("TOKCACHE_ERROR_FORMAT").and_then(|text| ErrorFormat::from_str(&text, true).ok()).unwrap_or_default()
}

/// The error format of a command line that could not be understood.
pub(super) fn error_format_of(arguments: impl Iterator<Item = OsString>) -> ErrorFormat {
    let arguments = arguments.map(|argument| argument.to_string_lossy().into_owned());
    // What stands behind is the command's that `exec` is to run.
    let arguments: Vec<_> = arguments.take_while(|argument| argument != "--").collect();
    let typed = arguments.iter().enumerate().rev().find_map(|(at, argument)| match argument.split_once('=') {
        Some(("--error-format", format)) => Some(format),
        _ if argument == "--error-format" => arguments.get(at + 1).map(String::as_str),
        _ => None,
    });
    typed.and_then(|format| ErrorFormat::from_str(format, false).ok()).unwrap_or_else(error_format)
}

fn parsed<T>(typed: Option<T>, name: &str, parse: impl Fn(&str) -> Result<T, String>) -> Result<Option<T>, Failure> {
    let Some(text) = text(name).filter(|_| typed.is_none()) else { return Ok(typed) };
    parse(&text).map(Some).map_err(|error| {
        Failure::new(Exit::Usage, format!("{name} is set to {text:?}: {error}")).try_shell(format!("unset {name}"))
    })
}

/// One of the values that a flag takes.
fn one_of<T: ValueEnum>(text: &str) -> Result<T, String> {
    T::from_str(text, true).map_err(|_| {
        let values = T::value_variants().iter().filter_map(T::to_possible_value);
        let names: Vec<_> = values.map(|value| value.get_name().to_owned()).collect();
        format!("type {}", names.join(" or "))
    })
}

/// Refuses a `TOKCACHE_PASSPHRASE_FD` that is no number. It is not repeated: it may be the passphrase itself.
fn ensure_descriptor() -> Result<(), Failure> {
    if text("TOKCACHE_PASSPHRASE_FD").is_none_or(|text| text.parse::<u32>().is_ok()) {
        return Ok(());
    }
    let message = "TOKCACHE_PASSPHRASE_FD: this is no number of a descriptor, such as 3";
    Err(Failure::new(Exit::Usage, message).try_shell("unset TOKCACHE_PASSPHRASE_FD"))
}

/// How often `-v` is meant.
fn verbosity(text: &str) -> Result<u8, String> {
    match text {
        "0" | "off" => Ok(0),
        "1" | "info" => Ok(1),
        "2" | "debug" | "trace" => Ok(2),
        _ => Err("type info or debug".to_owned()),
    }
}

fn path(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Looked up once: a dozen folders, of which a run wants one or two, and those several times.
fn project() -> Option<&'static ProjectDirs> {
    static PROJECT: LazyLock<Option<ProjectDirs>> = LazyLock::new(|| ProjectDirs::from("", "", "tokcache"));
    PROJECT.as_ref()
}
