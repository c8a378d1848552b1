//! Opens a store of this machine by its URL. The command opens the other stores in `src/cli/store/shared/open.rs`.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

#[cfg(all(feature = "keyring", target_os = "linux"))]
use crate::libsecret::{Address, LibsecretStore};
use crate::path_text::path_of_text;
use crate::{
    EncryptedLocalStore, Encryption, FileStore, KeySettings, LocalStore, MemoryStore, RecoveryFolders, Unsynced,
    Waiting,
};
use tokcache_core::time::Clock;

/// The settings of a store, in addition to its URL.
pub struct Settings {
    /// The file for the URL `file:`.
    pub default_file: PathBuf,
    /// The folder in which azure-identity keeps the signal files of its caches: `~/.IdentityService`.
    pub identity_service_folder: PathBuf,
    /// How long to wait for another process's cache lock.
    pub lock_timeout: Duration,
    /// Returns the folders for recovery files, in order of preference, preferably on another disk. Called only when a
    /// refresh, a sign-out or a new key needs them.
    pub recovery_folders: Box<RecoveryFolders>,
    /// Called with the lock file and its holder when the wait for the cache lock takes long.
    pub waiting: Arc<Waiting>,
    /// Called when a save may not survive a system crash.
    pub unsynced: Arc<Unsynced>,
    /// The clock for waits.
    pub clock: Arc<dyn Clock>,
    /// Whether the document is encrypted.
    pub encryption: Encryption,
    /// The settings for finding the key.
    pub keys: KeySettings,
}

/// Opens the store at a URL: `file:PATH` (also `file:///PATH`, RFC 8089; `file:` alone is the default file), `memory:`
/// or, on Linux, `libsecret:NAME`, the keyring item of the azure-identity for Python cache with this name.
/// `libsecret:SCHEMA?signal=PATH&label=TEXT&ATTRIBUTE=VALUE...` is any other item of msal-extensions, URL-encoded.
/// Opening a store does not touch it.
///
/// # Errors
/// The URL is none of these, this build lacks the store, or it has to be encrypted and cannot be.
pub fn open(url: &str, settings: Settings) -> Result<EncryptedLocalStore, OpenError> {
    let unknown = || OpenError::unknown(url);
    let inner: Box<dyn LocalStore> = match url.split_once(':').ok_or_else(unknown)? {
        ("memory", "") => Box::new(MemoryStore::new()),
        ("file", path) => {
            let path = if path.is_empty() { Some(settings.default_file) } else { file_path(path) };
            let store = FileStore::new(&path.ok_or_else(unknown)?, settings.lock_timeout, settings.clock);
            Box::new(
                store
                    .recovering_in(settings.recovery_folders)
                    .telling(settings.waiting)
                    .telling_unsynced(settings.unsynced),
            )
        }
        #[cfg(all(feature = "keyring", target_os = "linux"))]
        ("libsecret", item) => {
            let address = Address::parse(item, &settings.identity_service_folder).ok_or_else(unknown)?;
            if let Encryption::By(_) = settings.encryption {
                return Err(OpenError::NeverEncrypted { url: url.to_owned() });
            }
            let signal = FileStore::new(address.signal(), settings.lock_timeout, settings.clock);
            let signal = Box::new(signal.telling(settings.waiting));
            let KeySettings { has_screen, keyring_patience, .. } = &settings.keys;
            Box::new(LibsecretStore::new(address, signal, *keyring_patience, has_screen()))
        }
        _ => return Err(unknown()),
    };
    Ok(EncryptedLocalStore::new(inner, settings.encryption, settings.keys))
}

/// Parses a typed path or a local RFC 8089 URL. Refuses a `~` that the shell has not expanded.
fn file_path(path: &str) -> Option<PathBuf> {
    if path.starts_with('~') || path.trim().is_empty() { None } else { path_of_text(path) }
}

/// Why a store cannot be opened.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum OpenError {
    /// The keyring item belongs to another program, which could not read it encrypted.
    NeverEncrypted {
        /// The store.
        url: String,
    },
    /// The URL names no store.
    Unknown {
        /// The beginning of the URL. The rest may contain a password.
        beginning: String,
    },
}

impl OpenError {
    fn unknown(url: &str) -> Self {
        let end = url.find(':').map_or(url.len(), |colon| colon + 1);
        OpenError::Unknown { beginning: url[..end].to_owned() }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::NeverEncrypted { url } => {
                write!(formatter, "{url} is shared with programs that could not read it encrypted")
            }
            OpenError::Unknown { beginning } => write!(
                formatter,
                "`{beginning}` names no store that can be opened: type file:PATH (without ~), memory: or libsecret:NAME"
            ),
        }
    }
}

impl std::error::Error for OpenError {}

#[cfg(test)]
mod tests {
    use super::*;
    use tokcache_core::time::SystemClock;

    fn url_of(url: &str) -> Result<String, String> {
        let settings = Settings {
            default_file: "/default/cache.json".into(),
            identity_service_folder: "/home/.IdentityService".into(),
            lock_timeout: Duration::ZERO,
            recovery_folders: Box::new(Vec::new),
            waiting: Arc::new(|_, _| {}),
            unsynced: Arc::new(|_, _| {}),
            clock: Arc::new(SystemClock::new()),
            encryption: Encryption::AsItIs,
            keys: crate::keys::tests::settings(),
        };
        open(url, settings).map(|store| store.describe().url).map_err(|error| error.to_string())
    }

    #[test]
    fn a_url_opens_its_store() {
        assert_eq!(url_of("memory:").unwrap(), "memory:");
        assert_eq!(url_of("file:").unwrap(), "file:/default/cache.json");
        assert_eq!(url_of("file:/a/b.json").unwrap(), "file:/a/b.json");
        assert_eq!(url_of("file:///a/b.json").unwrap(), "file:/a/b.json");
        assert_eq!(url_of("file://localhost/a/b.json").unwrap(), "file:/a/b.json");
    }

    #[test]
    fn a_relative_path_is_meant_from_here() {
        let here = std::env::current_dir().unwrap();
        assert_eq!(url_of("file:b.json").unwrap(), format!("file:{}", here.join("b.json").display()));
    }

    #[test]
    fn anything_else_says_what_can_be_typed() {
        for url in ["", "/a/b.json", "file://elsewhere/a", "file:~/a", "keyring:", "libsecret:", "memory:x"] {
            assert!(url_of(url).unwrap_err().contains("type file:PATH (without ~)"), "{url}");
        }
    }

    #[test]
    fn a_password_in_a_url_is_not_repeated() {
        assert!(!url_of("redis://user:canary@host").unwrap_err().contains("canary"));
    }
}
