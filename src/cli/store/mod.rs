//! Opens the store that a command uses.

pub(super) mod password;
#[cfg_attr(
    not(all(feature = "postgres", feature = "redis", feature = "sqlite")),
    allow(dead_code, unused_imports, reason = "each store uses a part")
)]
pub(super) mod shared;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pollster::FutureExt as _;
use tokcache_core::acquire;
use tokcache_core::cache::TokenCache;
use tokcache_core::store::{Description, Partition, Store, StoreError};
use tokcache_core::time::SystemClock;
use tokcache_file::{EncryptedLocalStore, Encryption, KeyError, KeySettings, KeySource, LocalStore, OpenError};

use super::failure::hint::look_at;
use super::secrets::passphrase::PromptPolicy;
use super::settings::Settings;
use super::settings::store_url::StoreUrl;
use super::{Exit, Failure, environment, observer, profiles};
use shared::{Access, SharedKeys, SharedStore};

/// The store of a run.
#[expect(clippy::large_enum_variant, reason = "a run has one")]
pub(super) enum OpenStore {
    /// One cache of all accounts, on this machine.
    Local(EncryptedLocalStore),
    /// One cache for each user.
    Shared(Box<SharedStore>),
}

impl OpenStore {
    /// Returns the store for the library.
    pub(super) fn contract(&self) -> &dyn Store {
        match self {
            OpenStore::Local(store) => store,
            OpenStore::Shared(store) => store.contract(),
        }
    }

    /// Describes the store for people.
    pub(super) fn describe(&self) -> Description {
        match self {
            OpenStore::Local(store) => LocalStore::describe(store),
            OpenStore::Shared(store) => store.describe(),
        }
    }

    /// Returns the store if it has one cache for each user.
    pub(super) fn shared(&self) -> Option<&SharedStore> {
        match self {
            OpenStore::Local(_) => None,
            OpenStore::Shared(store) => Some(store),
        }
    }

    /// Returns the store if it is on this machine.
    ///
    /// # Errors
    /// The store is shared, so that it does not support `what`.
    pub(super) fn local(&self, what: &str) -> Result<&EncryptedLocalStore, Failure> {
        match self {
            OpenStore::Local(store) => Ok(store),
            OpenStore::Shared(store) => {
                let message = format!("{what} is not supported with this store: {}", store.describe().url);
                Err(Failure::new(Exit::Usage, message).try_with("--store", "file:PATH"))
            }
        }
    }

    /// Returns where the key of the document is; `None` if the store is plain or empty.
    pub(super) fn encrypted_by(&self) -> Result<Option<KeySource>, StoreError> {
        match self {
            OpenStore::Local(store) => store.encrypted_by(),
            OpenStore::Shared(store) => Ok(store.encrypted_by().cloned()),
        }
    }

    /// Loads the cache of all accounts. In a shared store there is none.
    pub(super) fn load(&self) -> Result<TokenCache, StoreError> {
        match self {
            OpenStore::Local(store) => acquire::load(store, &Partition::whole()).block_on(),
            OpenStore::Shared(_) => Ok(TokenCache::new()),
        }
    }
}

/// The settings that the command has resolved for the store.
pub(super) struct Opening {
    pub(super) encryption: Encryption,
    pub(super) keys: KeySettings,
    /// Whether the keyring with the password of the server may ask for its own. `None`: the store is only checked, and
    /// the keyring is not used.
    pub(super) asking: Option<PromptPolicy>,
    pub(super) clock: Arc<SystemClock>,
    pub(super) ca_file: Option<PathBuf>,
    /// Whether the file was typed, so that a store that cannot use it must say so.
    pub(super) is_ca_file_typed: bool,
    /// Whether a missing database file may be created.
    pub(super) may_create: bool,
    /// Whether this is the store that `cache copy` writes to. It has a password of its own.
    pub(super) is_second: bool,
}

/// Opens the store at `url`, or the per-user file without one.
pub(super) fn open(url: Option<&String>, settings: &Settings, opening: Opening) -> Result<OpenStore, Failure> {
    match url.and_then(|url| StoreUrl::parse(url)) {
        Some(url) => open_shared(url, settings, opening),
        None => open_local(url, settings, opening).map(OpenStore::Local),
    }
}

fn open_shared(url: StoreUrl, settings: &Settings, opening: Opening) -> Result<OpenStore, Failure> {
    let is_of_variable = settings.variables.contains(&"TOKCACHE_STORE");
    if url.password.is_some() && !is_of_variable {
        let [file, variable] = environment::store_password_variables(opening.is_second);
        let message = format!(
            "the URL of the store has a password, and other users can see command lines: remove it from the URL, and \
             put it into a file or into {variable}"
        );
        let place = if settings.store.is_some() { Exit::Usage } else { Exit::Config };
        return Err(Failure::new(place, message).try_shell(format!("export {file}=FILE")));
    }
    let flag = if opening.is_second { "--to-encrypt" } else { "--encrypt" };
    let keys = match opening.encryption {
        Encryption::By(source) => Some(shared_keys(source, &opening.keys, &url.shown, flag)?),
        Encryption::AsItIs | Encryption::None => None,
    };
    let password = password::find(&url, opening.is_second, opening.asking.as_ref())?;
    let access = Access {
        password,
        ca_file: opening.ca_file,
        is_ca_file_typed: opening.is_ca_file_typed,
        may_create: opening.may_create,
        keys,
    };
    let opened = shared::open(url, access);
    let opened = opened.map_err(|failure| failure.of_variable("TOKCACHE_STORE", settings))?;
    Ok(OpenStore::Shared(Box::new(opened)))
}

/// Reads the keys of an encrypted store.
fn shared_keys(source: KeySource, keys: &KeySettings, url: &str, flag: &'static str) -> Result<SharedKeys, Failure> {
    let Some(read) = tokcache_file::shared_keys(keys, &source) else {
        let message = format!("other machines do not have the key of the {source}, and {url} is a store for many");
        return Err(Failure::new(Exit::Config, message).try_with(flag, "key-file:PATH"));
    };
    let unusable = |error: KeyError| {
        let failure = Failure::new(Exit::Store, &error);
        match error {
            KeyError::KeyFile { path, .. } => failure.try_shell(look_at(&path, io::ErrorKind::NotFound)),
            _ => failure.try_with(flag, "key-file:PATH"),
        }
    };
    let keys = read.map_err(unusable)?;
    Ok((source, keys))
}

fn open_local(url: Option<&String>, settings: &Settings, opening: Opening) -> Result<EncryptedLocalStore, Failure> {
    let Opening { encryption, keys, clock, .. } = opening;
    let url = url.map_or("file:", String::as_str);
    // A file that the user names does not need a home folder.
    let default_file = match url {
        "file:" => environment::state_dir()?.ok_or_else(environment::no_home)?.join("token_cache.json"),
        _ => PathBuf::new(),
    };
    let lock_timeout = settings.lock_timeout();
    let waiting = Arc::new(observer::tell_wait);
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
        OpenError::Unknown { beginning } => {
            let message = format!("`{beginning}` names no store that can be opened: type {STORES}");
            Failure::new(Exit::Config, message).try_with("--store", "file:PATH").of_variable("TOKCACHE_STORE", settings)
        }
        error => Failure::new(Exit::Config, error),
    })
}

const STORES: &str = "file:PATH or sqlite:PATH (without ~), redis://HOST, postgres://HOST/DATABASE, memory: or \
                      libsecret:NAME";

/// Reports only the first of several equal warnings, since a command may save more than once.
fn once(tell: fn(&Path, &io::Error)) -> impl Fn(&Path, &io::Error) + Send + Sync {
    let is_told = AtomicBool::new(false);
    move |folder, error| {
        if !is_told.swap(true, Ordering::Relaxed) {
            tell(folder, error);
        }
    }
}
