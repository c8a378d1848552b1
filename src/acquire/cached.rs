//! The cache as it stands in a store.

use zeroize::Zeroizing;

use crate::cache::TokenCache;
use crate::store::{CacheStore, Change, Presence, Reading, Saved, StoreError};

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
