//! Determines the account: the flag, else the variable, else the profile's, else the only one that is signed in.

use tokcache_core::acquire::{AcquireError, PublicClient, Registration};
use tokcache_core::cache::{Account, TokenCache};
use tokcache_core::types::{HomeAccountId, ScopeSet};

use super::Context;
use crate::cli::failure::near::nearest;
use crate::cli::settings::profile_format::Profile;
use crate::cli::store::shared::MOST_CANDIDATES;
use crate::cli::{Exit, Failure};
use crate::output::plain;

/// The origin of the account setting.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Source {
    /// `--account`.
    Flag,
    /// `TOKCACHE_ACCOUNT`.
    Variable,
    /// The profile.
    Profile,
}

impl Context {
    /// Returns the library's client for `registration`, for the tokens of an account: `wanted`, or the only one.
    ///
    /// # Errors
    /// The account is ambiguous, or a shared store cannot be searched.
    pub(in crate::cli) fn client_of(
        &self,
        registration: Registration,
        wanted: Option<&str>,
    ) -> Result<PublicClient<'_>, AcquireError> {
        let mut client = self.client(registration);
        if let Some(shared) = self.store.shared() {
            let Registration { authority, client_id, .. } = &client.registration;
            let issuer = authority.issuer();
            // The id from a sign-in is no name. Otherwise whoever took it as a name would lock its user out.
            let learned = self.account_of_profile().and_then(|account| account.home_account_id);
            let is_id = self.settings.account.is_none() && wanted.is_some() && wanted == learned;
            client.partition = shared.partition_of(wanted, is_id, &|cache: &TokenCache| {
                let mut accounts = cache.client_owners(&issuer, client_id);
                accounts.retain(|account| wanted.is_none_or(|wanted| is_named(account, wanted)));
                accounts
            })?;
        }
        Ok(client)
    }

    /// Returns the account for a request; `None` for the only one that is signed in.
    pub(in crate::cli) fn account(&self) -> Option<String> {
        self.settings.account.clone().or_else(|| Some(self.account_of_profile()?.wanted().to_owned()))
    }

    /// Returns the name of the account, for people.
    pub(in crate::cli) fn account_name(&self) -> Option<&str> {
        self.settings.account.as_deref().or_else(|| Some(self.account_of_profile()?.name))
    }

    /// Returns the account of the profile if the profile's authority and client are in use. At another authority or
    /// client, the profile's account does not apply.
    fn account_of_profile(&self) -> Option<ProfileAccount<'_>> {
        let profile = self.profile.as_ref()?;
        let account = profile.account()?;
        (self.is_authority_of_profile() && self.is_client_of_profile()).then_some(account)
    }

    pub(super) fn is_client_of_profile(&self) -> bool {
        match &self.profile {
            Some(profile) => profile.is_of_client(&self.settings),
            None => self.settings.client_id.is_none(),
        }
    }

    /// Returns the label that distinguishes this profile's account from others at a provider that does not name its
    /// users, such as GitHub: two profiles are two accounts there. An existing label is kept.
    pub(in crate::cli) fn unnamed_as(&self) -> Option<String> {
        let known = self.account().and_then(|wanted| {
            let at = HomeAccountId::new(wanted).unnamed_at()?.to_owned();
            Some(at.split_once('#').map(|(_authority, name)| name.to_owned()))
        });
        if let Some(url) = &self.settings.protected_resource {
            let is_own = crate::cli::settings::resource_name::is_named_after(url, &self.profile_name);
            return Some(if is_own { url.to_string() } else { format!("{url}#{}", self.profile_name) });
        }
        known.unwrap_or_else(|| Some(self.profile_name.clone()).filter(|name| name != "default"))
    }

    fn account_source(&self) -> Option<Source> {
        match &self.settings.account {
            Some(_) if self.settings.variables.contains(&"TOKCACHE_ACCOUNT") => Some(Source::Variable),
            Some(_) => Some(Source::Flag),
            None => self.account_of_profile().map(|_| Source::Profile),
        }
    }

    /// Returns a failure if the error is about the choice of the account.
    pub(super) fn account_failure(&self, error: &AcquireError, scopes: &ScopeSet) -> Option<Failure> {
        match error {
            AcquireError::AmbiguousAccount { candidates } => {
                let first = name_to_type(candidates.first()?, candidates);
                // The search in a shared store ends early, so the number is unknown.
                let is_part = self.store.shared().is_some() && candidates.len() >= MOST_CANDIDATES;
                let failure = if is_part {
                    Failure::new(Exit::Account, format!("many accounts are signed in, {first} among them"))
                } else {
                    Failure::new(Exit::Account, error)
                };
                Some(failure.try_with("--account", first))
            }
            AcquireError::NoSuchAccount { wanted, candidates } => {
                Some(self.no_such_account(wanted, candidates, error, scopes))
            }
            AcquireError::SignedInAsAnother { wanted, name } => {
                let of_profile = self.account_of_profile().filter(|account| account.wanted() == wanted);
                let wanted = of_profile.map_or(wanted.as_str(), |account| account.name).to_owned();
                let error = AcquireError::SignedInAsAnother { wanted, name: name.clone() };
                Some(Failure::new(Exit::Account, &error).try_again())
            }
            _ => None,
        }
    }

    fn no_such_account(
        &self,
        wanted: &str,
        candidates: &[Account],
        error: &AcquireError,
        scopes: &ScopeSet,
    ) -> Failure {
        if let (Some(Source::Profile), Some(account)) = (self.account_source(), self.account_of_profile()) {
            let message = format!("{} is not signed in, and the profile belongs to this account", account.name);
            return Failure::new(Exit::InteractionRequired, message).try_tokcache(self.login_words(scopes));
        }
        if let Some(elsewhere) = self.elsewhere(wanted) {
            let message = format!("no account {wanted:?} is signed in here; {}", elsewhere.said);
            let failure = Failure::new(Exit::Account, message).of_variable("TOKCACHE_ACCOUNT", &self.settings);
            return match elsewhere.flags {
                Some(flags) => failure.try_with_all(flags),
                None => failure.try_tokcache(["list"]),
            };
        }
        let failure = Failure::new(Exit::Account, error);
        let failure = match (candidates, near(wanted, candidates)) {
            ([], _) => failure.try_tokcache(self.login_words(scopes)),
            (_, Some(near)) => failure.try_with("--account", name_to_type(near, candidates)),
            (_, None) => failure.try_tokcache(["list"]),
        };
        failure.of_variable("TOKCACHE_ACCOUNT", &self.settings)
    }
}

/// Returns the account whose user name is similar to `wanted`, or equals `wanted` up to the `@`.
fn near<'a>(wanted: &str, candidates: &'a [Account]) -> Option<&'a Account> {
    let usernames = || candidates.iter().map(|account| account.username.as_str());
    let before_at = |username: &'a str| username.split('@').next().unwrap_or_default();
    let is_whole = wanted.contains('@');
    let meant = nearest(wanted, usernames().map(|username| if is_whole { username } else { before_at(username) }))?;
    candidates.iter().find(|account| account.username == meant || !is_whole && before_at(&account.username) == meant)
}

/// The account that a profile names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::cli) struct ProfileAccount<'p> {
    /// The name for people.
    pub(in crate::cli) name: &'p str,
    /// The home account id from `login`, which stays the same if the name changes.
    pub(in crate::cli) home_account_id: Option<&'p str>,
}

impl<'p> ProfileAccount<'p> {
    /// Returns the most specific identifier that is known.
    pub(in crate::cli) fn wanted(self) -> &'p str {
        self.home_account_id.unwrap_or(self.name)
    }

    /// Whether the provider does not name its users.
    pub(super) fn is_unnamed(self) -> bool {
        HomeAccountId::new(self.wanted()).unnamed_at().is_some()
    }

    /// Whether this is the account of `profile`.
    pub(in crate::cli) fn is_of(self, profile: &Profile) -> bool {
        profile.account().is_some_and(|other| self.is_same(other))
    }

    /// Whether both are the same account, as far as known.
    pub(in crate::cli) fn is_same(self, other: ProfileAccount<'_>) -> bool {
        match (self.home_account_id, other.home_account_id) {
            (Some(own), Some(others)) => own == others,
            _ => self.name.eq_ignore_ascii_case(other.name) || self.wanted() == other.wanted(),
        }
    }

    /// Whether this is `account`.
    pub(in crate::cli) fn is(self, account: &Account) -> bool {
        match self.home_account_id {
            Some(id) => account.home_account_id.as_str() == id,
            None => is_named(account, self.name),
        }
    }
}

impl Profile {
    /// Returns the account of the profile.
    pub(in crate::cli) fn account(&self) -> Option<ProfileAccount<'_>> {
        let name = self.account.as_deref()?;
        let is_learned = self.learned.account.as_deref() == Some(name);
        let home_account_id = self.learned.home_account_id.as_deref().filter(|_| is_learned);
        Some(ProfileAccount { name, home_account_id })
    }

    /// Assigns the profile to `account`.
    pub(in crate::cli) fn belong_to(&mut self, account: &Account) {
        // Use the id if the user name contains characters that could control a terminal.
        let name = name(account);
        self.account = Some(if plain(name) == name { name.to_owned() } else { account.home_account_id.to_string() });
        self.learned.account = self.account.clone();
        self.learned.home_account_id = Some(account.home_account_id.to_string());
    }
}

/// Whether `wanted`, a user name in any case or a home account id, matches the account.
pub(in crate::cli) fn is_named(account: &Account, wanted: &str) -> bool {
    let is_username = !wanted.is_empty() && account.username.eq_ignore_ascii_case(wanted);
    account.home_account_id.as_str() == wanted || is_username
}

/// Returns the account's name for people.
pub(in crate::cli) fn name(account: &Account) -> &str {
    if account.username.is_empty() { account.home_account_id.as_str() } else { &account.username }
}

/// Returns the shortest text that identifies this account among `all`, for a command line.
pub(in crate::cli) fn name_to_type(account: &Account, all: &[Account]) -> String {
    let username = account.username.as_str();
    let is_of_one = all.iter().filter(|other| is_named(other, username)).count() == 1;
    let is_plain = !username.is_empty() && !username.starts_with('-') && !username.chars().any(char::is_control);
    if is_of_one && is_plain { username.to_owned() } else { account.home_account_id.to_string() }
}
