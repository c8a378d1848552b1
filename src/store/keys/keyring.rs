//! The operating system's keyring: Secret Service, macOS Keychain, Windows Credential Manager.
//!
//! Every call runs in a thread of its own, with a deadline: a daemon that does not answer, or waits for somebody to
//! type a password, would keep the caller for ever.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use keyring::{Entry, Error};
use zeroize::Zeroizing;

use super::error::KeyringFault;
use super::{Key, KeyId};

/// The service that the items belong to; the name of each is the key's.
const SERVICE: &str = "tokcache";

/// How long to wait, and whether somebody can be asked for the keyring's password.
#[derive(Clone, Copy)]
pub(super) struct Caller {
    pub(super) patience: Duration,
    pub(super) has_screen: bool,
}

impl Caller {
    pub(super) fn find(self, id: KeyId) -> Result<Key, KeyringFault> {
        self.call(move || read(&entry(id)?))
    }

    /// Keeps the key, reads it back and compares: some daemons say yes and keep nothing.
    pub(super) fn keep(self, key: &Key) -> Result<(), KeyringFault> {
        let key = key.clone();
        self.call(move || keep_in(&entry(key.id())?, &key))
    }

    /// Forgets the key; that it is not there is success.
    pub(super) fn forget(self, id: KeyId) -> Result<(), KeyringFault> {
        self.call(move || match entry(id)?.delete_credential() {
            Err(Error::NoEntry) => Ok(()),
            outcome => outcome.map_err(Fault::Entry),
        })
    }

    fn call<Answer: Send + 'static>(
        self,
        work: impl FnOnce() -> Result<Answer, Fault> + Send + 'static,
    ) -> Result<Answer, KeyringFault> {
        within(self.patience, work)?.map_err(|fault| self.named(fault))
    }

    fn named(self, fault: Fault) -> KeyringFault {
        match fault {
            Fault::Known(fault) => fault,
            Fault::Connection(error) => connection_fault(&error.to_string()),
            Fault::Entry(Error::NoEntry) => KeyringFault::NoItem,
            Fault::Entry(Error::NoStorageAccess(_)) if self.has_screen => KeyringFault::PromptDismissed,
            Fault::Entry(Error::NoStorageAccess(_)) => KeyringFault::Locked,
            // What the specification calls `org.freedesktop.Secret.Error.IsLocked`.
            Fault::Entry(error) if error.to_string().contains("IsLocked") => KeyringFault::Locked,
            Fault::Entry(error) => connection_fault(&said(&error)),
        }
    }
}

/// Runs `work` in a thread of its own, and gives up on it when the patience is over.
pub(in crate::store) fn within<Answer: Send + 'static>(
    patience: Duration,
    work: impl FnOnce() -> Answer + Send + 'static,
) -> Result<Answer, KeyringFault> {
    let (sender, receiver) = channel();
    let worker = thread::Builder::new().name("keyring".into()).spawn(move || sender.send(work()));
    if let Err(error) = worker {
        return Err(KeyringFault::Other(error.to_string()));
    }
    receiver.recv_timeout(patience).map_err(|error| match error {
        RecvTimeoutError::Timeout => KeyringFault::Silent(patience),
        RecvTimeoutError::Disconnected => KeyringFault::Other("its client library gave up".into()),
    })
}

/// A failure as it comes out of the worker, before it has a name.
enum Fault {
    Connection(&'static Error),
    Entry(Error),
    Known(KeyringFault),
}

fn entry(id: KeyId) -> Result<Entry, Fault> {
    Entry::store_status().as_ref().map_err(Fault::Connection)?;
    Entry::new(SERVICE, &id.to_string()).map_err(Fault::Entry)
}

fn keep_in(entry: &Entry, key: &Key) -> Result<(), Fault> {
    entry.set_password(&key.to_text()).map_err(Fault::Entry)?;
    let kept = read(entry).is_ok_and(|kept| kept.bytes() == key.bytes());
    if kept {
        return Ok(());
    }
    let _ = entry.delete_credential();
    Err(Fault::Known(KeyringFault::NotKept))
}

fn read(entry: &Entry) -> Result<Key, Fault> {
    let text = Zeroizing::new(entry.get_password().map_err(Fault::Entry)?);
    Key::from_text(text.as_bytes()).ok_or(Fault::Known(KeyringFault::NotKept))
}

/// The library's own words, without the bytes that some of its errors carry.
fn said(error: &Error) -> String {
    match error {
        Error::BadEncoding(_) | Error::BadDataFormat(..) => "the item is not a key".to_owned(),
        error => error.to_string(),
    }
}

/// The library has one kind of error for all that can go wrong with a connection, and only its text tells more: the
/// errors' names in the D-Bus specification, and the words of the `secret-service` crate for "no bus".
pub(in crate::store) fn connection_fault(said: &str) -> KeyringFault {
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if says(&["ServiceUnknown", "NameHasNoOwner", "DBus.Error.Spawn", "was not provided by any .service"]) {
        KeyringFault::NoDaemon
    } else if says(&["no secret service provider or dbus session", "os error", "I/O error", "failure: zbus error"]) {
        KeyringFault::NoBus
    } else {
        KeyringFault::Other(said.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::any::Any;
    use std::sync::{Arc, Mutex};

    use keyring_core::api::{Credential, CredentialApi};

    use super::*;

    /// What a keyring gives back of the one item that it is given.
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

    /// Whether the key was taken for kept, and whether it is there.
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
