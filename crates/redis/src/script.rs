//! The Lua scripts that Redis runs, each in one step and one round trip.

use ring::digest::{Digest, SHA1_FOR_LEGACY_USE_ONLY, digest};

/// A script, and the name that Redis knows it by.
pub(crate) struct Script {
    pub(crate) text: &'static str,
}

pub(crate) const ACQUIRE: Script = Script { text: include_str!("lua/acquire.lua") };
pub(crate) const NOTE: Script = Script { text: include_str!("lua/note.lua") };
pub(crate) const RELEASE: Script = Script { text: include_str!("lua/release.lua") };
pub(crate) const RENEW: Script = Script { text: include_str!("lua/renew.lua") };
pub(crate) const REPLACE: Script = Script { text: include_str!("lua/replace.lua") };
pub(crate) const REVISION: Script = Script { text: include_str!("lua/revision.lua") };

impl Script {
    /// What EVALSHA takes.
    pub(crate) fn sha(&self) -> String {
        hex(sha1(self.text.as_bytes()).as_ref())
    }
}

/// SHA-1, because it is the digest that a script can compute. It tells the states of a document apart; nothing is signed
/// by it.
pub(crate) fn sha1(bytes: &[u8]) -> Digest {
    digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
