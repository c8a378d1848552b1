//! The sessions of the browsers, in the store that also keeps the tokens: several servers share both.
//!
//! [`tower_sessions`] has the cookie and the identifier; this is the place that it keeps sessions in.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokcache_core::secret::Zeroizing;
use tokcache_core::store::{Change, Partition, Replaced, Replacement, Store, StoreError, Update};
use tokcache_core::time::{Clock, Timestamp};
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result, SessionStore};

/// Sessions in a store.
#[derive(Clone)]
pub struct StoredSessions {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

impl StoredSessions {
    /// Keeps sessions in this store.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        StoredSessions { store, clock }
    }
}

#[async_trait]
impl SessionStore for StoredSessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        loop {
            let replacement =
                Replacement { expected: None, bytes: &document(record), keep_until: Some(end(record)), fence: None };
            match self.store.replace(&partition(&record.id), replacement).await.map_err(failed)? {
                Replaced::Saved(_) => return Ok(()),
                Replaced::Conflict => record.id = Id::default(),
            }
        }
    }

    /// Fails if the session is gone: the user has signed out meanwhile, in another tab.
    async fn save(&self, record: &Record) -> Result<()> {
        let mut is_there = false;
        let mut change = |current: Option<&[u8]>| {
            is_there = current.is_some();
            if is_there { Change::ReplaceUntil(document(record), end(record)) } else { Change::Keep }
        };
        self.store.update(&partition(&record.id), Update::default(), &mut change).await.map_err(failed)?;
        if is_there { Ok(()) } else { Err(Error::Backend("the session has ended".to_owned())) }
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let loaded = self.store.load(&partition(id)).await.map_err(failed)?;
        let record = loaded.map(|loaded| read(*id, &loaded.bytes)).transpose()?;
        Ok(record.filter(|record| end(record) > self.clock.now()))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.store.remove(&partition(id)).await.map_err(failed)
    }
}

impl fmt::Debug for StoredSessions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("StoredSessions").field(&self.store.describe().url).finish()
    }
}

/// Names the partition by a digest, so that nobody who reads the store learns an identifier.
fn partition(id: &Id) -> Partition {
    let digest = digest(&SHA256, &id.0.to_le_bytes());
    Partition::named(format!("session.{}", BASE64_URL_SAFE_NO_PAD.encode(digest)))
}

fn end(record: &Record) -> Timestamp {
    Timestamp(record.expiry_date.unix_timestamp())
}

fn document(record: &Record) -> Zeroizing<Vec<u8>> {
    let document = json!({"data": record.data, "expires": record.expiry_date.unix_timestamp()});
    Zeroizing::new(document.to_string().into_bytes())
}

fn read(id: Id, bytes: &[u8]) -> Result<Record> {
    let undecodable = |error: &dyn fmt::Display| Error::Decode(error.to_string());
    let mut document: Value = serde_json::from_slice(bytes).map_err(|error| undecodable(&error))?;
    let expires = document["expires"].as_i64().unwrap_or_default();
    let expiry_date = OffsetDateTime::from_unix_timestamp(expires).map_err(|error| undecodable(&error))?;
    let data = serde_json::from_value(document["data"].take()).map_err(|error| undecodable(&error))?;
    Ok(Record { id, data, expiry_date })
}

fn failed(error: StoreError) -> Error {
    Error::Backend(error.to_string())
}
