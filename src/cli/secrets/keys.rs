//! Resolves the settings about the key of an encrypted cache.

use tokcache_file::{Encryption, KeySettings, UnknownKeySource};

use super::passphrase::{PassphrasesOfRun, PromptPolicy, patience};
use crate::cli::settings::Settings;
use crate::cli::{Exit, Failure, environment, profiles};
use crate::output::{plain, tell};

/// Returns `--encrypt`, else the value in `profile`.
pub(in crate::cli) fn encryption(settings: &Settings, profile: Option<&str>) -> Result<Option<Encryption>, Failure> {
    if let Some(typed) = &settings.encrypt {
        // The message does not repeat the text, which may be the passphrase itself.
        let wrong = |error: UnknownKeySource| {
            if settings.variables.contains(&"TOKCACHE_ENCRYPT") {
                return Failure::new(Exit::Config, error).of_variable("TOKCACHE_ENCRYPT", settings);
            }
            Failure::new(Exit::Config, format!("--encrypt: {error}")).try_with("--encrypt", "KEY")
        };
        return typed.parse().map(Some).map_err(wrong);
    }
    let wrong = |error: UnknownKeySource| {
        let words = ["profile", "set", "--encrypt", "KEY"];
        Failure::new(Exit::Config, format!("encrypt, in the profile: {error}")).try_tokcache(words)
    };
    profile.map(str::parse).transpose().map_err(wrong)
}

/// Returns the value to save in the profile: the typed one, else the old one.
pub(in crate::cli) fn remembered(settings: &Settings, old: Option<String>) -> Result<Option<String>, Failure> {
    Ok(encryption(settings, None)?.map(|encryption| encryption.to_string()).or(old))
}

/// Returns the settings for the lookup of keys.
pub(in crate::cli) fn settings(asking: PromptPolicy, keep_in_kernel: bool, verbose: u8) -> KeySettings {
    let patience = patience(&asking);
    KeySettings {
        credential: Box::new(environment::credential),
        has_screen: Box::new(environment::has_screen),
        keep_in_kernel,
        key_file_made: Box::new(|path| {
            let path = plain(&path.display().to_string());
            tell(format_args!("A new key was made in {path}; without it the cache cannot be read."));
        }),
        keyring_patience: patience,
        passphrases: Box::new(PassphrasesOfRun::new(asking)),
        unsynced: Box::new(profiles::tell_unsynced),
        swappable: Box::new(move || {
            if verbose > 0 {
                tell("the key of the cache may be written to the swap space: no memory can be locked (`ulimit -l`)");
            }
        }),
    }
}
