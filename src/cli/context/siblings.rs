//! Profiles that share a client, an authority and a store, and therefore tokens.
//!
//! A profile without an account means the only account that is signed in. Before a second account signs in, `login`
//! writes the first account into these profiles.

use pollster::FutureExt as _;
use tokcache_core::acquire::{AcquireError, Explanation, SilentRequest};
use tokcache_core::cache::{Account, MinValid};
use tokcache_core::types::ScopeSet;

use super::Context;
use super::account::{ProfileAccount, name};
use super::registration::can_be_asked_together;
use crate::cli::Failure;
use crate::cli::profiles::{self, Profile};
use crate::cli::settings::profile_format::Flow;
use crate::cli::settings::values::is_same_authority;
use crate::output::{plain, tell};

/// A saved profile with the same client, authority and store.
pub(in crate::cli) struct Sibling {
    pub(in crate::cli) name: String,
    profile: Profile,
    /// The account that the profile names or implies, if it is signed in.
    signed_in: Option<Account>,
}

/// The tokens that a profile selects.
pub(in crate::cli) enum Owned {
    /// The tokens of an account that no other profile selects.
    Alone(Account),
    /// Unclear: several accounts are signed in, and the profile names none.
    Several,
    /// The tokens of an account that the named profile selects, too.
    Shared(String),
    /// Unknown, because of an error or because nobody is signed in.
    Unknown,
}

impl Sibling {
    /// Returns the account that the profile names, else the only one that is signed in.
    pub(in crate::cli) fn owner(&self) -> Option<ProfileAccount<'_>> {
        self.profile.account().or_else(|| self.signed_in.as_ref().map(ProfileAccount::of))
    }

    /// Returns the account that the profile names or implies, if it is signed in.
    pub(in crate::cli) fn signed_in(&self) -> Option<&Account> {
        self.signed_in.as_ref()
    }

    fn scopes(&self) -> ScopeSet {
        self.profile.scopes.iter().map(String::as_str).collect()
    }
}

impl Context {
    /// Returns the saved profiles that share client, authority and store with `profile`, including itself. Unreadable
    /// profiles are skipped.
    pub(in crate::cli) fn siblings(&self, profile: &Profile) -> Result<Vec<Sibling>, Failure> {
        let load = |name: String| Some((profiles::load_saved(&name).ok()??, name));
        let mut names = profiles::saved_names()?;
        names.sort_unstable();
        let saved = names.into_iter().filter_map(load);
        let siblings = saved.filter(|(saved, _)| self.is_sibling(saved, profile));
        Ok(siblings.map(|(profile, name)| Sibling { signed_in: self.signed_in(&profile), name, profile }).collect())
    }

    /// Returns the profile in use, with the typed settings applied.
    pub(in crate::cli) fn profile_in_use(&self) -> Profile {
        let profile = self.profile.clone().unwrap_or_default();
        Profile {
            authority: self.settings.authority.clone().or(profile.authority),
            client_id: self.settings.client_id.clone().or(profile.client_id),
            store: self.settings.store.clone().or(profile.store),
            protected_resource: profile.protected_resource,
            ..Profile::default()
        }
    }

    fn is_sibling(&self, one: &Profile, other: &Profile) -> bool {
        let is_of_variable = self.settings.variables.contains(&"TOKCACHE_STORE");
        let is_here = is_of_variable
            || match &one.store {
                Some(store) => *store == self.store.describe().url,
                None => self.settings.store.is_none() && other.store.is_none(),
            };
        let is_there = one.authority.is_some() && is_same_authority(one.authority.as_ref(), other.authority.as_ref());
        let needs_person = one.flow.is_none_or(Flow::needs_person);
        // The sign-ins for two protected resources have nothing in common.
        let is_for_same = one.protected_resource == other.protected_resource;
        is_there && one.client_id == other.client_id && is_here && needs_person && is_for_same
    }

    /// Returns the tokens that no command would find any more if the profile `name` were removed.
    pub(in crate::cli) fn owned(&self, name: &str, profile: &Profile) -> Owned {
        let account = match self.explained(profile, self.account().as_deref()) {
            Some(Ok(Explanation { account: Some(account), .. })) => account,
            Some(Err(AcquireError::AmbiguousAccount { .. })) => return Owned::Several,
            _ => return Owned::Unknown,
        };
        let others = self.siblings(profile).unwrap_or_default();
        let is_other = |sibling: &&Sibling| sibling.name != name && sibling.signed_in.as_ref() == Some(&account);
        match others.iter().find(is_other) {
            Some(other) => Owned::Shared(other.name.clone()),
            None => Owned::Alone(account),
        }
    }

    /// Returns the account that `profile` names or implies, if it is signed in.
    fn signed_in(&self, profile: &Profile) -> Option<Account> {
        self.explained(profile, profile.account().map(ProfileAccount::wanted))?.ok()?.account
    }

    /// Resolves `wanted` among the accounts of the client of `profile`.
    pub(in crate::cli) fn explained(
        &self,
        profile: &Profile,
        wanted: Option<&str>,
    ) -> Option<Result<Explanation, AcquireError>> {
        let request = SilentRequest {
            scopes: ScopeSet::default(),
            account: wanted.map(str::to_owned),
            min_valid: MinValid::Default,
            force_refresh: false,
            offline: true,
            ..SilentRequest::default()
        };
        let client = self.client_of(self.registration_of(profile).ok()?, wanted);
        Some(client.and_then(|client| client.explain(&request).block_on()))
    }

    /// Writes the current account into each of `siblings` that names none. After `newcomer` signs in there are two
    /// accounts, so such a profile would be ambiguous.
    pub(in crate::cli) fn settle(&self, siblings: &[Sibling], newcomer: &Account) -> Result<(), Failure> {
        for sibling in siblings.iter().filter(|sibling| sibling.profile.account.is_none()) {
            let others = |account: &&Account| account.home_account_id != newcomer.home_account_id;
            let Some(owner) = sibling.signed_in().filter(others) else { continue };
            profiles::update(&sibling.name, self.settings.lock_timeout(), |profile| {
                let unchanged = profile.filter(|profile| *profile == sibling.profile);
                Ok(unchanged.map(|mut profile| {
                    profile.belong_to(owner);
                    profile
                }))
            })?;
        }
        Ok(())
    }
}

impl Context {
    /// Returns the scopes that a sign-in must request besides `own`: those of the other profiles of the same person.
    /// The sign-in replaces the refresh token of that person and client, which all these profiles use. If it is unknown
    /// who will sign in, it may be the person of any profile. The scopes of the profile in use count too, unless the
    /// sign-in `is_changed`.
    pub(in crate::cli) fn needed_too(
        &self,
        siblings: &[Sibling],
        own: &ScopeSet,
        wanted: Option<&str>,
        is_changed: bool,
    ) -> ScopeSet {
        let wanted = wanted.map(|name| ProfileAccount { name, home_account_id: None });
        let own_profile = siblings.iter().find(|sibling| sibling.name == self.profile_name);
        let person = wanted.or_else(|| own_profile?.owner());
        // An account without a name belongs to only one profile.
        let may_be = |owner: ProfileAccount<'_>| !owner.is_unnamed();
        let is_of_person = |sibling: &&Sibling| {
            sibling.owner().is_some_and(|owner| person.map_or_else(|| may_be(owner), |person| person.is_same(owner)))
        };
        let (mut needed, mut names) = (ScopeSet::default(), Vec::new());
        let counts = |sibling: &&Sibling| !(is_changed && sibling.name == self.profile_name);
        for sibling in siblings.iter().filter(is_of_person).filter(counts) {
            let missing = sibling.scopes().of_resources().filtered(|scope| !own.contains(scope));
            if !missing.is_empty() {
                needed = needed.union(&missing);
                names.push(sibling.name.as_str());
            }
        }
        // At Microsoft, one refresh token works for every resource.
        if !can_be_asked_together(&own.union(&needed), self.authority()) {
            return ScopeSet::default();
        }
        if !needed.is_empty() {
            let profiles = if names.len() == 1 { "profile" } else { "profiles" };
            tell(plain(&format!("Also asking for {needed}, for the {profiles} {}.", names.join(" and "))));
        }
        needed
    }
}

impl<'a> ProfileAccount<'a> {
    fn of(account: &'a Account) -> Self {
        ProfileAccount { name: name(account), home_account_id: Some(account.home_account_id.as_str()) }
    }
}
