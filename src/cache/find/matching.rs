//! Whose entry it is: told from its fields, never from its key, which every library makes up differently.

use std::borrow::Cow;

use super::query::Owner;
use crate::cache::entry::fields::Fields;
use crate::terms::{ClientId, Environment, Realm, ScopeSet};

/// How identifiers and scopes compare in an environment.
#[derive(Clone, Copy)]
pub(in crate::cache) enum CaseRule {
    /// To the letter.
    Exact,
    /// Without regard to ASCII case.
    Folded,
}

impl CaseRule {
    pub(in crate::cache) fn of(environment: &Environment) -> Self {
        if environment.folds_case() { CaseRule::Folded } else { CaseRule::Exact }
    }

    pub(in crate::cache) fn same(self, a: &str, b: &str) -> bool {
        match self {
            CaseRule::Exact => a == b,
            CaseRule::Folded => a.eq_ignore_ascii_case(b),
        }
    }

    /// Equal for texts that are the same.
    pub(in crate::cache) fn folded(self, text: &str) -> Cow<'_, str> {
        match self {
            CaseRule::Exact => Cow::Borrowed(text),
            CaseRule::Folded => Cow::Owned(text.to_ascii_lowercase()),
        }
    }

    pub(in crate::cache) fn contains(self, scopes: &ScopeSet, scope: &str) -> bool {
        scopes.iter().any(|own| self.same(own, scope))
    }

    /// Whether `scope` is among scopes as a server or another library wrote them. GitHub's have commas between them.
    pub(in crate::cache) fn grants(self, scopes: &ScopeSet, scope: &str) -> bool {
        self.contains(scopes, scope)
            || scopes.iter().any(|own| own.contains(',') && own.split(',').any(|part| self.same(part, scope)))
    }

    pub(in crate::cache) fn same_option(self, a: Option<&str>, b: Option<&str>) -> bool {
        match (a, b) {
            (Some(a), Some(b)) => self.same(a, b),
            (None, None) => true,
            _ => false,
        }
    }
}

/// The entries of one environment and its aliases.
///
/// Entries that cannot be read in full are matched too, as far as their fields go: sign-out has to find them.
#[derive(Clone, Copy)]
pub(in crate::cache) struct Within<'q> {
    pub(in crate::cache) environment: &'q Environment,
    pub(in crate::cache) case: CaseRule,
}

impl<'q> Within<'q> {
    pub(in crate::cache) fn new(environment: &'q Environment) -> Self {
        Within { environment, case: CaseRule::of(environment) }
    }

    pub(in crate::cache) fn holds(self, entry: &Fields<'_>) -> bool {
        entry.lenient("environment").is_some_and(|environment| self.environment.is_alias_of(&environment))
    }

    pub(in crate::cache) fn is_of_client(self, entry: &Fields<'_>, client_id: &ClientId) -> bool {
        self.holds(entry) && entry.lenient("client_id").is_some_and(|id| self.case.same(&id, client_id.as_str()))
    }

    pub(in crate::cache) fn is_of_owner(self, entry: &Fields<'_>, owner: &Owner) -> bool {
        let Ok(home_account_id) = entry.text("home_account_id") else { return false };
        self.holds(entry) && self.case.same_option(home_account_id.as_deref(), owner.home_account_id())
    }

    pub(in crate::cache) fn is_of_realm(self, entry: &Fields<'_>, realm: &Realm) -> bool {
        self.holds(entry) && self.case.same(&entry.lenient("realm").unwrap_or_default(), realm.as_str())
    }
}
