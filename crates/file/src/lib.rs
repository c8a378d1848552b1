//! The per-user cache file of [tokcache](tokcache_core), and what belongs to one machine: locks, atomic saves, recovery,
//! encryption keys and the operating system's keyring.
//!
//! ```
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! use pollster::FutureExt as _;
//! use tokcache_core::acquire;
//! use tokcache_core::store::Partition;
//! use tokcache_core::time::SystemClock;
//! use tokcache_file::FileStore;
//!
//! // MSAL programs share this file: each takes the same lock, and every save is atomic.
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("token_cache.json");
//! let store = FileStore::new(&path, Duration::from_secs(60), Arc::new(SystemClock::new()));
//! let cache = acquire::load(&store, &Partition::whole()).block_on()?;
//! assert!(cache.accounts(None).is_empty(), "nobody has signed in yet");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod adapter;
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
mod server_passwords;
#[cfg(all(feature = "keyring", target_os = "linux"))]
mod signal;
mod wait;

pub use adapter::{Local, lease_request};
pub use encrypted::{Conversion, EncryptedLocalStore, Encryption, EncryptionError, Preparation, PromisedNow};
pub use file::{FileStore, RecoveryFolders};
pub use keys::{KeyError, KeySettings, KeySource, KeyringFault, PassphraseFor, Passphrases, UnknownKeySource};
pub use keys::{probe_keyring, shared_keys};
pub use open::{OpenError, Settings, open};
pub use path_text::text_of_path;

pub use local::{Expected, LocalLease, LocalLeaseRequest, LocalStore, Repaired, Rewrite, Unsynced};
pub use repair::{Repair, repair};
pub use server_passwords::ServerPasswords;
pub use wait::{Attempt, Waiting};

use tokcache_core::future::BoxFuture;
use tokcache_core::secret::Window;
use tokcache_core::store::{
    Change, Description, Holder, Lease, LeaseAttempt, LeaseRequest, Loaded, MemoryStore, Partition, Recovered,
    Recovery, Replaced, Replacement, Revision, Saved, Store, StoreError, Update, Validity,
};
use tokcache_core::time::Clock;
