//! The per-user cache file of [tokcache](https://docs.rs/tokcache-core), and what belongs to one machine: locks, atomic
//! saves, recovery, encryption keys and the operating system's keyring.

mod file;
mod keys;
#[cfg(all(feature = "keyring", target_os = "linux"))]
mod libsecret;
mod open;
mod path_text;
pub mod platform;
mod sealed;
#[cfg(all(feature = "keyring", target_os = "linux"))]
mod signal;

pub use file::{FileStore, RescueFolders};
pub use keys::{
    Key, KeyError, KeyId, KeySettings, KeySource, KeyringFault, PassphraseFor, Passphrases, UnknownKeySource,
};
pub use open::{OpenError, Settings, open};
pub use path_text::text_of_path;
pub use sealed::{Conversion, Encryption, Preparation, PromisedNow, SealError, SealedStore};

use tokcache_core::store::{
    CacheStore, Change, Description, Holder, MemoryStore, Presence, Reading, RefreshLease, Repaired, Rescued, Rewrite,
    Saved, StoreError, Unsynced, Version, Wait, Waiting,
};
