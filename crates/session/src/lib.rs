//! The tokens of a web application's users, and the session of the web framework
//! ([tower-sessions](tower_sessions), for axum and other frameworks on tower).
//!
//! # Recommended: the session holds the user, a shared store the tokens
//!
//! The tokens lie in Redis or a database, and the session only knows who the user is. Requests of all hosts refresh a
//! token once.
//!
//! ```
//! use tokcache_core::store::{EncryptedStore, EncryptionKey, EncryptionKeys, MemoryStore};
//! use tokcache_core::types::HomeAccountId;
//! use tokcache_session::{begin_user_session, end_user_session, session_user};
//! # use std::sync::Arc;
//! # use tower_sessions::{MemoryStore as Sessions, Session};
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let session = Session::new(None, Arc::new(Sessions::default()), None);
//! # let keys = EncryptionKeys::new(EncryptionKey::generate()?);
//! // Once, when the application starts: the store of its `ConfidentialClient`. Yours is Redis or a database.
//! let store = EncryptedStore::new(Arc::new(MemoryStore::new()), keys);
//!
//! // When `finish_sign_in` has returned the account, with the `Session` of the request. The session id changes.
//! # let home_account_id = HomeAccountId::new("uid.utid");
//! begin_user_session(&session, &home_account_id).await?;
//!
//! // In every other request: the user for `acquire_token_silent`.
//! let user = session_user(&session).await?.ok_or("sign in first")?;
//! assert_eq!(user, home_account_id);
//!
//! // To sign out: the user for `sign_out`, if no other session of the user needs the tokens.
//! let user = end_user_session(&session).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # One process: the tokens beside the session
//!
//! [`SessionCaches`] keeps the tokens in the session store that the application has already, encrypted.
//!
//! ```
//! use tokcache_core::store::{EncryptionKey, EncryptionKeys};
//! use tokcache_session::SessionCaches;
//! use tower_sessions::{MemoryStore, Session, SessionManagerLayer};
//! # use std::sync::Arc;
//! # use tokcache_core::types::HomeAccountId;
//! # use tokcache_session::begin_user_session;
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let keys = EncryptionKeys::new(EncryptionKey::generate()?);
//! // Once: the middleware and the caches share a store.
//! let sessions = MemoryStore::default();
//! let caches = SessionCaches::new(sessions.clone(), keys);
//! let layer = SessionManagerLayer::new(sessions.clone());
//! # let session = Session::new(None, Arc::new(sessions), None);
//!
//! // When a user signs in: the store for `finish_sign_in`.
//! let store = caches.begin(&session).await?;
//! # let home_account_id = HomeAccountId::new("uid.utid");
//! begin_user_session(&session, &home_account_id).await?;
//!
//! // In every other request: the store for `acquire_token_silent`.
//! let store = caches.of(&session).await?.ok_or("sign in first")?;
//!
//! // To sign out.
//! caches.end(&session).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Each request has a client with a store of its own: `ConfidentialClient { store: Arc::new(store), ..client.clone() }`.
//!
//! # No state on the server: the tokens in a cookie
//!
//! [`DocumentCookie`] encrypts a cache into a cookie, if it is small enough. Read its limits first.
//!
//! # Browsers that go away
//!
//! When a browser closes its connection, the server drops the handler, wherever it waits. If that is in a refresh, the
//! provider's answer is lost, and with it the new refresh token: the user has to sign in again. Call the client in a task
//! of its own (`tokio::spawn`), and await the task in the handler.

mod cache;
mod caches;
mod cookie;
mod error;
mod user;

pub use cache::SessionCache;
pub use caches::SessionCaches;
pub use cookie::{CookieError, DocumentCookie, LONGEST_COOKIE};
pub use error::SessionError;
pub use user::{begin_user_session, end_user_session, session_user};
