//! From what a person types to a store: the only place that knows every store.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::{CacheStore, Encryption, FileStore, KeySettings, MemoryStore, SealedStore, Waiting};
use crate::time::Clock;

/// What a store needs to know beside its URL.
pub struct Settings {
    /// The file that `file:` alone stands for.
    pub default_file: PathBuf,
    /// How long to wait for another process's cache lock.
    pub lock_timeout: Duration,
    /// Where a file store keeps what it cannot save, in this order; on another disk than the file's if there is one.
    pub rescue_folders: Vec<PathBuf>,
    /// Is told whose cache lock is waited for, should that take a while.
    pub waiting: Arc<Waiting>,
    /// What waits go by.
    pub clock: Arc<dyn Clock>,
    /// Whether the document is sealed.
    pub encryption: Encryption,
    /// Where its key is.
    pub keys: KeySettings,
}

/// Opens the store of a URL: `file:PATH` (also `file:///PATH`, RFC 8089; `file:` alone is the default file) or `memory:`.
/// Nothing is touched yet.
pub fn open(url: &str, settings: Settings) -> Result<SealedStore, UnknownStore> {
    let inner: Box<dyn CacheStore + Send + Sync> = if url == "memory:" {
        Box::new(MemoryStore::new(settings.clock))
    } else {
        let path = match url.strip_prefix("file:") {
            Some("") => settings.default_file,
            Some(path) => file_path(path).ok_or_else(|| UnknownStore::new(url))?,
            None => return Err(UnknownStore::new(url)),
        };
        let store = FileStore::new(&path, settings.lock_timeout, settings.clock);
        Box::new(store.rescuing_in(settings.rescue_folders).telling(settings.waiting))
    };
    Ok(SealedStore::new(inner, settings.encryption, settings.keys))
}

/// A path as typed, or the path of an RFC 8089 URL of this machine. A host in it is nothing that can be opened, and
/// `~` is the shell's: here it would be a folder of that name.
fn file_path(path: &str) -> Option<PathBuf> {
    let path = match path.strip_prefix("//") {
        Some(url) => url.strip_prefix("localhost").unwrap_or(url),
        None => return (!path.starts_with('~')).then(|| PathBuf::from(path)),
    };
    path.starts_with('/').then(|| PathBuf::from(path))
}

/// A store URL that names no store. Only its beginning is kept: there may be a password in the rest.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnknownStore {
    beginning: String,
}

impl UnknownStore {
    fn new(url: &str) -> Self {
        let end = url.find(':').map_or(url.len(), |colon| colon + 1);
        UnknownStore { beginning: url[..end].to_owned() }
    }
}

impl fmt::Display for UnknownStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let beginning = &self.beginning;
        write!(formatter, "`{beginning}` names no store that can be opened: type file:PATH (without ~) or memory:")
    }
}

impl std::error::Error for UnknownStore {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::SystemClock;

    fn url_of(url: &str) -> Result<String, String> {
        let settings = Settings {
            default_file: "/default/cache.json".into(),
            lock_timeout: Duration::ZERO,
            rescue_folders: Vec::new(),
            waiting: Arc::new(|_, _| {}),
            clock: Arc::new(SystemClock::new()),
            encryption: Encryption::AsItIs,
            keys: crate::store::keys::tests::settings(),
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
        for url in ["", "/a/b.json", "file://elsewhere/a", "file:~/a", "keyring:", "memory:x"] {
            assert!(url_of(url).unwrap_err().ends_with("type file:PATH (without ~) or memory:"), "{url}");
        }
    }

    #[test]
    fn a_password_in_a_url_is_not_repeated() {
        assert!(!url_of("redis://user:canary@host").unwrap_err().contains("canary"));
    }
}
