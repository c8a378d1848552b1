//! Copies of keys in the kernel's session keyring (keyrings(7)). A copy ends with the login session. It costs one
//! system call, while the operating system's keyring needs a conversation with a daemon.

use linux_keyutils::{KeyRing, KeyRingIdentifier};

use super::Key;
use tokcache_core::store::KeyId;
use tokcache_core::store::envelope::KEY_LENGTH;

/// Returns the copied key, if there is one.
pub(super) fn find(id: KeyId) -> Option<Key> {
    let copy = session().ok()?.search(&description(id)).ok()?;
    Key::filled(|bytes| copy.read(bytes).is_ok_and(|length| length == KEY_LENGTH).then_some(()))
}

/// Stores a copy until the session ends.
pub(super) fn keep(key: &Key) -> Result<(), String> {
    let kept = session().and_then(|session| session.add_key(&description(key.id()), key.bytes()));
    kept.map(drop).map_err(|error| format!("{error:?}"))
}

/// Removes the copy.
pub(super) fn forget(id: KeyId) {
    if let Ok(key) = session().and_then(|session| session.search(&description(id))) {
        let _ = key.invalidate();
    }
}

/// Returns the keyring of this session by its number. With the special id, `add_key` would create a new keyring that
/// ends with this process.
fn session() -> Result<KeyRing, linux_keyutils::KeyError> {
    KeyRing::from_special_id(KeyRingIdentifier::Session, false)
}

fn description(id: KeyId) -> String {
    format!("tokcache:{id}")
}
