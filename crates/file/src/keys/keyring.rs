//! The operating system's keyring: Secret Service, macOS Keychain, Windows Credential Manager.

use keyring::{Entry, Error};
use zeroize::Zeroizing;

use super::Key;
use super::call::{Caller, Fault, connection_fault};
use super::error::KeyringFault;
use tokcache_core::store::KeyId;

/// The service name of the items. The name of an item is the key's identifier.
const SERVICE: &str = "tokcache";

/// The service name of the items with the passwords of servers.
#[cfg(not(target_os = "linux"))]
const SERVERS: &str = "tokcache.server-password";

impl Caller {
    pub(super) fn find(self, id: KeyId) -> Result<Key, KeyringFault> {
        self.call(move || read(&entry(id)?), |error| self.named(error))
    }

    /// Stores the key, reads it back and compares: some daemons report success and store nothing.
    pub(super) fn keep(self, key: &Key) -> Result<(), KeyringFault> {
        let key = key.clone();
        self.call(move || keep_in(&entry(key.id())?, &key), |error| self.named(error))
    }

    /// Removes the key. A missing key is not an error.
    pub(super) fn forget(self, id: KeyId) -> Result<(), KeyringFault> {
        let forget = move || match entry(id)?.delete_credential() {
            Err(Error::NoEntry) => Ok(()),
            outcome => Ok(outcome?),
        };
        self.call(forget, |error| self.named(error))
    }

    fn named(self, error: Error) -> KeyringFault {
        match error {
            Error::NoEntry => KeyringFault::NoItem,
            Error::NoStorageAccess(_) if self.has_screen => KeyringFault::PromptDismissed,
            Error::NoStorageAccess(_) => KeyringFault::Locked,
            // The specification's name is `org.freedesktop.Secret.Error.IsLocked`.
            error if error.to_string().contains("IsLocked") => KeyringFault::Locked,
            // The library's message would contain bytes of the item.
            Error::BadEncoding(_) | Error::BadDataFormat(..) => KeyringFault::Other("the item is not a key".to_owned()),
            error => connection_fault(&error.to_string()),
        }
    }
}

/// The passwords of servers, where the system itself decides whether to ask a person. On Linux, an item is found without
/// asking ([`Item`](crate::libsecret::Item)).
#[cfg(not(target_os = "linux"))]
impl Caller {
    pub(crate) fn password(self, server: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyringFault> {
        let server = server.to_owned();
        let read = move || match entry_of(SERVERS, &server)?.get_secret() {
            Err(Error::NoEntry) => Ok(None),
            secret => Ok(Some(Zeroizing::new(secret?))),
        };
        self.call(read, |error| self.named(error))
    }

    pub(crate) fn keep_password(self, server: &str, password: &str) -> Result<(), KeyringFault> {
        let (server, password) = (server.to_owned(), Zeroizing::new(password.to_owned()));
        let keep = move || Ok(entry_of(SERVERS, &server)?.set_secret(password.as_bytes())?);
        self.call(keep, |error| self.named(error))
    }

    pub(crate) fn forget_password(self, server: &str) -> Result<bool, KeyringFault> {
        let server = server.to_owned();
        let forget = move || match entry_of(SERVERS, &server)?.delete_credential() {
            Err(Error::NoEntry) => Ok(false),
            outcome => Ok(outcome.map(|()| true)?),
        };
        self.call(forget, |error| self.named(error))
    }
}

fn entry(id: KeyId) -> Result<Entry, Fault<Error>> {
    entry_of(SERVICE, &id.to_string())
}

fn entry_of(service: &str, name: &str) -> Result<Entry, Fault<Error>> {
    let status = Entry::store_status().as_ref();
    status.map_err(|error| Fault::Known(connection_fault(&error.to_string())))?;
    Ok(Entry::new(service, name)?)
}

fn keep_in(entry: &Entry, key: &Key) -> Result<(), Fault<Error>> {
    entry.set_password(&key.to_text())?;
    let kept = read(entry).is_ok_and(|kept| kept.bytes() == key.bytes());
    if kept {
        return Ok(());
    }
    let _ = entry.delete_credential();
    Err(Fault::Known(KeyringFault::NotKept))
}

fn read(entry: &Entry) -> Result<Key, Fault<Error>> {
    let text = Zeroizing::new(entry.get_password()?);
    Key::from_text(text.as_bytes()).ok_or(Fault::Known(KeyringFault::NotKept))
}

#[cfg(test)]
mod tests {
    use std::any::Any;
    use std::sync::{Arc, Mutex};

    use keyring_core::api::{Credential, CredentialApi};

    use super::*;

    /// A fake keyring item that returns `given_back` instead of the stored bytes, if it is set.
    #[derive(Debug)]
    struct Item {
        kept: Mutex<Vec<u8>>,
        given_back: Option<Vec<u8>>,
    }

    impl CredentialApi for Item {
        fn set_secret(&self, secret: &[u8]) -> keyring::Result<()> {
            *self.kept.lock().unwrap() = secret.to_vec();
            Ok(())
        }

        fn get_secret(&self) -> keyring::Result<Vec<u8>> {
            Ok(self.given_back.clone().unwrap_or_else(|| self.kept.lock().unwrap().clone()))
        }

        fn delete_credential(&self) -> keyring::Result<()> {
            self.kept.lock().unwrap().clear();
            Ok(())
        }

        fn get_credential(&self) -> keyring::Result<Option<Arc<Credential>>> {
            Ok(None)
        }

        fn get_specifiers(&self) -> Option<(String, String)> {
            None
        }

        fn as_any(&self) -> &dyn Any {
            self
        }
    }

    /// Stores a key. Returns whether the store reported success, and whether the key is there.
    fn keep(given_back: Option<Vec<u8>>) -> (bool, bool) {
        let item = Arc::new(Item { kept: Mutex::default(), given_back });
        let entry = Entry { inner: keyring_core::Entry::new_with_credential(item.clone()) };
        let is_kept = keep_in(&entry, &Key::generate().unwrap()).is_ok();
        let is_there = !item.kept.lock().unwrap().is_empty();
        (is_kept, is_there)
    }

    #[test]
    fn only_a_key_that_comes_back_as_it_was_is_kept() {
        assert_eq!(keep(None), (true, true));
        let another = Key::generate().unwrap().to_text().as_bytes().to_vec();
        for given_back in [another, Vec::new(), b"no key".to_vec()] {
            assert_eq!(keep(Some(given_back)), (false, false));
        }
    }
}
