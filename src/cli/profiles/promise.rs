//! The profile's setting of how its cache must be encrypted. During a conversion, the setting allows both the old and
//! the new encryption.

use tokcache_file::{EncryptedLocalStore, Encryption, LocalStore as _};

use super::{Changing, Converting, Profile};
use crate::cli::{Failure, profiles};

/// The value in the profile for a cache that must be plain.
pub(in crate::cli) const NOT_AT_ALL: &str = "none";

impl Changing {
    /// Makes the profile's setting match the cache in `store` after a conversion that may have failed or been killed.
    /// Removes the setting only if the cache was meant to become plain and is plain.
    pub(in crate::cli) fn end(&self, name: &str, store: &EncryptedLocalStore) -> Result<(), Failure> {
        let Some(profile) = profiles::load_saved(name)? else { return Ok(()) };
        let Some(Converting { to, .. }) = &profile.converting else { return Ok(()) };
        let to = Some(to.clone()).filter(|to| to != NOT_AT_ALL);
        let encrypted_by = store.encrypted_by()?.map(|source| source.to_string());
        let before = profile.encrypt.clone();
        let encrypt = if encrypted_by.is_some() && (encrypted_by == to || encrypted_by == before) {
            encrypted_by
        } else if (to.is_none() || before.is_none()) && store.is_plain()? {
            None
        } else {
            before.or(to)
        };
        self.save(name, &Profile { encrypt, converting: None, ..profile })
    }
}

/// Finishes the conversion of a process that was killed. Returns `false` if the conversion may still be running, or if
/// there is none for this store.
pub(in crate::cli) fn ended(name: &str, store: &EncryptedLocalStore) -> bool {
    let Ok(Some(changing)) = Changing::try_begin() else { return false };
    let is_of_store = |profile: Profile| profile.converting.is_some_and(|it| it.store == store.describe().url);
    if !profiles::load_saved(name).ok().flatten().is_some_and(is_of_store) {
        return false;
    }
    // The killed process may have left a temporary file in plain text, which would stay until the next save.
    store.tidy();
    changing.end(name, store).is_ok()
}

/// Returns the encryption that the profile now allows for the cache with this URL.
pub(in crate::cli) fn promised_now(name: &str, store: &str) -> Vec<Encryption> {
    let Ok(Some(profile)) = profiles::load_saved(name) else { return Vec::new() };
    let becoming = profile.converting.filter(|it| it.store == store).map(|it| it.to);
    let promised = profile.encrypt.map_or(Ok(Encryption::AsItIs), |encrypt| encrypt.parse());
    promised.into_iter().chain(becoming.and_then(|to| to.parse().ok())).collect()
}
