//! The kernel's session keyring (keyrings(7)), as a copy at hand of keys that are kept elsewhere: it ends with the
//! login session, and costs a system call where the keyring costs a conversation.

use linux_keyutils::{KeyRing, KeyRingIdentifier};

use super::key::KEY_LENGTH;
use super::{Key, KeyId};

/// The key, if a copy is there.
pub(super) fn find(id: KeyId) -> Option<Key> {
    let copy = session().ok()?.search(&description(id)).ok()?;
    Key::filled(|bytes| copy.read(bytes).is_ok_and(|length| length == KEY_LENGTH).then_some(()))
}

/// Keeps a copy until the session ends.
pub(super) fn keep(key: &Key) -> Result<(), String> {
    let kept = session().and_then(|session| session.add_key(&description(key.id()), key.bytes()));
    kept.map(drop).map_err(|error| format!("{error:?}"))
}

/// Forgets the copy.
pub(super) fn forget(id: KeyId) {
    if let Ok(key) = session().and_then(|session| session.search(&description(id))) {
        let _ = key.invalidate();
    }
}

/// The keyring of this session, by its number: under the name that stands for it, `add_key` would make a new one that
/// ends with this process.
fn session() -> Result<KeyRing, linux_keyutils::KeyError> {
    KeyRing::from_special_id(KeyRingIdentifier::Session, false)
}

fn description(id: KeyId) -> String {
    format!("tokcache:{id}")
}
