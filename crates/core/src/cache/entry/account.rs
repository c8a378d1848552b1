use std::collections::{BTreeMap, BTreeSet};

use super::fields::Fields;
use crate::cache::find::mark::AUTHORITY;
use crate::cache::find::matching::Within;
use crate::cache::find::origins::Origins;
use crate::cache::find::owner::AccountKey;
use crate::cache::text::document::{Document, Entry};
use crate::cache::{Defect, Section};
use crate::types::{Environment, HomeAccountId, Issuer, Realm};

/// A signed-in user: all account entries of one `home_account_id` in one environment and its aliases.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Account {
    /// The user.
    pub home_account_id: HomeAccountId,
    /// The environment of the first entry.
    pub environment: Environment,
    /// The issuer of the account's tokens, if an entry names it or its tokens prove it: the
    /// [identity](Issuer::identity) of the issuer, else the `iss` of an ID token.
    pub authority: Option<String>,
    /// The realms in which the user has signed in, in the order of the entries.
    pub realms: Vec<Realm>,
    /// The user name in the last entry that has one. May be empty.
    pub username: String,
    /// The user's id in the realm, from the last entry that has one.
    pub local_account_id: Option<String>,
}

impl Account {
    pub(in crate::cache) fn read(fields: &Fields<'_>) -> Result<Self, Defect> {
        Ok(Account {
            home_account_id: HomeAccountId::new(fields.required("home_account_id")?),
            environment: Environment::new(&fields.required("environment")?),
            authority: fields.text(AUTHORITY)?.map(Into::into),
            realms: vec![Realm::new(fields.lenient("realm").unwrap_or_default())],
            username: fields.lenient("username").unwrap_or_default().into(),
            local_account_id: fields.lenient("local_account_id").map(Into::into),
        })
    }

    /// Adds the facts of a later entry, except its realms. An entry that names its issuer takes precedence over one
    /// that does not, which may belong to another issuer.
    fn merge(&mut self, other: Account) {
        if self.authority.is_some() && other.authority.is_none() {
            return;
        }
        if other.authority.is_some() && self.authority.is_none() {
            (self.username, self.local_account_id) = (String::new(), None);
        }
        if !other.username.is_empty() {
            self.username = other.username;
        }
        self.local_account_id = other.local_account_id.or(self.local_account_id.take());
        self.authority = other.authority.or(self.authority.take());
    }
}

impl Document<'_> {
    pub(crate) fn accounts(self, issuer: Option<&Issuer>) -> Vec<Account> {
        let within = issuer.map(|issuer| Within::new(self, issuer));
        let is_wanted = |fields: &Fields<'_>| {
            within.as_ref().is_none_or(|within| within.is_in_environment(fields) && !within.is_marked_otherwise(fields))
        };
        let origins = if within.is_none() { Some(Origins::of(self)) } else { None };
        let mut accounts: Vec<Account> = Vec::new();
        let (mut places, mut realms) = (BTreeMap::new(), BTreeSet::new());
        for entry in self.entries(Section::Account) {
            let Ok(fields) = entry.fields() else { continue };
            let Ok(mut account) = Account::read(&fields) else { continue };
            if !is_wanted(&fields) {
                continue;
            }
            let new = accounts.len();
            if let Some(origins) = &origins {
                account.authority = origins.of_account(&account);
            }
            let mut key = AccountKey::of(&account);
            if origins.is_none() {
                key.authority = None;
            }
            let place = *places.entry(key).or_insert(new);
            account.realms.retain(|realm| realms.insert((place, realm.clone())));
            match accounts.get_mut(place) {
                Some(known) => {
                    known.realms.append(&mut account.realms);
                    known.merge(account);
                }
                None => accounts.push(account),
            }
        }
        accounts
    }
}

pub(in crate::cache) fn read(entry: &Entry<'_>) -> Result<Account, Defect> {
    Account::read(&entry.fields()?)
}
