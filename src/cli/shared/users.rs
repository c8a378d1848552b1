//! Finds users in a shared store.

use std::iter;
use std::ops::ControlFlow;

use futures_util::{StreamExt as _, stream};
use pollster::FutureExt as _;
use tokcache_core::acquire::{self, AcquireError};
use tokcache_core::cache::{Account, TokenCache};
use tokcache_core::store::{Partition, Store, StoreError};

use super::SharedStore;

/// The number of documents that are requested at once.
pub(in crate::cli) const AT_ONCE: usize = 32;

/// The number of users after which the search for the only one ends.
pub(in crate::cli) const MOST_CANDIDATES: usize = 4;

/// Handles the cache of a partition, and says whether to go on.
pub(in crate::cli) type Visit<'v, E> = dyn FnMut(&Partition, Result<TokenCache, StoreError>) -> Visited<E> + 'v;

type Visited<E> = Result<ControlFlow<()>, E>;

/// A user, and the partition of the user's cache.
pub(in crate::cli) type Found = (Partition, Account);

impl SharedStore {
    /// Returns the partition of the account `wanted`, a home account id or a user name in any case; without `wanted`,
    /// that of the only user. `fitting` returns the accounts of a cache that fit. If nobody fits, the result is a
    /// partition that does not exist.
    ///
    /// # Errors
    /// [`AcquireError::AmbiguousAccount`] with a few of the users if several fit, [`AcquireError::Store`].
    pub(in crate::cli) fn partition_of(
        &self,
        wanted: Option<&str>,
        fitting: &dyn Fn(&TokenCache) -> Vec<Account>,
    ) -> Result<Partition, AcquireError> {
        let direct = wanted.map_or_else(Partition::whole, Partition::named);
        if wanted.is_some() && self.contract().load(&direct).block_on()?.is_some_and(|it| !it.bytes.is_empty()) {
            return Ok(direct);
        }
        let mut found = self.find(wanted, MOST_CANDIDATES, fitting)?;
        match found.pop() {
            None => Ok(direct),
            Some((partition, _)) if found.iter().all(|(other, _)| *other == partition) => Ok(partition),
            Some(last) => {
                let candidates = found.into_iter().chain([last]).map(|(_, account)| account).collect();
                Err(AcquireError::AmbiguousAccount { candidates })
            }
        }
    }

    /// Returns up to `most` users with accounts that fit. With a user name, the store may look only at the users that
    /// have it.
    pub(in crate::cli) fn find(
        &self,
        name: Option<&str>,
        most: usize,
        fitting: &dyn Fn(&TokenCache) -> Vec<Account>,
    ) -> Result<Vec<Found>, StoreError> {
        let mut found = Vec::new();
        let mut visit = |partition: &Partition, cache| -> Visited<StoreError> {
            let cache = match cache {
                // One damaged document does not keep all others from being found.
                Err(StoreError::Damaged { .. }) if name.is_some() => TokenCache::new(),
                cache => cache?,
            };
            // An account in the partition of another user proves nothing about that user.
            let is_own = |account: &Account| account.home_account_id.as_str() == partition.as_str();
            let own = fitting(&cache).into_iter().filter(is_own);
            found.extend(own.map(|account| (partition.clone(), account)));
            Ok(if found.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        };
        match (name, &self.index) {
            (Some(name), Some(index)) => self.visit(&index(name)?, &mut visit).map(drop)?,
            _ => self.for_each_cache(&mut visit)?,
        }
        found.truncate(most);
        Ok(found)
    }

    /// Calls `visit` with the cache of each partition, in the order of their names. The memory is that of a page of
    /// names and of a few caches.
    ///
    /// # Errors
    /// The partitions cannot be listed, or the error of `visit`.
    pub(in crate::cli) fn for_each_cache<E: From<StoreError>>(&self, visit: &mut Visit<'_, E>) -> Result<(), E> {
        for page in pages(self.contract()) {
            if self.visit(&page?, visit)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn visit<E>(&self, partitions: &[Partition], visit: &mut Visit<'_, E>) -> Visited<E> {
        let load = |partition| async move { (partition, acquire::load(self.contract(), partition).await) };
        let mut caches = stream::iter(partitions).map(load).buffered(AT_ONCE);
        while let Some((partition, cache)) = caches.next().block_on() {
            if visit(partition, cache)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// Returns the names of all partitions, page by page.
pub(in crate::cli) fn pages(store: &dyn Store) -> impl Iterator<Item = Result<Vec<Partition>, StoreError>> + '_ {
    let mut last = None;
    iter::from_fn(move || {
        let page = store.partitions("", last.as_ref()).block_on();
        last = page.as_ref().map_or(None, |page| page.last().cloned());
        Some(page).filter(|page| page.as_ref().map_or(true, |page| !page.is_empty()))
    })
}
