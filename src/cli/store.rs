//! Opens the store that a command uses.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pollster::FutureExt as _;
use tokcache_core::acquire;
use tokcache_core::cache::TokenCache;
use tokcache_core::store::{Partition, Store, StoreError};
use tokcache_core::time::SystemClock;
use tokcache_file::{EncryptedLocalStore, Encryption, KeySettings, OpenError};

use super::settings::Settings;
use super::{Exit, Failure, environment, profiles, terminal_observer};

/// Opens the store at `url`, or the per-user file without one.
pub(super) fn open(
    url: Option<&String>,
    settings: &Settings,
    encryption: Encryption,
    keys: KeySettings,
    clock: Arc<SystemClock>,
) -> Result<EncryptedLocalStore, Failure> {
    let url = url.map_or("file:", String::as_str);
    // A file that the user names does not need a home folder.
    let default_file = match url {
        "file:" => environment::state_dir()?.ok_or_else(environment::no_home)?.join("token_cache.json"),
        _ => PathBuf::new(),
    };
    let lock_timeout = settings.lock_timeout();
    let waiting = Arc::new(terminal_observer::tell_wait);
    // Finding the home folder takes twenty system calls if `HOME` is not set.
    let is_shared_item = url.starts_with("libsecret:");
    let identity_service_folder = is_shared_item.then(environment::identity_service_dir).flatten().unwrap_or_default();
    let store_settings = tokcache_file::Settings {
        default_file,
        identity_service_folder,
        lock_timeout,
        recovery_folders: Box::new(environment::recovery_folders),
        waiting,
        unsynced: Arc::new(once(profiles::tell_unsynced)),
        clock,
        encryption,
        keys,
    };
    tokcache_file::open(url, store_settings).map_err(|error| match error {
        OpenError::NeverEncrypted { .. } => {
            // Without a flag or a variable, the profile required encryption.
            let exit = if settings.encrypt.is_some() { Exit::Usage } else { Exit::Config };
            Failure::new(exit, error).try_with("--encrypt", "none").of_variable("TOKCACHE_ENCRYPT", settings)
        }
        error => {
            Failure::new(Exit::Config, error).try_with("--store", "file:PATH").of_variable("TOKCACHE_STORE", settings)
        }
    })
}

/// Reports only the first of several equal warnings, since a command may save more than once.
fn once(tell: fn(&Path, &io::Error)) -> impl Fn(&Path, &io::Error) + Send + Sync {
    let is_told = AtomicBool::new(false);
    move |folder, error| {
        if !is_told.swap(true, Ordering::Relaxed) {
            tell(folder, error);
        }
    }
}

/// Loads the current cache from `store`.
pub(super) fn load(store: &dyn Store) -> Result<TokenCache, StoreError> {
    acquire::load(store, &Partition::whole()).block_on()
}
