//! The source of a key, as the user types it and as an encrypted cache records it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use tokcache_core::store::KeyId;

use super::passphrase::Argon2id;
use crate::path_text::{path_of_text, text_of_path};

/// A place that stores keys, or a passphrase that a person remembers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "source", content = "path", rename_all = "kebab-case")]
pub enum KeySource {
    /// The systemd credential `tokcache-key` (systemd.exec(5), `LoadCredentialEncrypted=`).
    Credential,
    /// A file that contains only the key, created on first use.
    KeyFile(#[serde(with = "crate::path_text")] PathBuf),
    /// The operating system's keyring: Secret Service, macOS Keychain, Windows Credential Manager.
    Keyring,
    /// A key derived from a passphrase with Argon2id (RFC 9106).
    Passphrase,
}

impl fmt::Display for KeySource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeySource::Credential => formatter.write_str("credential"),
            KeySource::KeyFile(path) => write!(formatter, "key-file:{}", text_of_path(path)),
            KeySource::Keyring => formatter.write_str("keyring"),
            KeySource::Passphrase => formatter.write_str("passphrase"),
        }
    }
}

impl FromStr for KeySource {
    type Err = UnknownKeySource;

    /// Parses `credential`, `key-file:PATH` (also `key-file:///PATH`, percent-encoded), `keyring` or `passphrase`. A
    /// relative path becomes absolute.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match (text, text.strip_prefix("key-file:")) {
            ("credential", _) => Ok(KeySource::Credential),
            ("keyring", _) => Ok(KeySource::Keyring),
            ("passphrase", _) => Ok(KeySource::Passphrase),
            (_, Some(path)) if !path.trim().is_empty() && !path.starts_with('~') => {
                let path = path_of_text(path).ok_or(UnknownKeySource)?;
                std::path::absolute(path).map(KeySource::KeyFile).map_err(|_| UnknownKeySource)
            }
            _ => Err(UnknownKeySource),
        }
    }
}

/// The error for an unknown key source. It does not contain the text, which may be a passphrase.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct UnknownKeySource;

impl fmt::Display for UnknownKeySource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("this names no key: type keyring, key-file:PATH (without ~), passphrase or credential")
    }
}

impl std::error::Error for UnknownKeySource {}

/// A reference to a key: everything needed to find it again, without secrets.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct KeyReference {
    pub(crate) id: KeyId,
    #[serde(flatten)]
    pub(crate) source: KeySource,
    /// The key derivation, for a passphrase.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) argon2id: Option<Argon2id>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_said_as_it_is_typed() {
        for text in ["credential", "key-file:/a/b", "keyring", "passphrase"] {
            assert_eq!(text.parse::<KeySource>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn anything_else_is_not_repeated() {
        for text in ["", "Keyring", "key-file:", "key-file:~/key", "passphrase:canary", "canary"] {
            let error = text.parse::<KeySource>().unwrap_err();
            assert!(!error.to_string().contains("canary"));
        }
    }
}
