//! A token cache per user in Redis or Valkey, for web apps, web APIs and daemons that run on many machines.
//!
//! [`RedisStore`] is a [`Store`](tokcache_core::store::Store). It keeps one document for each user, lets one process at a
//! time refresh a user's token, and loses no update when two processes save at once.
//!
//! ```no_run
//! use tokcache_core::store::{Partition, Store as _};
//! use tokcache_redis::{RedisStore, Settings};
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let settings = Settings::parse("rediss://app:password@cache.example.com/0")?
//!         .ca_file("/etc/ssl/our-ca.pem")
//!         .prefix("msal:");
//!     let store = RedisStore::open(settings)?;
//!
//!     for warning in store.health().await?.iter().flat_map(|server| server.warnings()) {
//!         eprintln!("{warning}");
//!     }
//!     let alice = Partition::named("uid.utid");
//!     let document = store.load(&alice).await?;
//!     println!("{}", if document.is_some() { "signed in" } else { "signed out" });
//!     Ok(())
//! }
//! ```
//!
//! # Keys
//!
//! | key | value | expires |
//! | --- | --- | --- |
//! | `PREFIX` + name of the partition | the document | when it is of no use any more if the client knows, else 90 days after the last save |
//! | `PREFIX#tokcache:lease:…` | the holder of a lease | with the lease |
//! | `PREFIX#tokcache:fence:…` | the number of the last holder | after a day |
//! | `PREFIX#tokcache:notes:…` | the notes of the holders | after a day |
//!
//! MSAL Python (`SerializableTokenCache`) and MSAL Node (`DistributedCachePlugin`) can share the key of the document. The
//! revision of a document is the SHA-1 digest of its bytes, so that a save by such a program is noticed. But these
//! programs overwrite the document blindly, and can undo a save of this crate. Their `SET` also removes the expiry, until
//! this crate saves the document again.
//!
//! An ACL user needs `~PREFIX* +get +set +del +pexpire +hget +hset +hdel +time +eval +evalsha`. Listing the documents and
//! [`RedisStore::health`] need `+scan +info +config|get` as well; a cluster needs `+cluster|slots`.
//!
//! # Runtime
//!
//! The store needs tokio, and [`RedisStore::open`] uses the current runtime. If that runtime has worker threads, any
//! executor can drive the calls, also `pollster::block_on`. A program without a runtime, such as a command, makes a
//! runtime of one thread and runs everything in its `block_on`:
//!
//! ```no_run
//! # use tokcache_redis::{RedisStore, Settings};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! runtime.block_on(async {
//!     let store = RedisStore::open(Settings::parse("redis://localhost")?)?;
//!     // …
//! #   drop(store);
//!     Ok(())
//! })
//! # }
//! ```
//!
//! Use a [`Clock`](tokcache_core::time::Clock) whose `delay` does not block. If a lease is dropped, a task of the runtime
//! releases it. If the program ends before that task has run, the lease expires.
//! [`Lease::release`](tokcache_core::store::Lease::release) waits for the task.
//!
//! # Failures
//!
//! A failure is a [`StoreError::Backend`](tokcache_core::store::StoreError::Backend) with an [`Error`] that names the
//! server and says whether trying again can help. An outage is never taken for an empty cache, and every wait has a limit
//! ([`Settings::timeouts`]).

mod claim;
mod connect;
mod error;
mod health;
mod inner;
mod keys;
mod lease;
mod link;
mod local_leases;
mod scan;
mod script;
mod settings;
mod single_flight;
mod store;
mod url;

pub use error::{Error, ErrorKind};
pub use health::{Health, HealthWarning, Persistence};
pub use settings::Settings;
pub use store::RedisStore;
pub use url::{Password, PasswordKind};
