//! The cache as it stands in a store.

use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::cache::{Salvage, TokenCache, salvage};
use crate::store::{CacheStore, Change, Presence, Reading, Repaired, Saved, StoreError};

/// The newest cache in `store`, without a lock; a store that holds none is an empty cache.
pub fn load(store: &dyn CacheStore) -> Result<TokenCache, StoreError> {
    let mut cache = TokenCache::new();
    let presence = store.load(&mut |bytes| match TokenCache::deserialize(bytes) {
        Ok(read) if !bytes.is_empty() => {
            cache = read;
            Reading::Whole
        }
        _ => Reading::Torn,
    })?;
    Ok(match presence {
        Presence::Absent => TokenCache::new(),
        Presence::Found => cache,
    })
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
    store.update(&mut |bytes| {
        let Ok(mut cache) = TokenCache::deserialize(bytes.unwrap_or_default()) else { return Change::Torn };
        change(&mut cache);
        if cache.has_state_changed() {
            Change::Replace(Zeroizing::new(cache.serialize().as_bytes().to_vec()))
        } else {
            Change::Keep
        }
    })
}
