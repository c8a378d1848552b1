//! Saves the profile after a sign-in, and reports the changes.
//!
//! A profile belongs to one account. A sign-in adds scopes to it, but another account cannot take it over while the
//! first one is signed in: scripts use the profile, and must not suddenly get another person's tokens.

use tokcache_core::acquire::SignedIn;
use tokcache_core::cache::Account;
use tokcache_core::types::{RESERVED_SCOPES, ScopeSet};

use super::args::Input;
use crate::cli::Failure;
use crate::cli::context::Context;
use crate::cli::context::account::name;
use crate::cli::context::siblings::Sibling;
use crate::cli::profiles::{self, EndpointNames, Learned, Profile};
use crate::cli::settings::values::is_same_authority;
use crate::output::{command_line, plain, tell};

/// The result of saving the profile.
enum Outcome {
    /// The profile belongs to another account that is still signed in.
    Kept { owner: String },
    /// The profile was saved. `replaced` is its former authority; `changes` lists the other changes.
    Saved { replaced: Option<String>, changes: Vec<String> },
}

/// Saves the profile that results from `signed_in` and the command line, and reports the changes.
pub(super) fn remember(
    context: &Context,
    input: &Input,
    siblings: &[Sibling],
    needed_too: &ScopeSet,
    signed_in: &SignedIn,
) -> Result<(), Failure> {
    let account = &signed_in.account;
    let name_of_profile = &context.profile_name;
    let own = siblings.iter().find(|sibling| sibling.name == *name_of_profile);
    let before = own.and_then(Sibling::signed_in);
    let (mut outcome, mut is_apart) = (None, false);
    profiles::update(name_of_profile, context.settings.lock_timeout(), |old| {
        let mut profile = input.profile(&context.settings, context, old.clone())?;
        is_apart = input.is_apart(&profile);
        if let Some(old) = old.as_ref().filter(|old| !input.takes_over(context) && is_for_same(old, &profile)) {
            let owner = match old.account() {
                // An owner that is no longer signed in loses nothing.
                Some(owner) if !owner.is(account) => {
                    let is_signed_in = own.and_then(Sibling::owner) != Some(owner) || before.is_some();
                    is_signed_in.then(|| owner.name.to_owned())
                }
                Some(_) => None,
                None => before
                    .filter(|before| before.home_account_id != account.home_account_id)
                    .map(|before| name(before).to_owned()),
            };
            if let Some(owner) = owner {
                outcome = Some(Outcome::Kept { owner });
                return Ok(None);
            }
        }
        if profile.scopes.is_empty() {
            let granted = &signed_in.token.scopes;
            let granted = granted.filtered(|scope| !needed_too.contains(scope));
            profile.scopes = match profile.bound_resource() {
                Some(_) => granted.of_resources().iter().map(str::to_owned).collect(),
                None => resource_scopes(&granted),
            };
        }
        let earlier = old.as_ref().filter(|old| !input.replace && is_for_same(old, &profile)).map(|old| &old.scopes);
        // No token covers both sets of scopes, so the default scopes stay as they are.
        profile.scopes = match earlier {
            Some(earlier) if earlier.iter().any(|scope| signed_in.not_granted.contains(scope)) => {
                is_apart |= profile.scopes != *earlier;
                earlier.clone()
            }
            _ => granted_scopes(profile.scopes, signed_in),
        };
        profile.learned = Learned {
            authority: profile.authority.clone(),
            issuer: signed_in.endpoints.issuer.clone(),
            tenant: signed_in.tenant.as_ref().map(ToString::to_string),
            endpoints: EndpointNames::of(&signed_in.endpoints),
            ..Learned::default()
        };
        profile.belong_to(account);
        let old = of_owner(old.unwrap_or_default(), before);
        let is_other = |old: &String| !is_same_authority(Some(old), profile.authority.as_ref());
        let changes = changes(&old, &profile);
        outcome = Some(Outcome::Saved { replaced: old.authority.filter(is_other), changes });
        Ok(Some(profile))
    })?;
    // Includes this profile, if it named no account and was kept.
    context.settle(siblings, account)?;
    match outcome {
        Some(Outcome::Kept { owner }) => say_kept(context, &owner, name(account)),
        Some(Outcome::Saved { replaced, changes }) => say_saved(context, replaced, &changes),
        None => {}
    }
    if is_apart {
        tell(
            "The scopes of the profile stay as they are, because no token can have all of them. Use --scope for the others.",
        );
    }
    Ok(())
}

/// Assigns the profile to `owner` if it names no account.
fn of_owner(mut profile: Profile, owner: Option<&Account>) -> Profile {
    if let Some(owner) = owner.filter(|_| profile.account.is_none()) {
        profile.belong_to(owner);
    }
    profile
}

fn say_kept(context: &Context, owner: &str, newcomer: &str) {
    let profile = &context.profile_name;
    let set = command_line(["tokcache", "profile", "set", profile, "--account", newcomer]);
    tell(plain(&format!(
        "warning: the profile {profile:?} is {owner}'s and was not changed: `token` gives {owner}'s tokens, and with \
         --account {newcomer} those of this sign-in. To make it {newcomer}'s: `{set}`"
    )));
}

fn say_saved(context: &Context, replaced: Option<String>, changes: &[String]) {
    let profile = &context.profile_name;
    let replaced = replaced.map(|old| format!(", which was for {} before", plain(&old))).unwrap_or_default();
    tell(format_args!("The settings are saved as the profile {profile:?}{replaced}."));
    if !changes.is_empty() {
        tell(plain(&format!("The profile {profile:?} changed: {}.", changes.join("; "))));
    }
}

/// Describes the differences, except the authority and settings that `old` did not have.
fn changes(old: &Profile, new: &Profile) -> Vec<String> {
    let lacking = |scopes: &[String], from: &[String]| {
        let lacking: Vec<_> = scopes.iter().filter(|scope| !from.contains(scope)).cloned().collect();
        lacking.join(" ")
    };
    let was_for = |what: &str, old: &Option<String>, new: &Option<String>| {
        old.as_ref().filter(|_| old != new).map(|old| format!("{what} {old}"))
    };
    let is_of_other = new.learned.home_account_id.is_some() && old.account().is_some_and(|owner| !owner.is_of(new));
    let mut changes: Vec<_> = [
        was_for("was for the client", &old.client_id, &new.client_id),
        old.account.as_ref().filter(|_| is_of_other).map(|owner| format!("was for {owner}")),
        was_for("was for the cache", &old.store, &new.store),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !old.scopes.is_empty() {
        let (added, removed) = (lacking(&new.scopes, &old.scopes), lacking(&old.scopes, &new.scopes));
        let listed =
            |what: &str, scopes: &str| (!scopes.is_empty()).then(|| format!("{what} {} {scopes}", plural(scopes)));
        changes.extend(listed("added", &added));
        changes.extend(listed("removed", &removed));
    }
    changes
}

fn plural(scopes: &str) -> &'static str {
    if scopes.contains(' ') { "scopes" } else { "scope" }
}

/// Whether both profiles have the same client and authority.
fn is_for_same(one: &Profile, other: &Profile) -> bool {
    is_same_authority(one.authority.as_ref(), other.authority.as_ref()) && one.client_id == other.client_id
}

/// Returns the scopes to save if none were typed: the granted ones, or at least those that identify the user.
fn resource_scopes(granted: &ScopeSet) -> Vec<String> {
    let scopes: Vec<_> = granted.iter().filter(|scope| !RESERVED_SCOPES.contains(scope)).map(str::to_owned).collect();
    if scopes.is_empty() { vec!["openid".to_owned()] } else { scopes }
}

/// Returns the scopes to save: those that the server granted, or all if it granted none. Scopes that were typed with
/// commas and granted one by one are saved one by one.
fn granted_scopes(scopes: Vec<String>, signed_in: &SignedIn) -> Vec<String> {
    let parts = |scope: &String| -> Vec<String> {
        let is_whole = signed_in.asked.contains(scope) || !scope.contains(',');
        if is_whole { vec![scope.clone()] } else { scope.split(',').map(str::to_owned).collect() }
    };
    let mut granted: Vec<_> = scopes.iter().flat_map(parts).collect();
    granted.retain(|scope| !signed_in.not_granted.contains(scope));
    if granted.is_empty() { scopes } else { granted }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(text: &str) -> Profile {
        Profile::parse(text).unwrap()
    }

    #[test]
    fn what_a_sign_in_changed_is_said_and_nothing_else() {
        let old = profile("client_id = 'a'\naccount = 'alice@lab.test'\nscopes = ['a.read']\n");
        let mut new = profile("client_id = 'b'\naccount = 'bob@lab.test'\nscopes = ['a.read', 'b.read', 'c.read']\n");
        new.learned.home_account_id = Some("bob".to_owned());
        new.learned.account = new.account.clone();
        let said = ["was for the client a", "was for alice@lab.test", "added scopes b.read c.read"];
        assert_eq!(changes(&old, &new), said);
        assert!(changes(&new, &new).is_empty());
        assert!(changes(&Profile::default(), &new).is_empty(), "a profile that said nothing is not changed");
        assert_eq!(changes(&profile("scopes = ['a', 'b']"), &profile("scopes = ['b']")), ["removed scope a"]);
    }

    #[test]
    fn a_person_who_was_renamed_is_the_same_person() {
        let profile = |name: &str| {
            profile(&format!("account = '{name}'\n[learned]\naccount = '{name}'\nhome_account_id = 'id'\n"))
        };
        assert!(changes(&profile("alice@lab.test"), &profile("alice.smith@lab.test")).is_empty());
    }
}
