//! The profiles that share a client, an authority and a store, and so the tokens: whose each of them is.
//!
//! A profile that names no account means the only one that is signed in. Before somebody else signs in, these profiles
//! are looked at, so that each can be made that person's whose it was.

use tokcache::acquire::{AcquireError, Explanation, SilentRequest};
use tokcache::cache::{Account, MinValid};
use tokcache::store::CacheStore as _;
use tokcache::terms::ScopeSet;

use super::Failure;
use super::context::Context;
use super::profiles::{self, Profile};
use super::registration::is_same_authority;
use super::whose::{ProfileAccount, name};

/// A saved profile of the same client, at the same authority, in the same store.
pub(super) struct Sibling {
    pub(super) name: String,
    profile: Profile,
    /// Whom it names, or else means, if that person is signed in.
    signed_in: Option<Account>,
}

/// What a profile holds.
pub(super) enum Owned {
    /// The tokens of an account, which no other profile is for.
    Alone(Account),
    /// Several people are signed in, and the profile does not say which of them it means.
    Several,
    /// The tokens of an account, which this profile is for, too.
    Shared(String),
    /// Nothing that could be found out.
    Unknown,
}

impl Sibling {
    /// Whose it is: the account that it names, else the only one that is signed in.
    pub(super) fn owner(&self) -> Option<ProfileAccount<'_>> {
        self.profile.account().or_else(|| self.signed_in.as_ref().map(ProfileAccount::of))
    }

    /// Who is signed in of those that it names or means.
    pub(super) fn signed_in(&self) -> Option<&Account> {
        self.signed_in.as_ref()
    }

    fn scopes(&self) -> ScopeSet {
        self.profile.scopes.iter().map(String::as_str).collect()
    }
}

impl Context {
    /// The saved profiles that share client, authority and store with `profile`, itself among them. Those that cannot
    /// be read share nothing.
    pub(super) fn siblings(&self, profile: &Profile) -> Result<Vec<Sibling>, Failure> {
        let load = |name: String| Some((profiles::load_saved(&name).ok()??, name));
        let saved = profiles::saved_names()?.into_iter().filter_map(load);
        let siblings = saved.filter(|(saved, _)| self.is_sibling(saved, profile));
        Ok(siblings.map(|(profile, name)| Sibling { signed_in: self.signed_in(&profile), name, profile }).collect())
    }

    fn is_sibling(&self, one: &Profile, other: &Profile) -> bool {
        let here = self.store.describe().url;
        let is_here = one.store.as_ref().is_none_or(|store| *store == here) || one.store == other.store;
        let is_there = one.authority.is_some() && is_same_authority(one.authority.as_ref(), other.authority.as_ref());
        is_there && one.client_id == other.client_id && is_here
    }

    /// What the profile `name` holds that is lost sight of when it goes.
    pub(super) fn owned(&self, name: &str, profile: &Profile) -> Owned {
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

    /// Who is signed in of those that `profile` names or means.
    fn signed_in(&self, profile: &Profile) -> Option<Account> {
        self.explained(profile, profile.account().map(ProfileAccount::wanted))?.ok()?.account
    }

    /// Whom `wanted` means among those who are signed in with the client of `profile`.
    pub(super) fn explained(
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
        Some(self.client(self.registration_of(profile).ok()?).explain(&request))
    }

    /// Makes each of `siblings` that names nobody the profile of the person that it meant before `newcomer` signed in:
    /// from now on two are signed in, and it would mean neither.
    pub(super) fn settle(&self, siblings: &[Sibling], newcomer: &Account) -> Result<(), Failure> {
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

/// The person who is expected to sign in for the profile `name`: `wanted`, else its owner, else the only owner of all
/// its siblings.
pub(super) fn expected<'s>(siblings: &'s [Sibling], name: &str, wanted: Option<&'s str>) -> Option<ProfileAccount<'s>> {
    if let Some(wanted) = wanted {
        return Some(ProfileAccount { name: wanted, home_account_id: None });
    }
    let own = siblings.iter().find(|sibling| sibling.name == name);
    if let Some(owner) = own.and_then(Sibling::owner) {
        return Some(owner);
    }
    let mut owners = siblings.iter().filter_map(Sibling::owner);
    let first = owners.next()?;
    owners.all(|owner| owner.is_same(first)).then_some(first)
}

/// The scopes that the other profiles of the same person need, and `scopes` lack, with the names of these profiles: a
/// sign-in replaces the refresh token of this person and client, which all of them use.
pub(super) fn needed_too(
    siblings: &[Sibling],
    name: &str,
    person: Option<ProfileAccount<'_>>,
    scopes: &ScopeSet,
) -> (ScopeSet, Vec<String>) {
    let is_of_person = |sibling: &&Sibling| {
        sibling.name != name && person.zip(sibling.owner()).is_some_and(|(one, other)| one.is_same(other))
    };
    let (mut needed, mut names) = (ScopeSet::default(), Vec::new());
    for sibling in siblings.iter().filter(is_of_person) {
        let missing: ScopeSet = sibling.scopes().iter().filter(|scope| !scopes.contains(scope)).collect();
        if !missing.is_empty() {
            needed = needed.union(&missing);
            names.push(sibling.name.clone());
        }
    }
    (needed, names)
}

impl<'a> ProfileAccount<'a> {
    fn of(account: &'a Account) -> Self {
        ProfileAccount { name: name(account), home_account_id: Some(account.home_account_id.as_str()) }
    }
}
