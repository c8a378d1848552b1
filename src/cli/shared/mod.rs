//! Shared stores: Redis and databases, which keep one cache for each user.

mod failure;
mod open;
mod url;
mod users;

use std::any::Any;

use tokcache_core::store::{Description, Partition, Store, StoreError};

pub(in crate::cli) use failure::advised;
pub(in crate::cli) use open::{Access, open};
pub(in crate::cli) use url::StoreUrl;
pub(in crate::cli) use users::of_partition;

/// Finds the partitions whose documents have a user name.
type Index = dyn Fn(&str) -> Result<Vec<Partition>, StoreError> + Send + Sync;

/// A store with one cache for each user. The partition of a user is the home account id.
pub(super) struct SharedStore {
    store: Box<dyn Store>,
    url: String,
    /// `None`: every document has to be read.
    index: Option<Box<Index>>,
    /// Ends after the store.
    _runtime: Option<Box<dyn Any>>,
}

impl SharedStore {
    fn new(url: String, store: impl Store + 'static) -> Self {
        SharedStore { store: Box::new(store), url, index: None, _runtime: None }
    }

    #[cfg(feature = "redis")]
    fn running_on(self, runtime: impl Any) -> Self {
        SharedStore { _runtime: Some(Box::new(runtime)), ..self }
    }

    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    fn with_index(self, index: impl Fn(&str) -> Result<Vec<Partition>, StoreError> + Send + Sync + 'static) -> Self {
        SharedStore { index: Some(Box::new(index)), ..self }
    }

    /// Returns the store itself.
    pub(super) fn contract(&self) -> &dyn Store {
        self.store.as_ref()
    }

    /// Describes the store by the URL that was typed.
    pub(super) fn describe(&self) -> Description {
        Description { url: self.url.clone(), ..self.store.describe() }
    }
}
