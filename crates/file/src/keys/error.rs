//! Errors about keys.

use std::fmt;

use tokcache_core::store::StoreError;

use std::path::PathBuf;
use std::time::Duration;

use super::KeySource;

/// Why a key could not be read or created. Each variant names the thing that the user has to check.
#[derive(Debug)]
#[non_exhaustive]
pub enum KeyError {
    /// The systemd credential cannot be used.
    Credential {
        /// The reason.
        why: String,
    },
    /// The key file cannot be used.
    KeyFile {
        /// The file.
        path: PathBuf,
        /// The reason, as in "{path}: {why}".
        why: String,
    },
    /// The keyring failed to return or to store the key.
    Keyring(KeyringFault),
    /// The system has no random bytes.
    NoRandomness,
    /// No passphrase is available.
    Passphrase {
        /// The reason.
        why: String,
    },
    /// The two entries of a new passphrase differ.
    PassphrasesDiffer,
    /// A key was found, but it is not the one that encrypts the cache.
    WrongKey(KeySource),
}

/// A failure of the operating system's keyring.
#[derive(Debug)]
#[non_exhaustive]
pub enum KeyringFault {
    /// There is no session bus.
    NoBus,
    /// No program on the bus provides the keyring.
    NoDaemon,
    /// The item does not exist.
    NoItem,
    /// The keyring is locked, and there is no screen for its password prompt.
    Locked,
    /// This build of tokcache has no keyring support.
    NotBuiltIn,
    /// The keyring returned something else than was stored.
    NotKept,
    /// The user dismissed the keyring's prompt.
    PromptDismissed,
    /// The keyring did not answer within this time. It may be waiting for its password.
    Silent(Duration),
    /// Any other error, in the keyring's own words.
    Other(String),
}

impl fmt::Display for KeyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyError::Credential { why } => write!(formatter, "the systemd credential cannot be used: {why}"),
            KeyError::KeyFile { path, why } => {
                write!(formatter, "the key file {} cannot be used: {why}", path.display())
            }
            KeyError::Keyring(fault) => fault.fmt(formatter),
            KeyError::NoRandomness => formatter.write_str("the system gives no random bytes"),
            KeyError::Passphrase { why } => formatter.write_str(why),
            KeyError::PassphrasesDiffer => formatter.write_str("the two passphrases differ"),
            KeyError::WrongKey(KeySource::Passphrase) => formatter.write_str("the passphrase is wrong"),
            KeyError::WrongKey(source) => write!(formatter, "the key of {source} is another one"),
        }
    }
}

impl fmt::Display for KeyringFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyringFault::NoBus => formatter.write_str("there is no keyring: no D-Bus session bus can be reached"),
            KeyringFault::NoDaemon => {
                formatter.write_str("there is no keyring: no Secret Service answers on the session bus")
            }
            KeyringFault::NoItem => formatter.write_str("the keyring does not have the key: it was deleted there"),
            KeyringFault::Locked => {
                formatter.write_str("the keyring is locked, and there is no screen to ask for its password on")
            }
            KeyringFault::NotBuiltIn => formatter.write_str("this tokcache was built without the keyring"),
            KeyringFault::NotKept => formatter.write_str("the keyring does not keep what it is given"),
            KeyringFault::PromptDismissed => {
                formatter.write_str("the keyring is locked, and the prompt for its password was dismissed")
            }
            KeyringFault::Silent(waited) => write!(
                formatter,
                "the keyring has not answered for {} s; perhaps it waits for its password to be typed",
                waited.as_secs()
            ),
            KeyringFault::Other(words) => write!(formatter, "the keyring failed: {words}"),
        }
    }
}

impl std::error::Error for KeyError {}

impl std::error::Error for KeyringFault {}

impl From<KeyringFault> for StoreError {
    fn from(fault: KeyringFault) -> Self {
        StoreError::Backend { source: Box::new(fault), is_retryable: false }
    }
}
