//! Which account is meant.
//!
//! The MSAL schema tells accounts apart by the authority's host alone. One host can be many authorities (the realms of a
//! Keycloak, two ports of one machine), so an account is this authority's when a token is that is held for it.

use super::{AcquireError, ClientApplication};
use crate::cache::{Account, Document, TokenCache};
use crate::types::HomeAccountId;

impl ClientApplication<'_> {
    /// The account that `wanted` (a user name in any case, or a home account id) means; without it, the only one of
    /// this authority and client. `Ok(None)`: nobody is signed in.
    pub(super) fn select_account(
        &self,
        cache: Document<'_>,
        wanted: Option<&str>,
    ) -> Result<Option<Account>, AcquireError> {
        select(cache.client_accounts(&self.registration.issuer(), &self.registration.client_id), wanted)
    }

    /// The same, but one whose account another library has removed will do, if it has left tokens behind.
    pub(super) fn select_owner(
        &self,
        cache: &TokenCache,
        wanted: Option<&str>,
    ) -> Result<Option<Account>, AcquireError> {
        select(cache.client_owners(&self.registration.issuer(), &self.registration.client_id), wanted)
    }

    /// The account that is meant, where no other could be, whatever this client holds for it: of that a snapshot may
    /// not show all. One that does not say which authority it is of may be another's: its tokens tell.
    pub(super) fn only_account(&self, cache: Document<'_>, wanted: Option<&str>) -> Option<Account> {
        let mut accounts = cache.accounts(Some(&self.registration.issuer()));
        accounts.retain(|account| is_meant(account, wanted));
        accounts.pop().filter(|_| accounts.is_empty())
    }

    /// The account of a provider that names nobody, neither by `client_info` nor by the subject of an ID token. A user
    /// name, if it tells one, tells two persons apart, and otherwise what the caller calls this one.
    pub(super) fn unnamed_account(&self, username: &str, unnamed_as: Option<&str>) -> HomeAccountId {
        let authority = self.registration.authority.url();
        let name = Some(username).filter(|username| !username.is_empty()).or(unnamed_as);
        // No URL of an authority has this sign in it.
        let of_name = |name| HomeAccountId::unnamed(&format!("{authority}#{name}"));
        name.map_or_else(|| HomeAccountId::unnamed(authority), of_name)
    }
}

fn select(accounts: Vec<Account>, wanted: Option<&str>) -> Result<Option<Account>, AcquireError> {
    let mut fitting: Vec<_> = accounts.iter().filter(|account| is_meant(account, wanted)).cloned().collect();
    match (fitting.len(), wanted) {
        (0, None) => Ok(None),
        (0, Some(wanted)) => Err(AcquireError::NoSuchAccount { wanted: wanted.to_owned(), candidates: accounts }),
        (1, _) => Ok(fitting.pop()),
        _ => Err(AcquireError::AmbiguousAccount { candidates: fitting }),
    }
}

/// Whether `wanted` may mean the account; nothing wanted may mean any.
fn is_meant(account: &Account, wanted: Option<&str>) -> bool {
    wanted.is_none_or(|wanted| {
        account.home_account_id.as_str() == wanted
            || (!wanted.is_empty() && account.username.eq_ignore_ascii_case(wanted))
    })
}
