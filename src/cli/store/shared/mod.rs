//! Shared stores: Redis and databases, which keep one cache for each user.

mod failure;
mod open;
mod plain;
pub(in crate::cli) mod progress;
mod users;

use std::any::Any;
use std::sync::Arc;

use tokcache_core::store::{Description, EncryptedStore, EncryptionKeys, Partition, Store, StoreError};
use tokcache_file::KeySource;

pub(in crate::cli) use failure::{advised, is_of_document};
pub(in crate::cli) use open::{Access, has_tls, is_without_tls, open};
pub(in crate::cli) use users::{AT_ONCE, MOST_CANDIDATES, pages};

use plain::PlainStore;

/// Finds the partitions whose documents have a user name.
type Index = dyn Fn(&str) -> Result<Vec<Partition>, StoreError> + Send + Sync;

/// Returns the settings of a server that sign users out.
type Warnings = dyn Fn() -> Result<Vec<String>, StoreError> + Send + Sync;

/// The keys of an encrypted store, and their source.
pub(in crate::cli) type SharedKeys = (KeySource, EncryptionKeys);

/// A store with one cache for each user. The partition of a user is the home account id.
pub(in crate::cli) struct SharedStore {
    /// Encrypts and decrypts, or refuses encrypted documents.
    store: Box<dyn Store>,
    inner: Arc<dyn Store>,
    keys: Option<SharedKeys>,
    url: String,
    /// `None`: every document has to be read.
    index: Option<Box<Index>>,
    warnings: Option<Box<Warnings>>,
    /// Ends after the store.
    _runtime: Option<Box<dyn Any>>,
}

impl SharedStore {
    fn new(url: String, store: impl Store + 'static, keys: Option<SharedKeys>) -> Self {
        let inner: Arc<dyn Store> = Arc::new(store);
        let store: Box<dyn Store> = match &keys {
            Some((_, keys)) => Box::new(EncryptedStore::new(Arc::clone(&inner), keys.clone())),
            None => Box::new(PlainStore(Arc::clone(&inner))),
        };
        SharedStore { store, inner, keys, url, index: None, warnings: None, _runtime: None }
    }

    #[cfg(feature = "redis")]
    fn running_on(self, runtime: impl Any) -> Self {
        SharedStore { _runtime: Some(Box::new(runtime)), ..self }
    }

    #[cfg(feature = "redis")]
    fn with_warnings(self, warnings: impl Fn() -> Result<Vec<String>, StoreError> + Send + Sync + 'static) -> Self {
        SharedStore { warnings: Some(Box::new(warnings)), ..self }
    }

    /// Adds an index, unless the documents are encrypted.
    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    fn with_index(self, index: impl Fn(&str) -> Result<Vec<Partition>, StoreError> + Send + Sync + 'static) -> Self {
        let index: Option<Box<Index>> = if self.keys.is_some() { None } else { Some(Box::new(index)) };
        SharedStore { index, ..self }
    }

    /// Returns the store itself.
    pub(in crate::cli) fn contract(&self) -> &dyn Store {
        self.store.as_ref()
    }

    /// Describes the store by the URL that was typed.
    pub(in crate::cli) fn describe(&self) -> Description {
        Description { url: self.url.clone(), ..self.store.describe() }
    }

    /// Returns where the keys are; `None` if the store is not encrypted.
    pub(in crate::cli) fn encrypted_by(&self) -> Option<&KeySource> {
        self.keys.as_ref().map(|(source, _)| source)
    }

    /// Returns the store for its first encryption, or for a change of the key; `None` without keys.
    pub(in crate::cli) fn converting(&self) -> Option<EncryptedStore> {
        let (_, keys) = self.keys.as_ref()?;
        Some(EncryptedStore::new(Arc::clone(&self.inner), keys.clone()).accepting_plain_documents())
    }

    /// Returns the settings of the server that sign users out, in words.
    pub(in crate::cli) fn warnings(&self) -> Result<Vec<String>, StoreError> {
        self.warnings.as_ref().map_or(Ok(Vec::new()), |warnings| warnings())
    }
}
