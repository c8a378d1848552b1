use std::collections::{BTreeMap, BTreeSet};

use super::fields::Fields;
use crate::cache::find::matching::Within;
use crate::cache::find::owner::AccountKey;
use crate::cache::text::document::{Document, Entry};
use crate::cache::{Defect, Section};
use crate::terms::{Environment, HomeAccountId, Realm};

/// A user who has signed in: all entries of one `home_account_id` in one environment and its aliases.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Account {
    /// The user.
    pub home_account_id: HomeAccountId,
    /// As the first entry has it.
    pub environment: Environment,
    /// Where the user has signed in, in the order of the entries.
    pub realms: Vec<Realm>,
    /// What the user is called: as the last entry has it that knows. May be empty.
    pub username: String,
    /// The user's id in the realm, as the last entry has it that knows.
    pub local_account_id: Option<String>,
}

impl Account {
    pub(in crate::cache) fn read(fields: &Fields<'_>) -> Result<Self, Defect> {
        Ok(Account {
            home_account_id: HomeAccountId::new(fields.required("home_account_id")?),
            environment: Environment::new(&fields.required("environment")?),
            realms: vec![Realm::new(fields.lenient("realm").unwrap_or_default())],
            username: fields.lenient("username").unwrap_or_default().into(),
            local_account_id: fields.lenient("local_account_id").map(Into::into),
        })
    }

    /// Takes over what a later entry knows, its realms aside.
    fn merge(&mut self, other: Account) {
        if !other.username.is_empty() {
            self.username = other.username;
        }
        self.local_account_id = other.local_account_id.or(self.local_account_id.take());
    }
}

impl Document<'_> {
    pub(crate) fn accounts(self, environment: Option<&Environment>) -> Vec<Account> {
        let is_wanted =
            |fields: &Fields<'_>| environment.is_none_or(|environment| Within::new(environment).holds(fields));
        let mut accounts: Vec<Account> = Vec::new();
        let (mut places, mut realms) = (BTreeMap::new(), BTreeSet::new());
        for entry in self.entries(Section::Account) {
            let Ok(fields) = entry.fields() else { continue };
            let Ok(mut account) = Account::read(&fields) else { continue };
            if !is_wanted(&fields) {
                continue;
            }
            let new = accounts.len();
            let place = *places.entry(AccountKey::of(&account)).or_insert(new);
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
