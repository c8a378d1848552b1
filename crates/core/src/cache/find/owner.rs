//! Finds the users of the cache: by their accounts, and by their tokens. Other libraries leave tokens behind when they
//! remove an account: MSAL Python removes only entries under its own keys.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::case_rule::CaseRule;
use super::matching::Within;
use super::origins::Origins;
use crate::cache::entry::fields::Fields;
use crate::cache::text::document::{Document, Entry};
use crate::cache::{AccessTokenEntry, Account, Owner, RefreshTokenEntry, Section, TokenCache};
use crate::secret::RawIdToken;
use crate::types::{ClientId, Environment, HomeAccountId, Issuer};

/// A user of one issuer, with all tokens.
#[derive(Debug)]
pub struct Holding {
    /// The user. If only tokens are left, the account has no user name and no realms.
    pub account: Account,
    /// The user's access tokens.
    pub access_tokens: Vec<AccessTokenEntry>,
    /// The user's refresh tokens, including copies.
    pub refresh_tokens: Vec<RefreshTokenEntry>,
}

impl TokenCache {
    /// Returns the accounts for which this client holds tokens of this issuer, including users whose account another
    /// library has removed.
    pub fn client_owners(&self, issuer: &Issuer, client_id: &ClientId) -> Vec<Account> {
        let document = self.document();
        let within = Within::new(document, issuer);
        let mut accounts = self.accounts(Some(issuer));
        let own = |section| document.fields_of(section).filter(|fields| within.holds(fields));
        let mut known: HashSet<_> = accounts.iter().map(AccountKey::of_environment).collect();
        for fields in own(Section::AccessToken).chain(own(Section::RefreshToken)) {
            let Some(key) = AccountKey::of_fields(&fields) else { continue };
            if let (true, Some(account)) = (known.insert(key), orphan(&fields)) {
                accounts.push(account);
            }
        }
        document.retain_holders(&mut accounts, &within, client_id);
        accounts
    }

    /// Returns all users with their tokens, and the tokens that clients hold for themselves.
    pub fn holdings(&self) -> (Vec<Holding>, Vec<AccessTokenEntry>) {
        let origins = Origins::of(self.document());
        let mut accounts = self.accounts(None);
        let (access_tokens, refresh_tokens) = (self.access_tokens(), self.refresh_tokens());
        let access_keys: Vec<_> = access_tokens
            .iter()
            .map(|entry| {
                let AccessTokenEntry { environment, home_account_id, client_id, authority, .. } = entry;
                AccountKey::of_token(&origins, environment, home_account_id.as_ref(), client_id, authority.as_deref())
            })
            .collect();
        let refresh_keys: Vec<_> = refresh_tokens
            .iter()
            .map(|entry| {
                let RefreshTokenEntry { environment, home_account_id, client_id, authority, .. } = entry;
                AccountKey::of_token(&origins, environment, home_account_id.as_ref(), client_id, authority.as_deref())
            })
            .collect();
        let mut places: HashMap<_, _> =
            accounts.iter().enumerate().map(|(place, account)| (AccountKey::of(account), place)).collect();
        let owners = access_tokens
            .iter()
            .map(|entry| (&entry.environment, &entry.home_account_id))
            .chain(refresh_tokens.iter().map(|entry| (&entry.environment, &entry.home_account_id)));
        for (key, (environment, home_account_id)) in access_keys.iter().chain(&refresh_keys).zip(owners) {
            let (Some(key), Some(home_account_id)) = (key, home_account_id) else { continue };
            if HomeAccountId::is_of_exchange(home_account_id.as_str()) {
                continue;
            }
            if !places.contains_key(key) {
                places.insert(key.clone(), accounts.len());
                accounts.push(nameless(environment.clone(), home_account_id.clone(), key.authority.clone()));
            }
        }
        let new = |account| Holding { account, access_tokens: Vec::new(), refresh_tokens: Vec::new() };
        let mut holdings: Vec<_> = accounts.into_iter().map(new).collect();
        let mut without_user = Vec::new();
        for (entry, key) in access_tokens.into_iter().zip(access_keys) {
            match key.and_then(|key| places.get(&key)) {
                Some(place) => holdings[*place].access_tokens.push(entry),
                None => without_user.push(entry),
            }
        }
        for (entry, key) in refresh_tokens.into_iter().zip(refresh_keys) {
            if let Some(place) = key.and_then(|key| places.get(&key)) {
                holdings[*place].refresh_tokens.push(entry);
            }
        }
        (holdings, without_user)
    }
}

/// Identifies a user within an environment and its aliases and, unless the issuer is given, within one issuer.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(in crate::cache) struct AccountKey {
    environment: String,
    home_account_id: String,
    pub(in crate::cache) authority: Option<String>,
}

impl AccountKey {
    fn new(environment: &Environment, home_account_id: &str, authority: Option<String>) -> Self {
        let home_account_id = CaseRule::of(environment).folded(home_account_id).into_owned();
        AccountKey { environment: environment.canonical().to_owned(), home_account_id, authority }
    }

    pub(in crate::cache) fn of(account: &Account) -> Self {
        AccountKey::new(&account.environment, account.home_account_id.as_str(), account.authority.clone())
    }

    /// Returns the key of an account, among those of one issuer.
    pub(in crate::cache) fn of_environment(account: &Account) -> Self {
        AccountKey::new(&account.environment, account.home_account_id.as_str(), None)
    }

    fn of_token(
        origins: &Origins,
        environment: &Environment,
        owner: Option<&HomeAccountId>,
        client_id: &ClientId,
        authority: Option<&str>,
    ) -> Option<Self> {
        let authority = origins.of_entry(environment, owner, Some(client_id), authority);
        Some(AccountKey::new(environment, owner?.as_str(), authority))
    }

    /// Returns the key of an entry's user, among those of one issuer.
    fn of_fields(fields: &Fields<'_>) -> Option<Self> {
        let environment = Environment::new(&fields.lenient("environment")?);
        Some(AccountKey::new(&environment, &fields.lenient("home_account_id")?, None))
    }
}

/// Returns the user of a token that has no account any more.
fn orphan(fields: &Fields<'_>) -> Option<Account> {
    let environment = Environment::new(&fields.lenient("environment")?);
    let owner = fields.lenient("home_account_id").filter(|owner| !HomeAccountId::is_of_exchange(owner))?;
    Some(nameless(environment, HomeAccountId::new(owner), None))
}

fn nameless(environment: Environment, home_account_id: HomeAccountId, authority: Option<String>) -> Account {
    let (realms, username) = (Vec::new(), String::new());
    Account { home_account_id, environment, authority, realms, username, local_account_id: None }
}

impl<'t> Document<'t> {
    /// Returns the ID tokens of this issuer that a client holds for a user.
    pub(crate) fn id_tokens(self, issuer: &Issuer, owner: &HomeAccountId, client_id: &ClientId) -> Vec<RawIdToken> {
        let id = owner.as_str();
        let owner = Owner::User(owner.clone());
        let within = Within::of_owner(self, issuer, &owner);
        let may_be_theirs =
            |entry: &Entry<'_>| entry.texts().is_none_or(|texts| within.case.same(texts.home_account_id, id));
        self.entries(Section::IdToken)
            .into_iter()
            .filter(may_be_theirs)
            .filter_map(|entry| entry.fields().ok())
            .filter(|fields| within.has_client(fields, client_id) && within.is_of_owner(fields, &owner))
            .filter_map(|fields| fields.lenient("secret").map(RawIdToken::new))
            .collect()
    }

    /// Returns the users who have signed in to this client: it, or its family, holds a token of this issuer for them.
    /// Needs the whole document: a skimmed [`Snapshot`](crate::cache::Snapshot) lacks some tokens.
    pub(crate) fn client_accounts(self, issuer: &Issuer, client_id: &ClientId) -> Vec<Account> {
        let mut accounts = self.accounts(Some(issuer));
        self.retain_holders(&mut accounts, &Within::new(self, issuer), client_id);
        accounts
    }

    fn retain_holders(self, accounts: &mut Vec<Account>, within: &Within<'_, '_>, client_id: &ClientId) {
        let is_own = |fields: &Fields<'_>| within.has_client(fields, client_id);
        let may_be_tried = |fields: &Fields<'_>| is_own(fields) || fields.lenient("family_id").is_some();
        let access_tokens = self.fields_of(Section::AccessToken).filter(is_own);
        let refresh_tokens = self.fields_of(Section::RefreshToken).filter(may_be_tried);
        let mut others: BTreeSet<_> = accounts.iter().map(AccountKey::of_environment).collect();
        for fields in access_tokens.chain(refresh_tokens).filter(|fields| within.holds(fields)) {
            if let Some(holder) = AccountKey::of_fields(&fields) {
                others.remove(&holder);
            }
            if others.is_empty() {
                return;
            }
        }
        accounts.retain(|account| !others.contains(&AccountKey::of_environment(account)));
    }

    fn fields_of(self, section: Section) -> impl Iterator<Item = Fields<'t>> {
        let entries: Vec<Entry<'t>> = self.entries(section);
        entries.into_iter().filter_map(|entry| entry.fields().ok())
    }
}
