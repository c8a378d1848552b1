//! Why there is no key.

use std::fmt;

use tokcache_core::store::StoreError;

use std::path::PathBuf;
use std::time::Duration;

use super::KeySource;

/// Why a key could not be had, or made; each names what a person would look at.
#[derive(Debug)]
#[non_exhaustive]
pub enum KeyError {
    /// The systemd credential cannot be used.
    Credential {
        /// What is wrong.
        why: String,
    },
    /// The key file cannot be used.
    KeyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong, as in "{path}: {why}".
        why: String,
    },
    /// The keyring did not give, or take, the key.
    Keyring(KeyringFault),
    /// The system has no random bytes.
    NoRandomness,
    /// No passphrase can be had.
    Passphrase {
        /// What is wrong.
        why: String,
    },
    /// Of a new passphrase, which is typed twice.
    PassphrasesDiffer,
    /// A key was there, but it is another one.
    WrongKey(KeySource),
}

/// What is wrong with the operating system's keyring.
#[derive(Debug)]
#[non_exhaustive]
pub enum KeyringFault {
    /// There is no session bus to reach it by.
    NoBus,
    /// The bus knows nobody who keeps secrets.
    NoDaemon,
    /// It has no such item.
    NoItem,
    /// It is locked, and there is no screen to ask for its password on.
    Locked,
    /// tokcache was built without it.
    NotBuiltIn,
    /// It gave back something else than it was given.
    NotKept,
    /// Its prompt was dismissed.
    PromptDismissed,
    /// It has not answered for so long. Perhaps it waits for somebody to type its password.
    Silent(Duration),
    /// Anything else, in its own words.
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
