//! The places that `--store` can name.

use std::path::Path;
use std::sync::Arc;

use tokcache_core::store::{EncryptedStore, MemoryStore, Store};
use tokcache_core::time::Clock;
use tokcache_redis::RedisStore;
use tokcache_session::SessionCaches;
use tokcache_sql::{PostgresSettings, PostgresStore, SqliteSettings, SqliteStore};
use tower_sessions::Session;

use crate::failure::Failure;
use crate::key;
use crate::sessions::StoredSessions;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// The place of the tokens.
pub enum Tokens {
    /// Each session has tokens of its own. For one server only: sessions have no leases.
    InSessions(SessionCaches),
    /// Each user has one cache, which all servers share.
    Shared(Arc<dyn Store>),
}

impl Tokens {
    /// Returns the store with the tokens of the session's user.
    pub(crate) async fn of(&self, session: &Session) -> Result<Arc<dyn Store>, Failure> {
        match self {
            Tokens::InSessions(caches) => match caches.of(session).await? {
                Some(cache) => Ok(Arc::new(cache)),
                None => Ok(Arc::new(MemoryStore::new())),
            },
            Tokens::Shared(store) => Ok(Arc::clone(store)),
        }
    }

    /// Returns the store for the tokens of a new sign-in.
    pub(crate) async fn begin(&self, session: &Session) -> Result<Arc<dyn Store>, Failure> {
        match self {
            Tokens::InSessions(caches) => Ok(Arc::new(caches.begin(session).await?)),
            Tokens::Shared(store) => Ok(Arc::clone(store)),
        }
    }

    /// Ends the session, and with it the tokens that only the session has.
    pub(crate) async fn end(&self, session: &Session) -> Result<(), Failure> {
        match self {
            Tokens::InSessions(caches) => drop(caches.end(session).await?),
            Tokens::Shared(_) => session.flush().await?,
        }
        Ok(())
    }

    /// Returns the URL to show.
    pub fn url(&self) -> String {
        match self {
            Tokens::InSessions(_) => "session:".to_owned(),
            Tokens::Shared(store) => store.describe().url,
        }
    }
}

/// Opens the places of the tokens and of the sessions. Everything outside the process is encrypted with the key in the
/// file.
///
/// # Errors
/// The URL names no store, or the key cannot be read.
pub fn open(url: &str, key_file: &Path, clock: Arc<dyn Clock>) -> Result<(Tokens, StoredSessions), Error> {
    let Some(of_sessions) = url.strip_prefix("session:") else {
        let store = open_store(url, key_file)?;
        return Ok((Tokens::Shared(Arc::clone(&store)), StoredSessions::new(store, clock)));
    };
    let url = if of_sessions.is_empty() { "memory:" } else { of_sessions };
    let sessions = StoredSessions::new(open_store(url, key_file)?, clock);
    Ok((Tokens::InSessions(SessionCaches::new(sessions.clone(), key::read_or_make(key_file)?)), sessions))
}

fn open_store(url: &str, key_file: &Path) -> Result<Arc<dyn Store>, Error> {
    let store: Arc<dyn Store> = match url.split_once(':').map(|(scheme, _)| scheme) {
        Some("memory") => return Ok(Arc::new(MemoryStore::new())),
        Some("redis" | "rediss") => Arc::new(RedisStore::open(tokcache_redis::Settings::parse(url)?)?),
        Some("sqlite") => {
            let settings = SqliteSettings::parse(url).ok_or("--store: sqlite: needs the path of a file")?;
            Arc::new(SqliteStore::new(settings)?)
        }
        Some("postgres" | "postgresql") => Arc::new(PostgresStore::new(PostgresSettings::parse(url)?)?),
        _ => {
            let known = "session:, memory:, sqlite:PATH, redis://HOST or postgres://HOST/DATABASE";
            return Err(format!("--store: must be {known}").into());
        }
    };
    Ok(Arc::new(EncryptedStore::new(store, key::read_or_make(key_file)?)))
}
