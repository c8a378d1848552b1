//! Which account is meant.

use std::collections::HashSet;

use super::{AcquireError, PublicClient};
use crate::cache::{Account, TokenCache};
use crate::terms::{ClientId, HomeAccountId};

impl PublicClient<'_> {
    /// The account that `wanted` (a user name in any case, or a home account id) means; without it, the only one of
    /// this authority and client. `Ok(None)`: nobody is signed in.
    pub(super) fn select_account(
        &self,
        cache: &TokenCache,
        wanted: Option<&str>,
    ) -> Result<Option<Account>, AcquireError> {
        let accounts = cache.accounts(Some(&self.registration.environment()));
        let mut fitting: Vec<_> = accounts.iter().filter(|account| is_meant(account, wanted)).cloned().collect();
        // The cache may be shared: an account of another client is a candidate only when no other fits.
        if fitting.len() > 1 {
            let owners = owners(cache, &self.registration.client_id);
            let own = |account: &Account| owners.contains(&account.home_account_id);
            if fitting.iter().any(own) {
                fitting.retain(own);
            }
        }
        match (fitting.len(), wanted) {
            (0, None) => Ok(None),
            (0, Some(wanted)) => Err(AcquireError::NoSuchAccount { wanted: wanted.to_owned(), candidates: accounts }),
            (1, _) => Ok(fitting.pop()),
            _ => Err(AcquireError::AmbiguousAccount { candidates: fitting }),
        }
    }
}

/// Whether `wanted` may mean the account; nothing wanted may mean any.
pub(super) fn is_meant(account: &Account, wanted: Option<&str>) -> bool {
    wanted.is_none_or(|wanted| {
        account.home_account_id.as_str() == wanted
            || (!wanted.is_empty() && account.username.to_lowercase() == wanted.to_lowercase())
    })
}

/// Whose tokens the client holds.
fn owners(cache: &TokenCache, client_id: &ClientId) -> HashSet<HomeAccountId> {
    let of_access_tokens = cache.access_tokens().into_iter().map(|entry| (entry.client_id, entry.home_account_id));
    let of_refresh_tokens = cache.refresh_tokens().into_iter().map(|entry| (entry.client_id, entry.home_account_id));
    of_access_tokens
        .chain(of_refresh_tokens)
        .filter_map(|(client, owner)| owner.filter(|_| &client == client_id))
        .collect()
}
