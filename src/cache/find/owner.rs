//! Whose tokens there are: by the accounts, and by the tokens themselves, which other libraries leave behind when they
//! remove an account (MSAL Python removes only what stands under its own keys).

use std::collections::{BTreeSet, HashMap, HashSet};

use super::matching::{CaseRule, Within};
use super::{access_token, refresh_token};
use crate::cache::entry::fields::Fields;
use crate::cache::text::document::{Document, Entry};
use crate::cache::{AccessTokenEntry, Account, RefreshTokenEntry, Section, TokenCache};
use crate::secret::RawIdToken;
use crate::terms::{ClientId, Environment, HomeAccountId};

/// A user and what is held for them.
#[derive(Debug)]
pub struct Holding {
    /// The user; without a name or realm where only tokens are left.
    pub account: Account,
    /// The user's access tokens.
    pub access_tokens: Vec<AccessTokenEntry>,
    /// The user's refresh tokens, copies too.
    pub refresh_tokens: Vec<RefreshTokenEntry>,
}

impl TokenCache {
    /// The accounts for which this client holds tokens, those too whose account another library has removed, leaving
    /// tokens behind.
    pub fn client_owners(&self, environment: &Environment, client_id: &ClientId) -> Vec<Account> {
        let mut accounts = self.accounts(Some(environment));
        let orphans = self.document().orphans(&accounts);
        accounts.extend(orphans.into_iter().filter(|orphan| environment.is_alias_of(orphan.environment.as_str())));
        self.document().retain_holders(&mut accounts, environment, client_id);
        accounts
    }

    /// Everybody of whom anything is held, with all that is held; and the tokens that clients hold for themselves.
    pub fn holdings(&self) -> (Vec<Holding>, Vec<AccessTokenEntry>) {
        let document = self.document();
        let mut accounts = self.accounts(None);
        accounts.extend(document.orphans(&accounts));
        let places: HashMap<_, _> =
            accounts.iter().enumerate().map(|(place, account)| (AccountKey::of(account), place)).collect();
        let place = |environment: &Environment, owner: &Option<HomeAccountId>| {
            places.get(&AccountKey::new(environment, owner.as_ref()?.as_str())).copied()
        };
        let new = |account| Holding { account, access_tokens: Vec::new(), refresh_tokens: Vec::new() };
        let mut holdings: Vec<_> = accounts.into_iter().map(new).collect();
        let mut without_user = Vec::new();
        for entry in self.access_tokens() {
            match place(&entry.environment, &entry.home_account_id) {
                Some(place) => holdings[place].access_tokens.push(entry),
                None => without_user.push(entry),
            }
        }
        for entry in self.refresh_tokens() {
            if let Some(place) = place(&entry.environment, &entry.home_account_id) {
                holdings[place].refresh_tokens.push(entry);
            }
        }
        (holdings, without_user)
    }
}

/// A user of an environment and its aliases.
#[derive(Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(in crate::cache) struct AccountKey {
    environment: String,
    home_account_id: String,
}

impl AccountKey {
    fn new(environment: &Environment, home_account_id: &str) -> Self {
        let home_account_id = CaseRule::of(environment).folded(home_account_id).into_owned();
        AccountKey { environment: environment.canonical().to_owned(), home_account_id }
    }

    pub(in crate::cache) fn of(account: &Account) -> Self {
        AccountKey::new(&account.environment, account.home_account_id.as_str())
    }

    fn of_fields(fields: &Fields<'_>) -> Option<Self> {
        let environment = Environment::new(&fields.lenient("environment")?);
        Some(AccountKey::new(&environment, &fields.lenient("home_account_id")?))
    }
}

impl<'t> Document<'t> {
    /// The ID tokens that a client holds for a user.
    pub(crate) fn id_tokens(self, account: &Account, client_id: &ClientId) -> Vec<RawIdToken> {
        let within = Within::new(&account.environment);
        let owner = crate::cache::Owner::User(account.home_account_id.clone());
        let id = account.home_account_id.as_str();
        let may_be_theirs =
            |entry: &Entry<'_>| entry.glance().is_none_or(|glance| within.case.same(glance.home_account_id, id));
        self.entries(Section::IdToken)
            .into_iter()
            .filter(may_be_theirs)
            .filter_map(|entry| entry.fields().ok())
            .filter(|fields| within.is_of_client(fields, client_id) && within.is_of_owner(fields, &owner))
            .filter_map(|fields| fields.lenient("secret").map(RawIdToken::new))
            .collect()
    }

    /// The users who have signed in to this client: of whose account it, or its family, holds a token. For a whole
    /// document: a skimmed [`Snapshot`](crate::cache::Snapshot) lacks some of the tokens.
    pub(crate) fn client_accounts(self, environment: &Environment, client_id: &ClientId) -> Vec<Account> {
        let mut accounts = self.accounts(Some(environment));
        self.retain_holders(&mut accounts, environment, client_id);
        accounts
    }

    fn retain_holders(self, accounts: &mut Vec<Account>, environment: &Environment, client_id: &ClientId) {
        let within = Within::new(environment);
        let is_own = |fields: &Fields<'_>| within.is_of_client(fields, client_id);
        let may_be_tried = |fields: &Fields<'_>| is_own(fields) || fields.lenient("family_id").is_some();
        let access_tokens = self.fields_of(Section::AccessToken).filter(is_own);
        let refresh_tokens = self.fields_of(Section::RefreshToken).filter(may_be_tried);
        let mut others: BTreeSet<_> = accounts.iter().map(AccountKey::of).collect();
        for holder in access_tokens.chain(refresh_tokens).filter_map(|fields| AccountKey::of_fields(&fields)) {
            others.remove(&holder);
            if others.is_empty() {
                return;
            }
        }
        accounts.retain(|account| !others.contains(&AccountKey::of(account)));
    }

    /// The owners of tokens who are none of `accounts`.
    fn orphans(self, accounts: &[Account]) -> Vec<Account> {
        let mut known: HashSet<_> = accounts.iter().map(AccountKey::of).collect();
        let mut orphans = Vec::new();
        let access_tokens = self.entries(Section::AccessToken);
        let access_tokens = access_tokens.iter().filter_map(|entry| access_token::read(entry).ok());
        let refresh_tokens = self.entries(Section::RefreshToken);
        let refresh_tokens = refresh_tokens.iter().filter_map(|entry| refresh_token::read(entry).ok());
        let owners = access_tokens
            .map(|entry| (entry.environment, entry.home_account_id))
            .chain(refresh_tokens.map(|entry| (entry.environment, entry.home_account_id)));
        for (environment, home_account_id) in owners {
            let Some(home_account_id) = home_account_id else { continue };
            if known.insert(AccountKey::new(&environment, home_account_id.as_str())) {
                let (realms, username) = (Vec::new(), String::new());
                orphans.push(Account { home_account_id, environment, realms, username, local_account_id: None });
            }
        }
        orphans
    }

    fn fields_of(self, section: Section) -> impl Iterator<Item = Fields<'t>> {
        let entries: Vec<Entry<'t>> = self.entries(section);
        entries.into_iter().filter_map(|entry| entry.fields().ok())
    }
}
