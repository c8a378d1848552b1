//! The server of the store, and the store.

use std::sync::Arc;

use tokcache_core::store::Store;
use tokcache_redis::{RedisStore, Settings};
use tokcache_sql::{PostgresSettings, PostgresStore};
use tokcache_testing::servers::{Host, PostgresServer, RedisOptions, RedisServer};

/// A server that runs until it is dropped.
pub(crate) enum Backend {
    Postgres(PostgresServer),
    Redis(RedisServer),
}

impl Backend {
    pub(crate) fn postgres(host: &Host) -> Self {
        Backend::Postgres(PostgresServer::start_on(host))
    }

    pub(crate) fn redis(host: &Host) -> Self {
        Backend::Redis(RedisServer::start(RedisOptions { host: Some(host), ..RedisOptions::default() }))
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Backend::Postgres(server) => format!("{}?sslmode=disable", server.url()),
            Backend::Redis(server) => server.url(),
        }
    }
}

/// Opens the store of a URL, in the runtime of the caller.
pub(crate) fn open(url: &str) -> Arc<dyn Store> {
    if url.starts_with("redis:") {
        return Arc::new(RedisStore::open(Settings::parse(url).unwrap()).unwrap());
    }
    Arc::new(PostgresStore::new(PostgresSettings::parse(url).unwrap()).unwrap())
}
