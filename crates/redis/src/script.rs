//! The Lua scripts. Redis runs each in one step and one round trip.

use ring::digest::{Digest, SHA1_FOR_LEGACY_USE_ONLY, digest};

/// A script. Redis knows it by the digest of its text.
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
    /// Returns the digest for `EVALSHA`.
    pub(crate) fn sha(&self) -> String {
        hex(sha1(self.text.as_bytes()).as_ref())
    }
}

/// Returns the SHA-1 digest, the only one that a script can compute. It identifies a state of a document and signs
/// nothing.
pub(crate) fn sha1(bytes: &[u8]) -> Digest {
    digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
