//! Loads a cache from a store, and saves it there.

use std::time::Duration;

use zeroize::Zeroizing;

use crate::cache::{ParseError, TokenCache};
use crate::store::{Change, Partition, Revision, Saved, Store, StoreError, Update, Validity};
use crate::time::Timestamp;

/// Loads the newest cache of a partition, without a lock; a store that holds none is an empty cache.
///
/// # Errors
/// An error of the store, or [`StoreError::Damaged`] with the position if the bytes are not a cache.
pub async fn load(store: &dyn Store, partition: &Partition) -> Result<TokenCache, StoreError> {
    load_with_revision(store, partition).await.map(|(cache, _)| cache)
}

/// Loads the newest cache of a partition and the document's revision. The revision is `None` if there is no document.
pub(super) async fn load_with_revision(
    store: &dyn Store,
    partition: &Partition,
) -> Result<(TokenCache, Option<Revision>), StoreError> {
    let mut cache = TokenCache::new();
    let mut deserialize = |bytes: &[u8]| {
        cache = TokenCache::deserialize(bytes)?;
        Ok(())
    };
    let revision = read(store, partition, &mut deserialize).await?;
    Ok((if revision.is_some() { cache } else { TokenCache::new() }, revision))
}

/// Shows the newest document of a partition to `read`, which says what is wrong with it.
async fn read(
    store: &dyn Store,
    partition: &Partition,
    read: &mut (dyn FnMut(&[u8]) -> Result<(), ParseError> + Send),
) -> Result<Option<Revision>, StoreError> {
    let mut reason = None;
    let found = store.read(partition, &mut judging(read, &mut reason)).await;
    found.map_err(|error| error.because(reason))
}

/// Does the same for a caller that needs no revision.
pub(super) async fn peek(
    store: &dyn Store,
    partition: &Partition,
    read: &mut (dyn FnMut(&[u8]) -> Result<(), ParseError> + Send),
) -> Result<(), StoreError> {
    let mut reason = None;
    let found = store.peek(partition, &mut judging(read, &mut reason)).await;
    found.map(drop).map_err(|error| error.because(reason))
}

/// Returns `read` as a store calls it. It puts down the reason if a document is not whole.
fn judging<'r>(
    read: &'r mut (dyn FnMut(&[u8]) -> Result<(), ParseError> + Send),
    reason: &'r mut Option<String>,
) -> impl FnMut(&[u8]) -> Validity + Send + 'r {
    |bytes| match read(bytes) {
        Ok(()) => Validity::Whole,
        Err(error) => {
            *reason = Some(told(error, bytes));
            Validity::Torn
        }
    }
}

/// Describes what is wrong with `bytes`, and where, by lines and bytes as editors count them. It repeats none of the bytes.
fn told(error: ParseError, bytes: &[u8]) -> String {
    let line = |offset: usize| 1 + bytes[..offset.min(bytes.len())].iter().filter(|byte| **byte == b'\n').count();
    match error {
        ParseError::CutOff => format!("{error} after {} bytes, in line {}", bytes.len(), line(bytes.len())),
        ParseError::Malformed { offset } | ParseError::NotUtf8 { offset } => {
            format!("{error}, in line {}", line(offset))
        }
        ParseError::NotAnObject | ParseError::SectionNotAnObject(_) | ParseError::TooLarge => error.to_string(),
    }
}

/// Runs `change` on the newest cache of a partition and saves the result, with no other writer in between. `change` runs
/// again after a lost race. If it changes nothing, nothing is written.
///
/// # Errors
/// An error of the store. The cache is unchanged then, as far as known.
pub async fn update_cache(
    store: &dyn Store,
    partition: &Partition,
    retention: Option<Retention>,
    change: &mut (dyn FnMut(&mut TokenCache) + Send),
) -> Result<Saved, StoreError> {
    update(store, partition, Update::default(), retention, change).await
}

/// Does the same as [`update_cache`]. Removes the partition of a user for whom nothing is left.
pub(super) async fn update(
    store: &dyn Store,
    partition: &Partition,
    update: Update,
    retention: Option<Retention>,
    change: &mut (dyn FnMut(&mut TokenCache) + Send),
) -> Result<Saved, StoreError> {
    let mut reason = None;
    let mut changed = |bytes: Option<&[u8]>| {
        let bytes = bytes.unwrap_or_default();
        let mut cache = match TokenCache::deserialize(bytes) {
            Ok(cache) => cache,
            Err(error) => {
                reason = Some(told(error, bytes));
                return Change::Torn;
            }
        };
        change(&mut cache);
        if !cache.has_state_changed() {
            return Change::Keep;
        }
        // A user who has signed out leaves nothing to find. A file stays, as its permissions do.
        if cache.holds_nothing() && *partition != Partition::whole() {
            return Change::Replace(Zeroizing::default());
        }
        let new = Zeroizing::new(cache.serialize().as_bytes().to_vec());
        match &retention {
            Some(retention) => Change::ReplaceUntil(new, retention.of(&cache)),
            None => Change::Replace(new),
        }
    };
    let saved = store.update(partition, update, &mut changed).await;
    saved.map_err(|error| error.because(reason))
}

/// How long a store keeps a cache document.
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    /// The [idle time](super::ClientApplication::idle_time).
    pub idle_time: Duration,
    /// The current time.
    pub now: Timestamp,
}

impl Retention {
    /// Returns when a document is of no more use: when its last access token has expired, and if it holds a refresh token
    /// the idle time later. Each refresh saves the document, so that a sign-in in use is kept. `None`: the document is
    /// damaged.
    pub fn keep_until(&self, document: &[u8]) -> Option<Timestamp> {
        TokenCache::deserialize(document).ok().map(|cache| self.of(&cache))
    }

    fn of(&self, cache: &TokenCache) -> Timestamp {
        let last = cache.access_tokens().iter().map(|token| token.expires_on).max().unwrap_or(self.now).max(self.now);
        if cache.refresh_tokens().is_empty() { last } else { last.plus(self.idle_time) }
    }
}

#[cfg(test)]
mod tests {
    use pollster::FutureExt as _;

    use super::*;
    use crate::store::MemoryStore;

    #[test]
    fn a_damaged_cache_says_where_it_is_damaged_and_repeats_nothing_of_it() {
        for (bytes, expected) in [
            (&b"{\"AccessToken\":\n{\"canary\""[..], "it is cut off after 25 bytes, in line 2"),
            (b"{\n\n\"canary\" 1}", "it is not JSON at byte 12, in line 3"),
            (b"[\"canary\"]", "it is not a JSON object"),
            (b"{\"canary\":\n\"\xFF\"}", "it is not UTF-8 at byte 12, in line 2"),
            (b"{\"RefreshToken\": \"canary\"}", "its RefreshToken is not an object"),
        ] {
            let (store, partition) = (MemoryStore::new(), Partition::whole());
            let mut replace = |_: Option<&[u8]>| Change::Replace(bytes.to_vec().into());
            store.update(&partition, Update::default(), &mut replace).block_on().unwrap();
            let expected = format!("memory: is not a token cache, or a damaged one: {expected}");
            assert_eq!(load(&store, &partition).block_on().unwrap_err().to_string(), expected);
            assert_eq!(
                update(&store, &partition, Update::default(), None, &mut |_| {}).block_on().unwrap_err().to_string(),
                expected
            );
        }
    }
}
