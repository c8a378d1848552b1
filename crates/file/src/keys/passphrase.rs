//! Derives a key from a passphrase with Argon2id (RFC 9106).

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::rand::{SecureRandom as _, SystemRandom};
use serde::{Deserialize, Serialize};

use super::{Key, KeyError};
use tokcache_core::secret::Passphrase;

/// A source of passphrases: a person at a terminal, a file, or a descriptor.
pub trait Passphrases: Send + Sync {
    /// Returns the passphrase, which is not empty.
    ///
    /// # Errors
    /// [`KeyError::Passphrase`] with the reason if there is no passphrase.
    fn passphrase(&self, purpose: PassphraseFor) -> Result<Passphrase, KeyError>;
}

/// The purpose of a passphrase.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PassphraseFor {
    /// To encrypt a cache with a new passphrase. A person types it twice.
    NewKey,
    /// To decrypt a cache.
    OldKey,
}

/// The parameters of the key derivation. They are in the header of an encrypted cache, which is not authenticated until
/// the key is known, so excessive values are refused.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Argon2id {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
}

/// The second recommendation of RFC 9106 §4: 64 MiB, 3 passes, 4 lanes, a salt of 128 bits.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 4;
const SALT_LENGTH: usize = 16;

/// The limits for decryption: a gigabyte and some seconds.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
const MOST_PASSES: u32 = 16;
const MOST_LANES: u32 = 16;

impl Argon2id {
    /// Returns the current default costs with a new salt.
    pub(super) fn new() -> Result<Self, KeyError> {
        let mut salt = [0; SALT_LENGTH];
        SystemRandom::new().fill(&mut salt).map_err(|_| KeyError::NoRandomness)?;
        Ok(Argon2id { memory_kib: MEMORY_KIB, passes: PASSES, lanes: LANES, salt: BASE64_STANDARD.encode(salt) })
    }

    /// Derives the key. This takes a tenth of a second and 64 MiB, on purpose.
    pub(super) fn key(&self, passphrase: &Passphrase) -> Result<Key, KeyError> {
        Key::filled(|bytes| self.fill(passphrase, bytes))
            .ok_or_else(|| KeyError::Passphrase { why: "the cache asks for a key derivation out of bounds".into() })
    }

    fn fill(&self, passphrase: &Passphrase, bytes: &mut [u8]) -> Option<()> {
        if self.memory_kib > MOST_MEMORY_KIB || self.passes > MOST_PASSES || self.lanes > MOST_LANES {
            return None;
        }
        let salt = BASE64_STANDARD.decode(&self.salt).ok().filter(|salt| salt.len() >= SALT_LENGTH)?;
        let parameters = Params::new(self.memory_kib, self.passes, self.lanes, Some(bytes.len())).ok()?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters);
        argon2.hash_password_into(passphrase.expose().as_bytes(), &salt, bytes).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cheap(passes: u32) -> Argon2id {
        Argon2id { memory_kib: 32, passes, lanes: 1, salt: BASE64_STANDARD.encode([7; SALT_LENGTH]) }
    }

    #[test]
    fn the_same_passphrase_makes_the_same_key() {
        let key = |passphrase: &str| cheap(1).key(&Passphrase::new(passphrase)).unwrap().id();
        assert_eq!(key("correct horse"), key("correct horse"));
        assert_ne!(key("correct horse"), key("correct horse "));
    }

    #[test]
    fn costs_and_salt_count() {
        let passphrase = Passphrase::new("correct horse");
        let id = |argon2id: Argon2id| argon2id.key(&passphrase).unwrap().id();
        assert_ne!(id(cheap(1)), id(cheap(2)));
        let salted = Argon2id { salt: BASE64_STANDARD.encode([8; SALT_LENGTH]), ..cheap(1) };
        assert_ne!(id(cheap(1)), id(salted));
        assert_ne!(Argon2id::new().unwrap().salt, Argon2id::new().unwrap().salt);
    }

    #[test]
    fn a_header_cannot_ask_for_all_the_memory_or_time() {
        let passphrase = Passphrase::new("correct horse");
        for greedy in [
            Argon2id { memory_kib: MOST_MEMORY_KIB + 1, ..cheap(1) },
            cheap(MOST_PASSES + 1),
            Argon2id { lanes: MOST_LANES + 1, memory_kib: 1024, ..cheap(1) },
            Argon2id { salt: "c2FsdA==".into(), ..cheap(1) },
            Argon2id { memory_kib: 0, ..cheap(1) },
        ] {
            assert!(greedy.key(&passphrase).is_err(), "{greedy:?}");
        }
    }
}
