//! The caches of all sessions, in the store of the sessions.

use std::sync::Arc;

use tokcache_core::secret::fingerprint;
use tokcache_core::store::EncryptionKeys;
use tokcache_core::types::HomeAccountId;
use tower_sessions::session::Id;
use tower_sessions::{Session, SessionStore};

use crate::cache::{SessionCache, Shared};
use crate::{SessionError, end_user_session};

/// The session's value that names the record of the cache.
const CACHE: &str = "tokcache.cache";

/// Keeps a token cache for each session, in the session store that the application has already.
///
/// A cache is a record of its own in that store, and the session holds only the id of the record. The middleware saves
/// the whole session at the end of a request: if the cache were a part of the session, a slow request would put back an
/// older cache, and with it a refresh token that another request has redeemed meanwhile.
///
/// Caches are always encrypted; there is no way to turn that off.
///
/// # One process only
/// A session store has no compare-and-set and no leases. Among the clones of this value both are exact: one of several
/// concurrent requests refreshes a token, and no save is lost. Several processes can refresh the token of one session at
/// the same time, and a provider that rotates refresh tokens then ends the sign-in. With several processes, keep the
/// caches in a store that they share, and only [the user in the session](crate::begin_user_session).
///
/// # Lifetime
/// A cache expires as a session does. Its time begins anew when it is saved, and when it is read after half of its time.
/// A session that is used for longer than that without a token loses its cache.
#[derive(Clone)]
pub struct SessionCaches {
    shared: Arc<Shared>,
}

impl SessionCaches {
    /// Returns the caches of the sessions in `store`: a clone of the store that the middleware has.
    pub fn new(store: impl SessionStore, keys: EncryptionKeys) -> Self {
        SessionCaches { shared: Arc::new(Shared::new(Box::new(store), keys)) }
    }

    /// Gives the session a new, empty cache for a sign-in, and a new id. The cache of an earlier sign-in is removed. Call
    /// [`begin_user_session`](crate::begin_user_session) when the sign-in has succeeded.
    ///
    /// # Errors
    /// The session store failed.
    pub async fn begin(&self, session: &Session) -> Result<SessionCache, SessionError> {
        self.remove(session).await?;
        session.cycle_id().await?;
        let id = Id::default();
        session.insert(CACHE, id.to_string()).await?;
        Ok(self.cache(id, session))
    }

    /// Returns the cache of the session; `None` if no sign-in has begun.
    ///
    /// # Errors
    /// The session store failed. That is no reason to ask for a sign-in.
    pub async fn of(&self, session: &Session) -> Result<Option<SessionCache>, SessionError> {
        let id = session.get::<String>(CACHE).await?.and_then(|id| id.parse().ok());
        Ok(id.map(|id| self.cache(id, session)))
    }

    /// Signs the user out: removes the cache and [the session](end_user_session), and returns the user.
    ///
    /// # Errors
    /// The session store failed. The user may still be signed in.
    pub async fn end(&self, session: &Session) -> Result<Option<HomeAccountId>, SessionError> {
        self.remove(session).await?;
        end_user_session(session).await
    }

    async fn remove(&self, session: &Session) -> Result<(), SessionError> {
        match self.of(session).await? {
            Some(cache) => cache.remove_all().await,
            None => Ok(()),
        }
    }

    fn cache(&self, id: Id, session: &Session) -> SessionCache {
        // An attacker who knew the id could use it as that of a session, so that errors show only a digest.
        let name = fingerprint(id.to_string().as_bytes());
        SessionCache { shared: Arc::clone(&self.shared), id, name, session: session.clone() }
    }
}
