//! Which account is meant.
//!
//! The MSAL schema tells accounts apart by the authority's host alone. At Microsoft that is enough; elsewhere one host
//! can be many authorities (the realms of a Keycloak, two ports of one machine), and a token of one must neither be
//! served for another nor sent to it.

use super::{AcquireError, PublicClient};
use crate::cache::{Account, Document, TokenCache};
use crate::oauth::{AuthorityKind, issuer_of};
use crate::secret::RawIdToken;
use crate::terms::HomeAccountId;

/// What the identifier of an account begins with whose provider names nobody; the authority follows.
const UNNAMED: &str = "unnamed@";

impl PublicClient<'_> {
    /// The account that `wanted` (a user name in any case, or a home account id) means; without it, the only one of
    /// this authority and client. `Ok(None)`: nobody is signed in.
    pub(super) fn select_account(
        &self,
        cache: Document<'_>,
        wanted: Option<&str>,
    ) -> Result<Option<Account>, AcquireError> {
        let accounts = cache.client_accounts(&self.registration.environment(), &self.registration.client_id);
        self.select(cache, accounts, wanted)
    }

    /// The same, but one whose account another library has removed will do, if it has left tokens behind.
    pub(super) fn select_owner(
        &self,
        cache: &TokenCache,
        wanted: Option<&str>,
    ) -> Result<Option<Account>, AcquireError> {
        let owners = cache.client_owners(&self.registration.environment(), &self.registration.client_id);
        self.select(cache.document(), owners, wanted)
    }

    /// The account that is meant, where no other could be, whatever this client holds for it: of that a snapshot may
    /// not show all.
    pub(super) fn only_account(&self, cache: Document<'_>, wanted: Option<&str>) -> Option<Account> {
        let mut accounts = cache.accounts(Some(&self.registration.environment()));
        accounts.retain(|account| is_meant(account, wanted));
        let account = accounts.pop().filter(|_| accounts.is_empty())?;
        let id_tokens = || cache.id_tokens(&account, &self.registration.client_id);
        self.is_of_authority(&account, id_tokens).then_some(account)
    }

    fn select(
        &self,
        cache: Document<'_>,
        mut accounts: Vec<Account>,
        wanted: Option<&str>,
    ) -> Result<Option<Account>, AcquireError> {
        let client_id = &self.registration.client_id;
        accounts.retain(|account| self.is_of_authority(account, || cache.id_tokens(account, client_id)));
        let mut fitting: Vec<_> = accounts.iter().filter(|account| is_meant(account, wanted)).cloned().collect();
        match (fitting.len(), wanted) {
            (0, None) => Ok(None),
            (0, Some(wanted)) => Err(AcquireError::NoSuchAccount { wanted: wanted.to_owned(), candidates: accounts }),
            (1, _) => Ok(fitting.pop()),
            _ => Err(AcquireError::AmbiguousAccount { candidates: fitting }),
        }
    }

    /// Whether the account signed in to this authority, and not to another one on its host: by the issuer of its ID
    /// tokens, and where there is none, by its realm.
    fn is_of_authority(&self, account: &Account, id_tokens: impl FnOnce() -> Vec<RawIdToken>) -> bool {
        let authority = &self.registration.authority;
        if authority.kind() != AuthorityKind::Oidc {
            return true;
        }
        if let Some(of) = account.home_account_id.as_str().strip_prefix(UNNAMED) {
            return of == authority.url();
        }
        let expected = self.registration.endpoints.issuer.as_deref().unwrap_or(authority.url());
        let is_expected = |issuer: &String| issuer.trim_end_matches('/') == expected.trim_end_matches('/');
        let issuers: Vec<_> = id_tokens().iter().filter_map(issuer_of).collect();
        if !issuers.is_empty() {
            return issuers.iter().any(is_expected);
        }
        // MSAL Node leaves the realm of such accounts empty; and where only tokens are left, there is none.
        let realms = self.registration.authority_realms();
        account.realms.is_empty()
            || account.realms.iter().any(|realm| realm.as_str().is_empty() || realms.contains(realm))
    }

    /// The account of a provider that names nobody, neither by `client_info` nor by an ID token.
    pub(super) fn unnamed_account(&self) -> HomeAccountId {
        HomeAccountId::new(format!("{UNNAMED}{}", self.registration.authority.url()))
    }
}

/// Whether `wanted` may mean the account; nothing wanted may mean any.
fn is_meant(account: &Account, wanted: Option<&str>) -> bool {
    wanted.is_none_or(|wanted| {
        account.home_account_id.as_str() == wanted
            || (!wanted.is_empty() && account.username.eq_ignore_ascii_case(wanted))
    })
}
