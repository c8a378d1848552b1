//! An item of the keyring, as libsecret's simple password API reads and writes it.

use std::collections::HashMap;
use std::time::Duration;

use secret_service::blocking::{Collection, SecretService};
use secret_service::{EncryptionType, Error};
use zbus::blocking::Connection;
use zeroize::Zeroizing;

use crate::store::KeyringFault;
use crate::store::keys::{connection_fault, within};

/// libsecret gives nothing else back, not even with a charset behind it.
const CONTENT_TYPE: &str = "text/plain";

/// What an item is found by, and what people see of it.
#[derive(Clone)]
pub(super) struct Item {
    pub(super) schema: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) label: String,
}

impl Item {
    /// As azure-identity for Python makes it.
    pub(super) fn of_azure_identity(name: &str) -> Item {
        let attribute = ("MsalClientID".to_owned(), "Microsoft.Developer.IdentityService".to_owned());
        Item { schema: name.to_owned(), attributes: vec![attribute], label: "MSALCache".to_owned() }
    }

    /// libsecret's name for a schema is an attribute among the others.
    fn found_by(&self) -> HashMap<&str, &str> {
        let own = self.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        own.chain([("xdg:schema", self.schema.as_str())]).collect()
    }
}

/// How to call the keyring: for how long, and whether somebody can be asked for its password.
#[derive(Clone, Copy)]
pub(super) struct Caller {
    pub(super) patience: Duration,
    pub(super) has_screen: bool,
}

impl Caller {
    /// The secret of the item, if there is one.
    pub(super) fn read(self, item: &Item) -> Result<Option<Zeroizing<Vec<u8>>>, KeyringFault> {
        let item = item.clone();
        self.call(move |service| {
            let found = service.search_items(item.found_by())?;
            let Some(item) = found.unlocked.first().or(found.locked.first()) else { return Ok(None) };
            if found.unlocked.is_empty() {
                self.may_ask()?;
                item.unlock()?;
            }
            Ok(Some(Zeroizing::new(item.get_secret()?)))
        })
    }

    /// Writes the item, in the place of the one with the same attributes in the default collection.
    pub(super) fn write(self, item: &Item, secret: &[u8]) -> Result<(), KeyringFault> {
        let (item, secret) = (item.clone(), Zeroizing::new(secret.to_owned()));
        self.call(move |service| {
            let collection = self.unlocked(service)?;
            collection.create_item(&item.label, item.found_by(), &secret, true, CONTENT_TYPE)?;
            Ok(())
        })
    }

    /// Deletes every item that is found by these attributes; returns whether there was one.
    pub(super) fn delete(self, item: &Item) -> Result<bool, KeyringFault> {
        let item = item.clone();
        self.call(move |service| {
            let found = service.search_items(item.found_by())?;
            if !found.locked.is_empty() {
                self.may_ask()?;
            }
            let all: Vec<_> = found.unlocked.iter().chain(&found.locked).collect();
            all.iter().try_for_each(|item| item.unlock().and_then(|()| item.delete()))?;
            Ok(!all.is_empty())
        })
    }

    /// That something could be written.
    pub(super) fn check(self) -> Result<(), KeyringFault> {
        self.call(move |service| self.unlocked(service).map(drop))
    }

    fn unlocked<'a>(self, service: &'a SecretService<'a>) -> Result<Collection<'a>, Fault> {
        let collection = service.get_default_collection()?;
        if collection.is_locked()? {
            self.may_ask()?;
            collection.unlock()?;
        }
        Ok(collection)
    }

    fn may_ask(self) -> Result<(), Fault> {
        if self.has_screen { Ok(()) } else { Err(Fault::Known(KeyringFault::Locked)) }
    }

    fn call<Answer: Send + 'static>(
        self,
        work: impl FnOnce(&SecretService<'_>) -> Result<Answer, Fault> + Send + 'static,
    ) -> Result<Answer, KeyringFault> {
        let answer = within(self.patience, move || {
            let bus = Connection::session().map_err(|_| Fault::Known(KeyringFault::NoBus))?;
            work(&SecretService::connect_with_existing(EncryptionType::Dh, bus)?)
        })?;
        answer.map_err(Fault::named)
    }
}

enum Fault {
    Known(KeyringFault),
    Service(Error),
}

impl Fault {
    fn named(self) -> KeyringFault {
        match self {
            Fault::Known(fault) => fault,
            Fault::Service(Error::Locked) => KeyringFault::Locked,
            Fault::Service(Error::Prompt | Error::PromptDisconnected) => KeyringFault::PromptDismissed,
            Fault::Service(error) => connection_fault(&error.to_string()),
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Fault::Service(error)
    }
}
