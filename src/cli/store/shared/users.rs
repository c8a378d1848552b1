//! Finds users in a shared store.

use std::iter;
use std::ops::ControlFlow;

use futures_util::{StreamExt as _, stream};
use pollster::FutureExt as _;
use tokcache_core::acquire::{self, AcquireError};
use tokcache_core::cache::{Account, TokenCache};
use tokcache_core::store::{Partition, Store, StoreError};
use tokcache_core::types::{Environment, HomeAccountId};

use super::{SharedStore, is_of_document};

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
    /// that of the only user. `is_id`: `wanted` is no user name. `fitting` returns the accounts of a cache that fit. If
    /// nobody fits, the result is a partition of no user.
    ///
    /// # Errors
    /// [`AcquireError::AmbiguousAccount`] with a few of the users if several fit, [`AcquireError::Store`]. An error about
    /// the document of the partition `wanted` means that no other user fits.
    pub(in crate::cli) fn partition_of(
        &self,
        wanted: Option<&str>,
        is_id: bool,
        fitting: &dyn Fn(&TokenCache) -> Vec<Account>,
    ) -> Result<Partition, AcquireError> {
        let Some(wanted) = wanted else { return only(self.find(None, MOST_CANDIDATES, fitting)?) };
        // The partition of this name may be that of a user whose id is the name of another user.
        let direct = Partition::named(wanted);
        let own = match acquire::load(self.contract(), &direct).block_on() {
            Ok(cache) => own(&direct, fitting(&cache)),
            Err(error) if is_of_document(&error) && !is_id => {
                let others = self.others(wanted, &direct, fitting)?;
                // Nobody can read who owns the document, so it may not stand in the way of others, or be deleted for
                // them.
                return Err(match others.is_empty() {
                    true => error.into(),
                    false => ambiguous(others.into_iter().chain([unread(wanted)])),
                });
            }
            Err(error) => return Err(error.into()),
        };
        if own.is_empty() {
            let found = self.find(Some(wanted), MOST_CANDIDATES, fitting)?;
            return only(found);
        }
        // A text without an `@` is meant as an id. Otherwise whoever took the id as a name would lock its user out.
        let may_be_username = !is_id && wanted.contains('@');
        let others = if may_be_username { self.others(wanted, &direct, fitting)? } else { Vec::new() };
        // The first one is suggested: a text with an `@` is more likely meant as a name.
        only(others.into_iter().chain(own).collect())
    }

    /// Returns a few users outside the partition `direct` that fit. The documents of further users, which cannot be read,
    /// do not keep the user of `direct` from the tokens.
    fn others(
        &self,
        wanted: &str,
        direct: &Partition,
        fitting: &dyn Fn(&TokenCache) -> Vec<Account>,
    ) -> Result<Vec<Found>, StoreError> {
        let mut others = self.search(Some(wanted), MOST_CANDIDATES, fitting, is_of_document)?;
        others.retain(|(partition, _)| partition != direct);
        Ok(others)
    }

    /// Returns up to `most` users with accounts that fit. With a user name, the store may look only at the users that
    /// have it.
    pub(in crate::cli) fn find(
        &self,
        name: Option<&str>,
        most: usize,
        fitting: &dyn Fn(&TokenCache) -> Vec<Account>,
    ) -> Result<Vec<Found>, StoreError> {
        // One damaged document does not keep all others from being found.
        let may_skip = |error: &StoreError| name.is_some() && matches!(error, StoreError::Damaged { .. });
        self.search(name, most, fitting, may_skip)
    }

    fn search(
        &self,
        name: Option<&str>,
        most: usize,
        fitting: &dyn Fn(&TokenCache) -> Vec<Account>,
        may_skip: impl Fn(&StoreError) -> bool,
    ) -> Result<Vec<Found>, StoreError> {
        let mut found = Vec::new();
        let mut visit = |partition: &Partition, cache| -> Visited<StoreError> {
            let cache = match cache {
                Err(error) if may_skip(&error) => TokenCache::new(),
                cache => cache?,
            };
            found.extend(own(partition, fitting(&cache)));
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

/// Returns the accounts that are those of the partition. An account in the partition of another user proves nothing about
/// that user.
fn own(partition: &Partition, accounts: Vec<Account>) -> Vec<Found> {
    let is_own = |account: &Account| account.home_account_id.as_str() == partition.as_str();
    accounts.into_iter().filter(is_own).map(|account| (partition.clone(), account)).collect()
}

/// Returns the partition of all that were found. If nothing was found, it is a partition of no user: the one that was
/// named may be somebody else's.
fn only(mut found: Vec<Found>) -> Result<Partition, AcquireError> {
    match found.pop() {
        None => Ok(Partition::whole()),
        Some((partition, _)) if found.iter().all(|(other, _)| *other == partition) => Ok(partition),
        Some(last) => Err(ambiguous(found.into_iter().chain([last]))),
    }
}

fn ambiguous(found: impl Iterator<Item = Found>) -> AcquireError {
    AcquireError::AmbiguousAccount { candidates: found.map(|(_, account)| account).collect() }
}

/// Returns what is known of the user of a document that cannot be read.
fn unread(id: &str) -> Found {
    let account = Account {
        home_account_id: HomeAccountId::new(id),
        environment: Environment::new(""),
        authority: None,
        realms: Vec::new(),
        username: String::new(),
        local_account_id: None,
    };
    (Partition::named(id), account)
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
