//! Putting what is whole of a damaged cache in its place.

use std::path::PathBuf;

use tokcache_core::cache::{Salvage, TokenCache, salvage};
use zeroize::Zeroizing;

use crate::{Change, LocalStore, Repaired, StoreError};

/// Puts what is whole of a damaged cache in its place, under the lock; a copy of the damaged one is kept. `None`: it is
/// not damaged.
///
/// # Errors
/// [`StoreError::Damaged`] when these are not the bytes of a cache at all, or there is no place for the copy.
pub fn repair(store: &dyn LocalStore) -> Result<Option<Repair>, StoreError> {
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
