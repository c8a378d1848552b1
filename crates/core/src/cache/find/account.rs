use std::collections::{BTreeMap, BTreeSet};

use super::matching::Within;
use super::origins::Origins;
use super::owner::AccountKey;
use crate::cache::Section;
use crate::cache::entry::account::Account;
use crate::cache::entry::fields::Fields;
use crate::cache::text::document::Document;
use crate::types::Issuer;

impl Document<'_> {
    /// Returns the accounts, in the order of their first entries; with `issuer`, those of that issuer.
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
