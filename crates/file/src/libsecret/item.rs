//! A keyring item, as libsecret's simple password API reads and writes it.

use std::collections::HashMap;

use secret_service::blocking::{Collection, SecretService};
use secret_service::{EncryptionType, Error};
use zbus::blocking::Connection;
use zeroize::Zeroizing;

use crate::KeyringFault;
use crate::keys::{Caller, Fault, connection_fault};

/// The content type that libsecret requires. It ignores items with any other, even with an added charset.
const CONTENT_TYPE: &str = "text/plain";

/// The attributes that identify an item, and the label that people see.
#[derive(Clone)]
pub(crate) struct Item {
    pub(crate) schema: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) label: String,
}

impl Item {
    /// Returns the item that azure-identity for Python uses.
    pub(super) fn of_azure_identity(name: &str) -> Item {
        let attribute = ("MsalClientID".to_owned(), "Microsoft.Developer.IdentityService".to_owned());
        Item { schema: name.to_owned(), attributes: vec![attribute], label: "MSALCache".to_owned() }
    }

    /// Returns all attributes. libsecret stores the schema's name as one of them.
    fn found_by(&self) -> HashMap<&str, &str> {
        let own = self.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        own.chain([("xdg:schema", self.schema.as_str())]).collect()
    }
}

impl Caller {
    /// Returns the secret of the item, if the item exists.
    pub(crate) fn read(self, item: &Item) -> Result<Option<Zeroizing<Vec<u8>>>, KeyringFault> {
        let item = item.clone();
        self.ask(move |service| {
            let found = service.search_items(item.found_by())?;
            let Some(item) = found.unlocked.first().or(found.locked.first()) else { return Ok(None) };
            if found.unlocked.is_empty() {
                self.may_ask()?;
                item.unlock()?;
            }
            Ok(Some(Zeroizing::new(item.get_secret()?)))
        })
    }

    /// Writes the item. Replaces an item with the same attributes in the default collection.
    pub(crate) fn write(self, item: &Item, secret: &[u8]) -> Result<(), KeyringFault> {
        let (item, secret) = (item.clone(), Zeroizing::new(secret.to_owned()));
        self.ask(move |service| {
            let collection = self.unlocked(service)?;
            collection.create_item(&item.label, item.found_by(), &secret, true, CONTENT_TYPE)?;
            Ok(())
        })
    }

    /// Deletes every item with these attributes. Returns whether there was one.
    pub(crate) fn delete(self, item: &Item) -> Result<bool, KeyringFault> {
        let item = item.clone();
        self.ask(move |service| {
            let found = service.search_items(item.found_by())?;
            if !found.locked.is_empty() {
                self.may_ask()?;
            }
            let all: Vec<_> = found.unlocked.iter().chain(&found.locked).collect();
            all.iter().try_for_each(|item| item.unlock().and_then(|()| item.delete()))?;
            Ok(!all.is_empty())
        })
    }

    /// Checks that an item could be written.
    pub(super) fn check(self) -> Result<(), KeyringFault> {
        self.ask(move |service| self.unlocked(service).map(drop))
    }

    fn unlocked<'a>(self, service: &'a SecretService<'a>) -> Result<Collection<'a>, Fault<Error>> {
        let collection = service.get_default_collection()?;
        if collection.is_locked()? {
            self.may_ask()?;
            collection.unlock()?;
        }
        Ok(collection)
    }

    fn may_ask(self) -> Result<(), Fault<Error>> {
        if self.has_screen { Ok(()) } else { Err(Fault::Known(KeyringFault::Locked)) }
    }

    fn ask<Answer: Send + 'static>(
        self,
        work: impl FnOnce(&SecretService<'_>) -> Result<Answer, Fault<Error>> + Send + 'static,
    ) -> Result<Answer, KeyringFault> {
        let work = move || {
            let bus = Connection::session().map_err(|_| Fault::Known(KeyringFault::NoBus))?;
            work(&SecretService::connect_with_existing(EncryptionType::Dh, bus)?)
        };
        self.call(work, named)
    }
}

fn named(error: Error) -> KeyringFault {
    match error {
        Error::Locked => KeyringFault::Locked,
        Error::Prompt | Error::PromptDisconnected => KeyringFault::PromptDismissed,
        error => connection_fault(&error.to_string()),
    }
}
