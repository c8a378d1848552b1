//! The store contract on Redis.

use std::sync::Arc;
use std::time::Duration;

use redis::{Value, cmd};
use tokcache_core::future::BoxFuture;
use tokcache_core::store::{
    Description, LeaseRequest, Loaded, Partition, Replaced, Replacement, Revision, Store, StoreError, Validity,
};
use tokcache_core::time::Timestamp;

use crate::claim::milliseconds;
use crate::error::Error;
use crate::health::{self, Health};
use crate::inner::{Found, Inner, within};
use crate::keys::{self, Keys};
use crate::lease::{RedisLeaseRequest, note_field};
use crate::scan;
use crate::script::{REPLACE, REVISION, hex, sha1};
use crate::settings::Settings;

/// Keeps documents in Redis or Valkey. A clone is the same store and shares the connection.
#[derive(Clone)]
pub struct RedisStore(Arc<Inner>);

impl RedisStore {
    /// Opens the store in the current tokio runtime. The store connects when it is first used.
    ///
    /// The store uses the timers of the runtime and starts tasks in it. The runtime must have I/O and time enabled, and
    /// run for as long as the store is used.
    ///
    /// # Errors
    /// The caller is not in a tokio runtime, or the settings contradict each other.
    pub fn open(settings: Settings) -> Result<Self, Error> {
        Ok(RedisStore(Arc::new(Inner::new(settings)?)))
    }

    /// Asks every server that keeps documents for the settings that decide whether sign-ins survive: one server, or each
    /// primary of a cluster.
    ///
    /// # Errors
    /// A server cannot be reached, or the user must not run `INFO`.
    pub async fn health(&self) -> Result<Vec<Health>, Error> {
        within(&self.0.runtime, health::ask(&self.0.link)).await
    }

    fn document_key(&self, partition: &Partition) -> Result<String, Error> {
        keys::document(&self.0.settings.prefix, partition)
    }

    fn keys(&self, partition: &Partition) -> Result<Keys, Error> {
        Keys::new(&self.0.settings.prefix, partition)
    }

    async fn load(&self, partition: &Partition) -> Result<Option<Loaded>, StoreError> {
        let found = self.document(partition).await?;
        Ok(found.map(|bytes| Loaded { revision: revision(&bytes), bytes: bytes.to_vec().into() }))
    }

    async fn document(&self, partition: &Partition) -> Found {
        let key = self.document_key(partition)?;
        let mut get = cmd("GET");
        get.arg(&key);
        let found = self.0.read(&["GET ", &key].concat(), get).await?;
        Ok(found.filter(|bytes| !bytes.is_empty()))
    }

    async fn replace(&self, partition: &Partition, replacement: Replacement<'_>) -> Result<Replaced, StoreError> {
        let Replacement { expected, bytes, keep_until, fence } = replacement;
        let keys = self.keys(partition)?;
        let lease = fence.map(|fence| keys.lease(&fence.credential));
        let revision = revision(bytes);
        let (expected, digest) = (digest(expected), digest(Some(revision)));
        let (option, time) = expiry(keep_until, self.0.settings.idle_time);
        let number = fence.map(|fence| fence.number.to_string()).unwrap_or_default();
        let arguments = [expected.as_bytes(), digest.as_bytes(), bytes, option.as_bytes(), time.as_bytes()];
        let arguments = [&arguments[..], &[number.as_bytes()]].concat();
        let mut names = vec![keys.document.as_str()];
        names.extend(lease.iter().flat_map(|lease| [lease.lease.as_str(), lease.fence.as_str()]));
        match self.0.link.run(&REPLACE, &names, &arguments).await? {
            Value::BulkString(answer) if answer == b"saved" => Ok(Replaced::Saved(revision)),
            Value::BulkString(answer) if answer == b"conflict" => Ok(Replaced::Conflict),
            Value::BulkString(answer) if answer == b"lost" => {
                let lease = lease.map(|lease| lease.lease).unwrap_or_default();
                Err(StoreError::LeaseLost { lease: format!("{} {lease}", self.0.link.server()).into() })
            }
            _ => Err(self.0.link.unexpected().into()),
        }
    }
}

impl Store for RedisStore {
    fn load<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<Option<Loaded>, StoreError>> {
        within(&self.0.runtime, self.load(partition))
    }

    fn replace<'a>(
        &'a self,
        partition: &'a Partition,
        replacement: Replacement<'a>,
    ) -> BoxFuture<'a, Result<Replaced, StoreError>> {
        within(&self.0.runtime, self.replace(partition, replacement))
    }

    fn remove<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<(), StoreError>> {
        within(&self.0.runtime, async move {
            let mut del = cmd("DEL");
            del.arg(self.document_key(partition)?);
            self.0.link.query(&del).await?;
            Ok(())
        })
    }

    fn lease<'a>(
        &'a self,
        partition: &'a Partition,
        credential: &'a str,
        time_to_live: Duration,
    ) -> Result<Box<dyn LeaseRequest + 'a>, StoreError> {
        Ok(Box::new(RedisLeaseRequest::new(&self.0, partition, credential, time_to_live)?))
    }

    /// A page has at most 50,000 names, about five megabytes. Each page is one pass over all keys of the database, in small
    /// steps that do not block the server.
    fn partitions<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a Partition>,
    ) -> BoxFuture<'a, Result<Vec<Partition>, StoreError>> {
        within(
            &self.0.runtime,
            async move { Ok(scan::page(&self.0.link, &self.0.settings.prefix, prefix, after).await?) },
        )
    }

    /// Computes no digest: for a cached token, that takes longer than all the rest.
    fn peek<'a>(
        &'a self,
        partition: &'a Partition,
        read: &'a mut (dyn FnMut(&[u8]) -> Validity + Send),
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        within(&self.0.runtime, async move {
            let Some(bytes) = self.document(partition).await? else { return Ok(false) };
            match read(&bytes) {
                Validity::Whole => Ok(true),
                Validity::Torn => Err(StoreError::damaged(self.describe().url).in_partition(partition)),
            }
        })
    }

    fn describe(&self) -> Description {
        let url = self.0.link.server().to_owned();
        Description { url, path: None, lock_holder: None, exposed: Vec::new() }
    }

    fn revision<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Option<Revision>> {
        within(&self.0.runtime, async move {
            let key = self.document_key(partition).ok()?;
            let found = self.0.read_by(&format!("revision {key}"), &REVISION, key).await.ok()??;
            let digest = digest_of(&found)?;
            Some(Revision::new(&digest)).filter(|found| *found != revision(b""))
        })
    }

    fn note<'a>(&'a self, partition: &'a Partition, credential: &'a str) -> BoxFuture<'a, Option<Vec<u8>>> {
        within(&self.0.runtime, async move {
            let (key, name) = (self.keys(partition).ok()?.notes(), note_field(credential));
            let mut get = cmd("HGET");
            get.arg(&key).arg(&name);
            let found = self.0.read(&format!("HGET {key} {name}"), get).await.ok()??;
            Some(found.to_vec())
        })
    }

    fn forget_notes<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, ()> {
        within(&self.0.runtime, async move {
            let Ok(keys) = self.keys(partition) else { return };
            let mut del = cmd("DEL");
            del.arg(keys.notes());
            // The note expires if it cannot be removed.
            let _ = self.0.link.query(&del).await;
        })
    }
}

/// Returns the revision of a document: the digest of its bytes. A program that knows no revisions makes a new one with
/// each save. If there is no document, the digest is that of no bytes.
fn revision(bytes: &[u8]) -> Revision {
    Revision::new(sha1(bytes).as_ref())
}

fn digest(revision: Option<Revision>) -> String {
    hex(&revision.unwrap_or_else(|| self::revision(b"")).as_bytes()[..20])
}

/// Parses the hexadecimal digest that a script returns.
fn digest_of(text: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?;
    let digit = |at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    (0..text.len()).step_by(2).map(digit).collect()
}

/// Returns the expiry option of `SET`.
fn expiry(keep_until: Option<Timestamp>, idle_time: Option<Duration>) -> (&'static str, String) {
    match (keep_until, idle_time) {
        // The server rejects zero, and deletes a document whose time is in the past.
        (Some(Timestamp(seconds)), _) => ("PXAT", (seconds.clamp(1, Timestamp::LATEST.0) * 1000).to_string()),
        (None, Some(time)) => ("PX", milliseconds(time.min(Duration::from_secs(Timestamp::LATEST.0.unsigned_abs())))),
        (None, None) => ("", String::new()),
    }
}
