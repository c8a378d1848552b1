//! The store contract, implemented with the statements of a database.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokcache_core::future::BoxFuture;
use tokcache_core::store::{
    Description, LeaseRequest, Loaded, Partition, Replaced, Replacement, Revision, Store, StoreError,
};
use tokcache_core::time::Timestamp;
use zeroize::Zeroizing;

use crate::database::{Database, LeaseKey, Save, SaveOutcome};
use crate::lease::SqlLeaseRequest;
use crate::range::Range;
use crate::username::{folded, username};

/// One in this many saves also deletes up to a page of expired documents. A page is more than 256, so deletion keeps up
/// with the saves.
const SAVES_PER_PURGE: u32 = 256;

/// Stores one document for each [`Partition`] in a database. A clone is the same store.
pub struct SqlStore<D: Database> {
    pub(crate) database: Arc<D>,
}

/// A user name, and the partition whose document names it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct ListedUser {
    /// The user name, in lower case.
    pub username: String,
    /// The partition of the user's document.
    pub partition: Partition,
}

impl<D: Database> SqlStore<D> {
    pub(crate) fn of(database: D) -> Self {
        SqlStore { database: Arc::new(database) }
    }

    /// Connects and brings the schema up to date. The first call of any other method does this too, so a program that
    /// starts while the database is down need not call it.
    ///
    /// # Errors
    /// The database cannot be reached, or its schema is newer than this program.
    pub async fn connect(&self) -> Result<(), StoreError> {
        self.database.connect().await
    }

    /// Deletes the documents whose [`keep_until`](Replacement::keep_until) is past, and the rows of leases that ended a
    /// day ago. Returns the number of deleted rows. Such documents count as absent anyway. To free the space sooner
    /// than the saves do, call this from cron.
    ///
    /// # Errors
    /// Some rows may be deleted, and others not.
    pub async fn purge_expired(&self) -> Result<u64, StoreError> {
        let mut all = 0;
        loop {
            match self.database.purge().await? {
                0 => return Ok(all),
                purged => all += purged,
            }
        }
    }

    /// Returns a page of the users whose names begin with `prefix`, in upper or lower case, sorted, beginning after
    /// `after`. The page after the last user is empty. An encrypted document has no user name; nor has a document whose
    /// accounts have different names.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn users(&self, prefix: &str, after: Option<&ListedUser>) -> Result<Vec<ListedUser>, StoreError> {
        let range = Range::of(&folded(prefix), after.map(|after| after.username.as_str()));
        let last = after.map(|after| after.partition.as_str().to_owned());
        let users = self.database.users(range, last).await?;
        let listed =
            |(username, partition): (String, String)| ListedUser { username, partition: Partition::named(partition) };
        Ok(users.into_iter().map(listed).collect())
    }
}

impl<D: Database> Clone for SqlStore<D> {
    fn clone(&self) -> Self {
        SqlStore { database: Arc::clone(&self.database) }
    }
}

impl<D: Database> fmt::Debug for SqlStore<D> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("SqlStore").field(&self.database.url()).finish()
    }
}

impl<D: Database> Store for SqlStore<D> {
    fn load<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<Option<Loaded>, StoreError>> {
        Box::pin(async move {
            let found = self.database.load(partition.as_str().to_owned()).await?;
            Ok(found.map(|(bytes, number)| Loaded { bytes, revision: Revision::from(number.cast_unsigned()) }))
        })
    }

    fn replace<'a>(
        &'a self,
        partition: &'a Partition,
        replacement: Replacement<'a>,
    ) -> BoxFuture<'a, Result<Replaced, StoreError>> {
        Box::pin(async move {
            let Replacement { expected, bytes, keep_until, fence } = replacement;
            let expected = match expected.map(|revision| number(&revision)) {
                // No document of this store has such a revision.
                Some(None) => return Ok(Replaced::Conflict),
                expected => expected.flatten(),
            };
            // Empty bytes count as no document, and so does an expired document.
            let keep_until = if bytes.is_empty() { Some(Timestamp(0)) } else { keep_until };
            let save = Save {
                partition: partition.as_str().to_owned(),
                expected,
                document: Zeroizing::new(bytes.to_vec()),
                username: username(bytes),
                keep_until: keep_until.map(|time| time.0.clamp(0, Timestamp::LATEST.0)),
                fence: fence.map(|fence| (fence.credential.clone(), fence.number.cast_signed())),
            };
            let saved = self.database.save(save).await?;
            if saved != SaveOutcome::Conflict && fastrand::u32(..SAVES_PER_PURGE) == 0 {
                // In the background, without a result: if it fails, the next purge fails in the same way.
                drop(self.database.purge());
            }
            match saved {
                SaveOutcome::Saved(number) => Ok(Replaced::Saved(Revision::from(number.cast_unsigned()))),
                SaveOutcome::Conflict => Ok(Replaced::Conflict),
                SaveOutcome::LeaseLost => Err(StoreError::LeaseLost { lease: self.database.url().into() }),
            }
        })
    }

    fn remove<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move { self.database.remove(partition.as_str().to_owned()).await })
    }

    fn lease<'a>(
        &'a self,
        partition: &'a Partition,
        credential: &'a str,
        time_to_live: Duration,
    ) -> Result<Box<dyn LeaseRequest + 'a>, StoreError> {
        let key = LeaseKey::new(partition, credential);
        Ok(Box::new(SqlLeaseRequest::new(Arc::clone(&self.database), key, time_to_live)))
    }

    fn partitions<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a Partition>,
    ) -> BoxFuture<'a, Result<Vec<Partition>, StoreError>> {
        Box::pin(async move {
            let names = self.database.partitions(Range::of(prefix, after.map(Partition::as_str))).await?;
            Ok(names.into_iter().map(Partition::named).collect())
        })
    }

    fn describe(&self) -> Description {
        let (path, exposed) = (self.database.path(), self.database.exposed());
        Description { url: self.database.url().to_owned(), path, lock_holder: None, exposed }
    }

    fn revision<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Option<Revision>> {
        Box::pin(async move {
            let found = self.database.revision(partition.as_str().to_owned()).await.ok()?;
            found.map(|number| Revision::from(number.cast_unsigned()))
        })
    }

    fn ensure_room<'a>(&'a self, _partition: &'a Partition, size: usize) -> BoxFuture<'a, Result<(), StoreError>> {
        self.database.ensure_room(size)
    }

    fn note<'a>(&'a self, partition: &'a Partition, credential: &'a str) -> BoxFuture<'a, Option<Vec<u8>>> {
        Box::pin(async move { self.database.note(LeaseKey::new(partition, credential)).await.ok().flatten() })
    }

    fn forget_notes<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            // A note that cannot be deleted expires by itself.
            let _ = self.database.forget_notes(partition.as_str().to_owned()).await;
        })
    }
}

/// Returns the number from which this store made a revision.
fn number(revision: &Revision) -> Option<i64> {
    let (number, rest) = revision.as_bytes().split_first_chunk::<8>()?;
    rest.iter().all(|byte| *byte == 0).then(|| u64::from_be_bytes(*number).cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_revision_of_another_store_is_no_number() {
        assert_eq!(number(&Revision::from(7)), Some(7));
        assert_eq!(number(&Revision::new(&[1; 32])), None);
    }
}
