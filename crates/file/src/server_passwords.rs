//! The passwords of servers, in the operating system's keyring.

use std::time::Duration;

use zeroize::Zeroizing;

use crate::KeyringFault;

/// The passwords of servers in the operating system's keyring, each under the address of its server.
#[derive(Clone, Copy, Debug)]
pub struct ServerPasswords {
    /// The time limit for one call of the keyring.
    pub patience: Duration,
    /// Whether a locked keyring may ask a person for its own password. On macOS and Windows, the system decides that.
    pub may_ask: bool,
}

impl ServerPasswords {
    /// Returns the password of a server, if the keyring has it.
    ///
    /// # Errors
    /// There is no keyring, or it does not answer. [`KeyringFault::Locked`] if it is locked and nobody may be asked.
    pub fn find(&self, server: &str) -> Result<Option<Zeroizing<String>>, KeyringFault> {
        let Some(bytes) = self.read(server)? else { return Ok(None) };
        let text = str::from_utf8(&bytes).map_err(|_| KeyringFault::Other("the item is not text".to_owned()))?;
        Ok(Some(Zeroizing::new(text.to_owned())))
    }

    /// Puts the password of a server into the keyring, in the place of an earlier one, and reads it back.
    ///
    /// # Errors
    /// As for [`ServerPasswords::find`]; [`KeyringFault::NotKept`] if the keyring returns something else.
    pub fn keep(&self, server: &str, password: &str) -> Result<(), KeyringFault> {
        self.write(server, password)?;
        let is_kept = matches!(self.read(server), Ok(Some(kept)) if *kept == password.as_bytes());
        if is_kept { Ok(()) } else { Err(KeyringFault::NotKept) }
    }

    /// Removes the password of a server. Returns whether there was one.
    ///
    /// # Errors
    /// As for [`ServerPasswords::find`].
    pub fn forget(&self, server: &str) -> Result<bool, KeyringFault> {
        self.delete(server)
    }
}

#[cfg(feature = "keyring")]
impl ServerPasswords {
    fn caller(&self) -> crate::keys::Caller {
        crate::keys::Caller { patience: self.patience, has_screen: self.may_ask }
    }
}

#[cfg(all(feature = "keyring", target_os = "linux"))]
impl ServerPasswords {
    fn read(&self, server: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyringFault> {
        self.caller().read(&item(server))
    }

    fn write(&self, server: &str, password: &str) -> Result<(), KeyringFault> {
        self.caller().write(&item(server), password.as_bytes())
    }

    fn delete(&self, server: &str) -> Result<bool, KeyringFault> {
        self.caller().delete(&item(server))
    }
}

/// Returns the item of a server. Its attributes and its label are not secret.
#[cfg(all(feature = "keyring", target_os = "linux"))]
fn item(server: &str) -> crate::libsecret::Item {
    crate::libsecret::Item {
        schema: "tokcache.server-password".to_owned(),
        attributes: vec![("server".to_owned(), server.to_owned())],
        label: format!("tokcache: the password of {server}"),
    }
}

#[cfg(all(feature = "keyring", not(target_os = "linux")))]
impl ServerPasswords {
    fn read(&self, server: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyringFault> {
        self.caller().password(server)
    }

    fn write(&self, server: &str, password: &str) -> Result<(), KeyringFault> {
        self.caller().keep_password(server, password)
    }

    fn delete(&self, server: &str) -> Result<bool, KeyringFault> {
        self.caller().forget_password(server)
    }
}

#[cfg(not(feature = "keyring"))]
impl ServerPasswords {
    fn read(&self, _server: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyringFault> {
        Err(KeyringFault::NotBuiltIn)
    }

    fn write(&self, _server: &str, _password: &str) -> Result<(), KeyringFault> {
        Err(KeyringFault::NotBuiltIn)
    }

    fn delete(&self, _server: &str) -> Result<bool, KeyringFault> {
        Err(KeyringFault::NotBuiltIn)
    }
}
