use super::fields::{AUTHORITY, Fields};
use crate::cache::Defect;
use crate::types::{Environment, HomeAccountId, Realm};

/// A signed-in user: all account entries of one `home_account_id` in one environment and its aliases.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Account {
    /// The user.
    pub home_account_id: HomeAccountId,
    /// The environment of the first entry.
    pub environment: Environment,
    /// The issuer of the account's tokens, if an entry names it or its tokens prove it: the
    /// [identity](crate::types::Issuer::identity) of the issuer, else the `iss` of an ID token.
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
    pub(in crate::cache) fn merge(&mut self, other: Account) {
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
