//! One token cache for each user, in PostgreSQL or SQLite: for web applications, web APIs and daemons.
//!
//! [`PostgresStore`] and [`SqliteStore`] implement the store contract of [`tokcache_core::store::Store`]: any number of
//! processes share the documents, and one of them refreshes a token while the others wait. The features `postgres` and
//! `sqlite` compile one client library each; both are on by default.
//!
//! ```
//! use pollster::FutureExt as _;
//! use tokcache_core::store::{Partition, Replaced, Replacement, Store};
//! use tokcache_sql::{SqliteSettings, SqliteStore};
//!
//! # let folder = tempfile::tempdir()?;
//! # let file = folder.path().join("tokens.db");
//! let store = SqliteStore::new(SqliteSettings::new(file))?;
//! let alice = Partition::named("7b8f….contoso");
//! assert!(store.load(&alice).block_on()?.is_none());
//!
//! let document = br#"{"Account": {"a": {"home_account_id": "a", "environment": "b", "username": "Alice"}}}"#;
//! let replacement = Replacement { expected: None, bytes: document, keep_until: None, fence: None };
//! assert!(matches!(store.replace(&alice, replacement).block_on()?, Replaced::Saved(_)));
//!
//! let users = store.users("ali", None).block_on()?;
//! assert_eq!((users[0].username.as_str(), &users[0].partition), ("alice", &alice));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The schema
//!
//! The store creates its tables when it first needs them, under a lock, so that many processes can start at once. The
//! names of the tables begin with `tokcache_`. If your program may not create tables in PostgreSQL, let the owner of
//! the schema run [`postgres::MIGRATIONS`], each in one transaction (`psql -1 -f migrations/postgres/0001_….sql`), and
//! grant the program `SELECT`, `INSERT`, `UPDATE` and `DELETE` on the tables and `USAGE` on the sequence. If the schema
//! is newer than the program, every call returns [`DatabaseErrorKind::Schema`].
//!
//! A document is opaque bytes, with one exception: if it is a cache document of MSAL that is not encrypted, the store
//! copies the user name of its accounts, in lower case, into a column with an index, for [`SqlStore::users`].
//!
//! # Expiry
//!
//! A document counts as absent from its [`keep_until`](tokcache_core::store::Replacement::keep_until) on. One save in 256
//! deletes up to 1,000 such rows in the background; [`SqlStore::purge_expired`] deletes all of them.
//!
//! # Failures
//!
//! If a database cannot be reached, a call returns an error with the reason and whether a retry can help
//! ([`DatabaseError`]), never an empty cache. Each call has a time limit. The store connects again when the server is
//! back.

#[cfg(not(any(feature = "postgres", feature = "sqlite")))]
compile_error!("tokcache-sql needs a database: choose the feature `postgres` or `sqlite`");

mod database;
mod error;
mod lease;
mod migration;
#[cfg(feature = "postgres")]
pub mod postgres;
mod range;
#[cfg(feature = "sqlite")]
pub mod sqlite;
mod store;
mod username;

pub use error::{DatabaseError, DatabaseErrorKind};
pub use migration::Migration;
#[cfg(feature = "postgres")]
pub use postgres::{DatabasePassword, PostgresSettings, PostgresStore, SettingsError};
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteSettings, SqliteStore};
pub use store::{ListedUser, SqlStore};
