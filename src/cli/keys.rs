//! What is said and set of the key of an encrypted cache, resolved; and what helps when it cannot be had.

use std::time::Duration;

use tokcache::store::{Encryption, KeyError, KeySettings, KeySource, KeyringFault, SealError, StoreError};

use super::passphrase::{Asking, PassphrasesOfRun};
use super::{Exit, Failure, environment};
use crate::output::command_line;

/// How long a keyring may take when nobody is there to answer it, and when somebody is.
const KEYRING_PATIENCE: Duration = Duration::from_secs(3);
const PATIENCE_WITH_A_PERSON: Duration = Duration::from_secs(60);

/// `--encrypt`, as typed or remembered.
pub(super) fn encryption(text: Option<&str>) -> Result<Option<Encryption>, Failure> {
    text.map(str::parse).transpose().map_err(|error| {
        Failure::new(Exit::Config, format!("--encrypt: {error}"))
            .try_command("tokcache cache encrypt --encrypt keyring")
    })
}

/// Where keys are looked for.
pub(super) fn settings(asking: Asking, keep_in_kernel: bool) -> KeySettings {
    let patience = if asking.reaches_somebody() { PATIENCE_WITH_A_PERSON } else { KEYRING_PATIENCE };
    KeySettings {
        credential: environment::credential(),
        has_screen: environment::has_screen(),
        keep_in_kernel,
        keyring_patience: patience,
        passphrases: Box::new(PassphrasesOfRun::new(asking)),
    }
}

/// What to type after a failure of the store at `path`; `command` makes a whole command of words, under the same
/// settings.
pub(super) fn remedy(
    error: &StoreError,
    path: &str,
    is_sealed: impl Fn() -> bool,
    command: &dyn Fn(&[&str]) -> String,
) -> String {
    let StoreError::Sealed(error) = error else { return command(&["cache", "check"]) };
    match error {
        SealError::Moved { .. } => command(&["cache", "rekey", "--moved"]),
        SealError::NotAsWanted { found: None, wanted: Some(wanted) } => {
            command(&["cache", "encrypt", "--encrypt", &wanted.to_string()])
        }
        SealError::NotAsWanted { found: Some(_), wanted: None } => command(&["cache", "decrypt"]),
        SealError::NotAsWanted { wanted: Some(wanted), .. } => {
            command(&["cache", "rekey", "--encrypt", &wanted.to_string()])
        }
        SealError::SameKey => command(&["cache", "rekey", "--encrypt", "key-file:NEW_PATH"]),
        // Without its key it is of no use to anybody.
        SealError::Key { error: KeyError::Keyring(KeyringFault::NoItem), .. } => command_line(["rm", path]),
        SealError::Key { source: KeySource::Keyring, .. } if !is_sealed() => {
            command(&["login", "--encrypt", "key-file:PATH"])
        }
        SealError::Key { source: KeySource::Passphrase, .. } => "export TOKCACHE_PASSPHRASE_FILE=FILE".to_owned(),
        _ => command(&["cache", "check"]),
    }
}
