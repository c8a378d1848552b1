//! The stores that `--store` can name.

use std::path::Path;
use std::sync::Arc;

use tokcache_core::store::{EncryptedStore, MemoryStore, Store};
use tokcache_redis::RedisStore;
use tokcache_sql::{PostgresSettings, PostgresStore, SqliteSettings, SqliteStore};

use crate::key;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// Opens the store of a URL. Every store except memory is encrypted with the key in the file.
///
/// # Errors
/// The URL names no store, or the key cannot be read.
pub fn open(url: &str, key_file: &Path) -> Result<Arc<dyn Store>, Error> {
    let store: Arc<dyn Store> = match url.split_once(':').map(|(scheme, _)| scheme) {
        Some("memory") => return Ok(Arc::new(MemoryStore::new())),
        Some("redis" | "rediss") => Arc::new(RedisStore::open(tokcache_redis::Settings::parse(url)?)?),
        Some("sqlite") => {
            let settings = SqliteSettings::parse(url).ok_or("--store: sqlite: needs the path of a file")?;
            Arc::new(SqliteStore::new(settings)?)
        }
        Some("postgres" | "postgresql") => Arc::new(PostgresStore::new(PostgresSettings::parse(url)?)?),
        _ => return Err("--store: must be memory:, sqlite:PATH, redis://HOST or postgres://HOST/DATABASE".into()),
    };
    Ok(Arc::new(EncryptedStore::new(store, key::read_or_make(key_file)?)))
}
