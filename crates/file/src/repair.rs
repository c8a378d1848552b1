//! Repairs a damaged cache.

use std::path::PathBuf;

use tokcache_core::cache::{Salvage, TokenCache, salvage};
use zeroize::Zeroizing;

use crate::{Change, LocalStore, Repaired, StoreError};

/// Replaces a damaged cache by its intact entries, under the lock, and keeps a copy of the damaged one. Returns `None`
/// if the cache is not damaged.
///
/// # Errors
/// [`StoreError::Damaged`] if the bytes are not those of a cache at all, or if there is no place for the copy.
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

/// The result of a repair.
#[derive(Debug)]
pub struct Repair {
    /// The path of the damaged copy, which may contain tokens.
    pub kept: PathBuf,
    /// The entries that were saved, and those that were lost.
    pub salvage: Salvage,
}
