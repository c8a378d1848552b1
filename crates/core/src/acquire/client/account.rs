//! Selects the account of a request.
//!
//! The MSAL schema distinguishes accounts only by the authority's host. One host can have many authorities (the realms
//! of a Keycloak, two ports of one machine), so an account belongs to this authority if one of its tokens does.

use crate::acquire::{AcquireError, ClientApplication};
use crate::cache::{Account, Document, TokenCache};
use crate::types::HomeAccountId;

impl ClientApplication<'_> {
    /// Returns the account that `wanted` (a user name in any case, or a home account id) selects; without `wanted`, the
    /// only account of this authority and client. `Ok(None)`: nobody is signed in.
    pub(in crate::acquire) fn select_account(
        &self,
        cache: Document<'_>,
        wanted: Option<&str>,
    ) -> Result<Option<Account>, AcquireError> {
        select(cache.client_accounts(&self.registration.issuer(), &self.registration.client_id), wanted)
    }

    /// Like [`select_account`](Self::select_account), but also finds accounts that another library has removed, if
    /// their tokens are left.
    pub(in crate::acquire) fn select_owner(
        &self,
        cache: &TokenCache,
        wanted: Option<&str>,
    ) -> Result<Option<Account>, AcquireError> {
        select(cache.client_owners(&self.registration.issuer(), &self.registration.client_id), wanted)
    }

    /// Returns the account if the choice is unambiguous even without this client's tokens, some of which a snapshot may
    /// lack. An account that names no authority may belong to another one, so only its tokens can tell.
    pub(in crate::acquire) fn only_account(&self, cache: Document<'_>, wanted: Option<&str>) -> Option<Account> {
        let mut accounts = cache.accounts(Some(&self.registration.issuer()));
        accounts.retain(|account| is_meant(account, wanted));
        accounts.pop().filter(|_| accounts.is_empty())
    }

    /// Returns the account of a provider that identifies its users neither by `client_info` nor by the subject of an ID
    /// token. It is distinguished by its user name, if the provider sends one, and otherwise by the caller's name for
    /// it.
    pub(in crate::acquire) fn unnamed_account(&self, username: &str, unnamed_as: Option<&str>) -> HomeAccountId {
        let authority = self.registration.authority.url();
        let name = Some(username).filter(|username| !username.is_empty()).or(unnamed_as);
        // The URL of an authority never contains this character.
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

/// Whether `wanted` selects the account; `None` selects any.
fn is_meant(account: &Account, wanted: Option<&str>) -> bool {
    wanted.is_none_or(|wanted| {
        account.home_account_id.as_str() == wanted
            || (!wanted.is_empty() && account.username.eq_ignore_ascii_case(wanted))
    })
}
