//! The cache as it stands in a store.

use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::cache::{ParseError, Salvage, TokenCache, salvage};
use crate::store::{CacheStore, Change, Presence, Reading, Repaired, Saved, StoreError};

/// The newest cache in `store`, without a lock; a store that holds none is an empty cache.
///
/// # Errors
/// What the store says; [`StoreError::Damaged`] with the place, if its bytes are not a cache.
pub fn load(store: &dyn CacheStore) -> Result<TokenCache, StoreError> {
    let mut cache = TokenCache::new();
    let presence = read(store, &mut |bytes| {
        cache = TokenCache::deserialize(bytes)?;
        Ok(())
    })?;
    Ok(match presence {
        Presence::Absent => TokenCache::new(),
        Presence::Found => cache,
    })
}

/// Shows the newest bytes in `store` to `read`, which says what is wrong with them.
pub(super) fn read(
    store: &dyn CacheStore,
    read: &mut dyn FnMut(&[u8]) -> Result<(), ParseError>,
) -> Result<Presence, StoreError> {
    let mut reason = None;
    let presence = store.load(&mut |bytes| match read(bytes) {
        Ok(()) => Reading::Whole,
        Err(error) => {
            reason = Some(told(error, bytes));
            Reading::Torn
        }
    });
    presence.map_err(|error| error.because(reason))
}

/// What is wrong with `bytes`, and where: in a form that leads to the place in an editor, and repeats none of them.
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

/// Puts what is whole of a damaged cache in its place, under the lock; a copy of the damaged one is kept. `None`: it is
/// not damaged.
///
/// # Errors
///
/// [`StoreError::Damaged`] when these are not the bytes of a cache at all, or there is no place for the copy.
pub fn repair(store: &dyn CacheStore) -> Result<Option<Repair>, StoreError> {
    let mut salvaged = None;
    let repaired = store.repair(&mut |bytes| {
        if TokenCache::deserialize(bytes).is_ok() {
            return Change::Keep;
        }
        let Some(salvage) = salvage(bytes) else { return Change::Torn };
        let saved = Zeroizing::new(salvage.cache.serialize().as_bytes().to_vec());
        salvaged = Some(salvage);
        Change::Replace(saved)
    })?;
    Ok(match (repaired, salvaged) {
        (Repaired::SetAside(kept), Some(salvage)) => Some(Repair { kept, salvage }),
        _ => None,
    })
}

/// A cache that was repaired.
#[derive(Debug)]
pub struct Repair {
    /// Where the damaged one is kept. There may be tokens in it.
    pub kept: PathBuf,
    /// What was saved of it.
    pub salvage: Salvage,
}

/// Runs `change` on the newest cache with no other writer in between; it may run again after a lost race. A change that
/// changes nothing writes nothing.
pub(super) fn update(store: &dyn CacheStore, change: &mut dyn FnMut(&mut TokenCache)) -> Result<Saved, StoreError> {
    let mut reason = None;
    let saved = store.update(&mut |bytes| {
        let bytes = bytes.unwrap_or_default();
        let mut cache = match TokenCache::deserialize(bytes) {
            Ok(cache) => cache,
            Err(error) => {
                reason = Some(told(error, bytes));
                return Change::Torn;
            }
        };
        change(&mut cache);
        if cache.has_state_changed() {
            Change::Replace(Zeroizing::new(cache.serialize().as_bytes().to_vec()))
        } else {
            Change::Keep
        }
    });
    saved.map_err(|error| error.because(reason))
}

#[cfg(test)]
mod tests {
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
            let store = MemoryStore::default();
            store.update(&mut |_| Change::Replace(bytes.to_vec().into())).unwrap();
            let expected = format!("memory: is not a token cache, or a damaged one: {expected}");
            assert_eq!(load(&store).unwrap_err().to_string(), expected);
            assert_eq!(update(&store, &mut |_| {}).unwrap_err().to_string(), expected);
        }
    }
}
