//! What a profile promises of its cache: whether it is encrypted, and by which key. While the cache is converted, the
//! profile promises one of two.

use tokcache_file::{EncryptedStore, Encryption, LocalStore as _};

use super::Failure;
use super::profiles::{self, Changing, Converting, Profile};

/// What stands in the profile for a cache that is to be plain.
pub(super) const NOT_AT_ALL: &str = "none";

impl Changing {
    /// Has the profile promise what the cache in `store` is, after a conversion of it that may have failed or been
    /// killed. What was promised is given up only where the cache shows that it was to be, and has become, another.
    pub(super) fn end(&self, name: &str, store: &EncryptedStore) -> Result<(), Failure> {
        let Some(profile) = profiles::load_saved(name)? else { return Ok(()) };
        let Some(Converting { to, .. }) = &profile.converting else { return Ok(()) };
        let to = Some(to.clone()).filter(|to| to != NOT_AT_ALL);
        let sealed_by = store.sealed_by()?.map(|source| source.to_string());
        let before = profile.encrypt.clone();
        let encrypt = if sealed_by.is_some() && (sealed_by == to || sealed_by == before) {
            sealed_by
        } else if (to.is_none() || before.is_none()) && store.is_plain()? {
            None
        } else {
            before.or(to)
        };
        self.save(name, &Profile { encrypt, converting: None, ..profile })
    }
}

/// Ends the conversion that a process left in the profile which was killed. `false`: it may be under way, or there is
/// none of this store.
pub(super) fn ended(name: &str, store: &EncryptedStore) -> bool {
    let Ok(Some(changing)) = Changing::try_begin() else { return false };
    let is_of_store = |profile: Profile| profile.converting.is_some_and(|it| it.store == store.describe().url);
    if !profiles::load_saved(name).ok().flatten().is_some_and(is_of_store) {
        return false;
    }
    // There may be a temporary file in plain text, which nobody would remove before the next save.
    store.tidy();
    changing.end(name, store).is_ok()
}

/// What the profile promises of the cache with this URL now.
pub(super) fn promised_now(name: &str, store: &str) -> Vec<Encryption> {
    let Ok(Some(profile)) = profiles::load_saved(name) else { return Vec::new() };
    let becoming = profile.converting.filter(|it| it.store == store).map(|it| it.to);
    let promised = profile.encrypt.map_or(Ok(Encryption::AsItIs), |encrypt| encrypt.parse());
    promised.into_iter().chain(becoming.and_then(|to| to.parse().ok())).collect()
}
