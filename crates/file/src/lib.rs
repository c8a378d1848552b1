//! The per-user cache file of [tokcache](https://docs.rs/tokcache-core), and what belongs to one machine: locks, atomic
//! saves, recovery, encryption keys and the operating system's keyring.

mod encrypted;
mod file;
mod keys;
#[cfg(all(feature = "keyring", target_os = "linux"))]
mod libsecret;
mod local;
mod memory;
mod open;
mod path_text;
pub mod platform;
mod repair;
#[cfg(all(feature = "keyring", target_os = "linux"))]
mod signal;
mod wait;

pub use encrypted::{Conversion, EncryptedStore, Encryption, EncryptionError, Preparation, PromisedNow};
pub use file::{FileStore, RecoveryFolders};
pub use keys::{
    Key, KeyError, KeyId, KeySettings, KeySource, KeyringFault, PassphraseFor, Passphrases, UnknownKeySource,
};
pub use open::{OpenError, Settings, open};
pub use path_text::text_of_path;

pub use local::{
    Expected, Local, LocalLease, LocalLeaseRequest, LocalStore, Repaired, Rewrite, Unsynced, lease_request,
};
pub use repair::{Repair, repair};
pub use wait::{Attempt, Waiting};

use tokcache_core::future::BoxFuture;
use tokcache_core::secret::Window;
use tokcache_core::store::{
    Change, Description, Holder, Lease, LeaseAttempt, LeaseRequest, Loaded, MemoryStore, Partition, Recovered,
    Recovery, Replaced, Replacement, Revision, Saved, Store, StoreError, Update, Validity,
};
use tokcache_core::time::Clock;
