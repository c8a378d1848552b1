//! A token cache per user in Redis or Valkey, for web apps, web APIs and daemons that run on many machines.
//!
//! [`RedisStore`] is a [`Store`](tokcache_core::store::Store): one document per partition, one refresh at a time per
//! user however many processes want it, and no refresh token lost when two of them meet.
//!
//! ```no_run
//! use tokcache_core::store::{Partition, Store as _};
//! use tokcache_redis::{RedisStore, Settings};
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     // The password can be in the URL, too. `HOST:PORT,HOST:PORT` and a cluster are named in the same way.
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
//! | key | holds | expires |
//! | --- | --- | --- |
//! | `PREFIX` + name of the partition | the document, and nothing else | when the document says so, or 90 days after the last save |
//! | `PREFIX#tokcache:lease:…` | the holder of a refresh lease | with the lease |
//! | `PREFIX#tokcache:fence:…` | the number of the last holder | after a day |
//! | `PREFIX#tokcache:notes:…` | what holders have left to the others | after a day |
//!
//! MSAL Python (`SerializableTokenCache`) and MSAL Node (`DistributedCachePlugin`) can share the key of the document.
//! They overwrite it without a look, and `SET` without a time makes the server keep the document for ever; the next
//! save by this crate limits the time again. The revision of a document is the SHA-1 digest of its bytes, so that a save
//! by those programs is noticed.
//!
//! A user of the server needs these rights: `~PREFIX* +get +set +del +pexpire +hget +hset +hdel +time +eval +evalsha`,
//! and to list the documents and ask for the health `+scan +info +config|get`; in a cluster `+cluster|slots` as well.
//!
//! # Runtime
//!
//! The store needs tokio: [`RedisStore::open`] takes the runtime that it is called in. Any executor may then drive the
//! calls, `pollster::block_on` included, while that runtime runs on threads of its own. A program that has no runtime,
//! such as a command, makes one of a single thread and runs everything in its `block_on`:
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
//! Bring a [`Clock`](tokcache_core::time::Clock) whose `delay` does not block. A lease that is dropped is given back by
//! a task of the runtime; a program that ends before that task has run leaves the lease to its end, 90 seconds later at
//! most. [`Lease::release`](tokcache_core::store::Lease::release) waits for it.
//!
//! # Failures
//!
//! A failure is a [`StoreError::Backend`](tokcache_core::store::StoreError::Backend) with an [`Error`], which names the
//! server and says whether trying again can help. A server that cannot be reached is never taken for an empty one, and
//! no call waits without a limit ([`Settings::timeouts`]).

mod connect;
mod error;
mod flight;
mod health;
mod inner;
mod keys;
mod lease;
mod link;
mod local;
mod scan;
mod script;
mod settings;
mod store;
mod url;

pub use error::{Error, ErrorKind};
pub use health::{Health, HealthWarning, Persistence};
pub use settings::Settings;
pub use store::RedisStore;
pub use url::{Password, PasswordKind};
