//! Calls the operating system's keyring in a thread, with a deadline. A daemon that does not answer, or that waits for
//! a person to type a password, would block the caller for ever.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use super::error::KeyringFault;

/// The time limit, and whether a person can be asked for the keyring's password.
#[derive(Clone, Copy)]
pub(crate) struct Caller {
    pub(crate) patience: Duration,
    pub(crate) has_screen: bool,
}

/// A failure inside the thread.
pub(crate) enum Fault<Error> {
    Known(KeyringFault),
    /// An error of the client library, not yet mapped.
    Library(Error),
}

impl<Error> From<Error> for Fault<Error> {
    fn from(error: Error) -> Self {
        Fault::Library(error)
    }
}

impl Caller {
    /// Runs `work` within the time limit. `name` maps the library's errors.
    pub(crate) fn call<Answer: Send + 'static, Error: Send + 'static>(
        self,
        work: impl FnOnce() -> Result<Answer, Fault<Error>> + Send + 'static,
        name: impl FnOnce(Error) -> KeyringFault,
    ) -> Result<Answer, KeyringFault> {
        let (sender, receiver) = channel();
        let worker = thread::Builder::new().name("keyring".into()).spawn(move || sender.send(work()));
        worker.map_err(|error| KeyringFault::Other(error.to_string()))?;
        let outcome = receiver.recv_timeout(self.patience).map_err(|error| match error {
            RecvTimeoutError::Timeout => KeyringFault::Silent(self.patience),
            RecvTimeoutError::Disconnected => KeyringFault::Other("its client library gave up".into()),
        })?;
        outcome.map_err(|fault| match fault {
            Fault::Known(fault) => fault,
            Fault::Library(error) => name(error),
        })
    }
}

/// Maps a connection error by its text, since the libraries have only one error type for it. The text contains an error
/// name from the D-Bus specification, or the words of the `secret-service` crate for "no bus".
pub(crate) fn connection_fault(said: &str) -> KeyringFault {
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if says(&["ServiceUnknown", "NameHasNoOwner", "DBus.Error.Spawn", "was not provided by any .service"]) {
        KeyringFault::NoDaemon
    } else if says(&["no secret service provider or dbus session", "os error", "I/O error", "failure: zbus error"]) {
        KeyringFault::NoBus
    } else {
        KeyringFault::Other(said.to_owned())
    }
}
