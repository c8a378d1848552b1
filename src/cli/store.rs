//! Which cache is meant.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pollster::FutureExt as _;
use tokcache_core::acquire;
use tokcache_core::cache::TokenCache;
use tokcache_core::store::{Partition, Store, StoreError};
use tokcache_core::time::SystemClock;
use tokcache_file::{EncryptedStore, Encryption, KeySettings, OpenError};

use super::settings::Settings;
use super::{Exit, Failure, environment, profiles, terminal_observer};

/// The store at `url`, else the per-user file.
pub(super) fn open(
    url: Option<&String>,
    settings: &Settings,
    encryption: Encryption,
    keys: KeySettings,
    clock: Arc<SystemClock>,
) -> Result<EncryptedStore, Failure> {
    let url = url.map_or("file:", String::as_str);
    // Whoever names a file needs no home.
    let default_file = match url {
        "file:" => environment::state_dir()?.ok_or_else(environment::no_home)?.join("token_cache.json"),
        _ => PathBuf::new(),
    };
    let lock_timeout = settings.lock_timeout();
    let waiting = Arc::new(terminal_observer::tell_wait);
    // To look up the home costs a start twenty system calls where `HOME` is not set.
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
        OpenError::NeverSealed { .. } => {
            // Else the profile said so.
            let exit = if settings.encrypt.is_some() { Exit::Usage } else { Exit::Config };
            Failure::new(exit, error).try_with("--encrypt", "none").of_variable("TOKCACHE_ENCRYPT", settings)
        }
        error => {
            Failure::new(Exit::Config, error).try_with("--store", "file:PATH").of_variable("TOKCACHE_STORE", settings)
        }
    })
}

/// A command saves more than once, and says the same of each.
fn once(tell: fn(&Path, &io::Error)) -> impl Fn(&Path, &io::Error) + Send + Sync {
    let is_told = AtomicBool::new(false);
    move |folder, error| {
        if !is_told.swap(true, Ordering::Relaxed) {
            tell(folder, error);
        }
    }
}

/// The newest cache in `store`.
pub(super) fn load(store: &dyn Store) -> Result<TokenCache, StoreError> {
    acquire::load(store, &Partition::whole()).block_on()
}
