//! Keys and their sources. This module does not know what a key encrypts.

#[cfg(feature = "keyring")]
mod call;
mod error;
#[cfg(target_os = "linux")]
mod kernel;
mod key;
mod key_file;
#[cfg(feature = "keyring")]
mod keyring;
mod passphrase;
mod source;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[cfg(feature = "keyring")]
pub(super) use call::Caller;
#[cfg(all(feature = "keyring", target_os = "linux"))]
pub(super) use call::{Fault, connection_fault};
pub use error::{KeyError, KeyringFault};
pub(crate) use key::Key;
pub use passphrase::{PassphraseFor, Passphrases};
pub(super) use source::KeyReference;
pub use source::{KeySource, UnknownKeySource};

use passphrase::Argon2id;
use tokcache_core::store::{EncryptionKeys, KeyId};

use crate::Unsynced;
use crate::platform;

/// The settings for the sources of keys.
pub struct KeySettings {
    /// Returns the file of the systemd credential, if there is one.
    pub credential: Box<dyn Fn() -> Option<PathBuf> + Send + Sync>,
    /// Returns whether a screen is available for the keyring's password prompt.
    pub has_screen: Box<dyn Fn() -> bool + Send + Sync>,
    /// Whether keys are copied into the kernel's keyring for the login session (Linux).
    pub keep_in_kernel: bool,
    /// Called with the path when a new key file was created.
    pub key_file_made: Box<dyn Fn(&Path) + Send + Sync>,
    /// The time limit for one call of the operating system's keyring.
    pub keyring_patience: Duration,
    /// The source of passphrases.
    pub passphrases: Box<dyn Passphrases>,
    /// Called when a new key file may not survive a system crash.
    pub unsynced: Box<Unsynced>,
    /// Called when a key in use may be written to the swap space, because the system did not allow locking it in
    /// memory.
    pub swappable: Box<dyn Fn() + Send + Sync>,
}

/// Reads the keys of a shared store. A key file or a credential has one key on each line, of which the first one
/// encrypts. Returns `None` for a source that only this machine has.
///
/// # Errors
/// The file or the credential cannot be used. A missing key file is not created, because other machines have its key.
pub fn shared_keys(settings: &KeySettings, source: &KeySource) -> Option<Result<EncryptionKeys, KeyError>> {
    match source {
        KeySource::Credential => Some(read_credential(settings, key_file::keys_in)),
        KeySource::KeyFile(path) => Some(key_file::read_several(path)),
        KeySource::Keyring | KeySource::Passphrase => None,
    }
}

/// Checks that the operating system's keyring answers. Stores nothing. A locked keyring answers too, if it has no key of
/// tokcache.
///
/// # Errors
/// The keyring cannot be reached, or does not answer in time.
pub fn probe_keyring(settings: KeySettings) -> Result<(), KeyError> {
    // No item has the identifier of a new key.
    let absent = Key::generate()?.id();
    match Keys::new(settings).find_in_keyring(absent) {
        Ok(_) | Err(KeyError::Keyring(KeyringFault::NoItem)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Reads the systemd credential. systemd restricts access to it, perhaps by an access control list, so the file's mode
/// is not checked.
fn read_credential<Content>(
    settings: &KeySettings,
    read: impl FnOnce(&File) -> Result<Content, String>,
) -> Result<Content, KeyError> {
    let why = |why: String| KeyError::Credential { why };
    let Some(path) = (settings.credential)() else {
        return Err(why("there is none; $CREDENTIALS_DIRECTORY is not set".into()));
    };
    // Opening a pipe in its place must not block.
    let file = platform::open_to_read(&path);
    let file = file.map_err(|error| why(format!("{}: {error}", path.display())))?;
    read(&file).map_err(|fault| why(format!("{}: {fault}", path.display())))
}

/// All sources of keys.
pub(super) struct Keys {
    settings: KeySettings,
}

impl Keys {
    pub(super) fn new(settings: KeySettings) -> Self {
        Keys { settings }
    }

    /// Returns the key that an encrypted cache names, from the fastest source that has it.
    pub(super) fn find(&self, wanted: &KeyReference) -> Result<Key, KeyError> {
        let key = self.look_up(wanted)?;
        self.tell_if_swappable(&key);
        Ok(key)
    }

    fn look_up(&self, wanted: &KeyReference) -> Result<Key, KeyError> {
        if let Some(key) = self.at_hand(wanted) {
            return Ok(key);
        }
        let key = match &wanted.source {
            KeySource::Credential => self.credential()?,
            KeySource::KeyFile(path) => key_file::read(path)?,
            KeySource::Keyring => self.find_in_keyring(wanted.id)?,
            KeySource::Passphrase => self.made_of_passphrase(wanted.argon2id.as_ref(), PassphraseFor::OldKey)?,
        };
        if key.id() != wanted.id {
            return Err(KeyError::WrongKey(wanted.source.clone()));
        }
        self.keep_at_hand(&key, &wanted.source);
        Ok(key)
    }

    /// Returns a key of `source` to encrypt with. A keyring makes a new key each time; a key file makes one only when
    /// the file is created.
    pub(super) fn create(&self, source: &KeySource) -> Result<(KeyReference, Key), KeyError> {
        let mut argon2id = None;
        let key = match source {
            KeySource::Credential => self.credential()?,
            KeySource::KeyFile(path) => {
                key_file::read_or_create(path, &self.settings.key_file_made, &self.settings.unsynced)?
            }
            KeySource::Keyring => self.create_in_keyring()?,
            KeySource::Passphrase => {
                let new = Argon2id::new()?;
                let key = self.made_of_passphrase(Some(&new), PassphraseFor::NewKey)?;
                argon2id = Some(new);
                key
            }
        };
        self.tell_if_swappable(&key);
        self.keep_at_hand(&key, source);
        Ok((KeyReference { id: key.id(), source: source.clone(), argon2id }, key))
    }

    fn tell_if_swappable(&self, key: &Key) {
        if key.is_swappable() {
            (self.settings.swappable)();
        }
    }

    /// Removes a key that no cache is encrypted with any more. A key file belongs to the user and is kept.
    pub(super) fn discard(&self, key: &KeyReference) -> Result<(), KeyError> {
        #[cfg(target_os = "linux")]
        if self.settings.keep_in_kernel {
            kernel::forget(key.id);
        }
        match key.source {
            KeySource::Keyring => self.forget_in_keyring(key.id),
            _ => Ok(()),
        }
    }

    /// Returns the key without a prompt: the service's own credential, or the kernel's copy.
    fn at_hand(&self, wanted: &KeyReference) -> Option<Key> {
        let own = self.credential().ok().filter(|key| key.id() == wanted.id);
        #[cfg(target_os = "linux")]
        let own = own.or_else(|| {
            let copy = self.settings.keep_in_kernel.then(|| kernel::find(wanted.id)).flatten();
            copy.filter(|key| key.id() == wanted.id)
        });
        own
    }

    /// Copies the key into the kernel's keyring. Errors are ignored, because the key stays at its source.
    fn keep_at_hand(&self, key: &Key, source: &KeySource) {
        #[cfg(target_os = "linux")]
        if self.settings.keep_in_kernel && matches!(source, KeySource::Keyring | KeySource::Passphrase) {
            let _ = kernel::keep(key);
        }
        #[cfg(not(target_os = "linux"))]
        let _ = (key, source);
    }

    fn credential(&self) -> Result<Key, KeyError> {
        read_credential(&self.settings, key_file::key_in)
    }

    fn made_of_passphrase(&self, argon2id: Option<&Argon2id>, purpose: PassphraseFor) -> Result<Key, KeyError> {
        let Some(argon2id) = argon2id else {
            let why = "the cache does not say how its key is made of a passphrase".to_owned();
            return Err(KeyError::Passphrase { why });
        };
        argon2id.key(&self.settings.passphrases.passphrase(purpose)?)
    }
}

#[cfg(feature = "keyring")]
impl Keys {
    fn find_in_keyring(&self, id: KeyId) -> Result<Key, KeyError> {
        self.caller().find(id).map_err(KeyError::Keyring)
    }

    fn create_in_keyring(&self) -> Result<Key, KeyError> {
        let key = Key::generate()?;
        self.caller().keep(&key).map_err(KeyError::Keyring)?;
        Ok(key)
    }

    fn forget_in_keyring(&self, id: KeyId) -> Result<(), KeyError> {
        self.caller().forget(id).map_err(KeyError::Keyring)
    }

    fn caller(&self) -> call::Caller {
        call::Caller { patience: self.settings.keyring_patience, has_screen: (self.settings.has_screen)() }
    }
}

#[cfg(not(feature = "keyring"))]
impl Keys {
    fn find_in_keyring(&self, _id: KeyId) -> Result<Key, KeyError> {
        Err(KeyError::Keyring(KeyringFault::NotBuiltIn))
    }

    fn create_in_keyring(&self) -> Result<Key, KeyError> {
        Err(KeyError::Keyring(KeyringFault::NotBuiltIn))
    }

    fn forget_in_keyring(&self, _id: KeyId) -> Result<(), KeyError> {
        Err(KeyError::Keyring(KeyringFault::NotBuiltIn))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use tokcache_core::secret::Passphrase;

    /// Returns a new key and a reference to it.
    pub(crate) fn a_key() -> (KeyReference, Key) {
        let key = Key::generate().unwrap();
        (KeyReference { id: key.id(), source: KeySource::Keyring, argon2id: None }, key)
    }

    /// Returns settings without keyring and screen, and with one passphrase.
    pub(crate) fn settings() -> KeySettings {
        KeySettings {
            credential: Box::new(|| None),
            has_screen: Box::new(|| false),
            keep_in_kernel: false,
            key_file_made: Box::new(|_| {}),
            keyring_patience: Duration::ZERO,
            passphrases: Box::new(OnePassphrase("correct horse")),
            swappable: Box::new(|| {}),
            unsynced: Box::new(|_, _| {}),
        }
    }

    struct OnePassphrase(&'static str);

    impl Passphrases for OnePassphrase {
        fn passphrase(&self, _purpose: PassphraseFor) -> Result<Passphrase, KeyError> {
            Ok(Passphrase::new(self.0))
        }
    }

    #[test]
    fn a_passphrase_finds_its_key_again_and_another_one_is_wrong() {
        let (reference, key) = Keys::new(settings()).create(&KeySource::Passphrase).unwrap();
        assert_eq!(Keys::new(settings()).find(&reference).unwrap().id(), key.id());
        let other = KeySettings { passphrases: Box::new(OnePassphrase("battery staple")), ..settings() };
        let error = Keys::new(other).find(&reference).unwrap_err();
        assert_eq!(error.to_string(), "the passphrase is wrong");
    }

    #[test]
    fn a_key_file_with_another_key_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let source = KeySource::KeyFile(folder.path().join("key"));
        let (reference, _) = Keys::new(settings()).create(&source).unwrap();
        let wanted = KeyReference { id: Key::generate().unwrap().id(), ..reference };
        let error = Keys::new(settings()).find(&wanted).unwrap_err();
        assert_eq!(error.to_string(), format!("the key of {source} is another one"));
    }

    #[test]
    fn the_credential_of_a_service_opens_what_its_key_file_sealed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let (reference, key) = Keys::new(settings()).create(&KeySource::KeyFile(path.clone())).unwrap();
        let credential = folder.path().join("tokcache-key");
        std::fs::rename(&path, &credential).unwrap();
        let keys = Keys::new(KeySettings { credential: Box::new(move || Some(credential.clone())), ..settings() });
        assert_eq!(keys.find(&reference).unwrap().id(), key.id());
        assert_eq!(keys.create(&KeySource::Credential).unwrap().0.id, key.id());
    }

    #[test]
    fn without_a_credential_there_is_no_key() {
        let error = Keys::new(settings()).create(&KeySource::Credential).unwrap_err();
        assert!(error.to_string().contains("$CREDENTIALS_DIRECTORY is not set"), "{error}");
    }
}
