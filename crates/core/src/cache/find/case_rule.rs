use std::borrow::Cow;

use crate::types::{Environment, ScopeSet};

/// The comparison of identifiers and scopes in an environment.
#[derive(Clone, Copy)]
pub(in crate::cache) enum CaseRule {
    /// Case-sensitive.
    Exact,
    /// Ignores ASCII case.
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

    /// Returns a form that is equal for texts that count as equal.
    pub(in crate::cache) fn folded(self, text: &str) -> Cow<'_, str> {
        match self {
            CaseRule::Exact => Cow::Borrowed(text),
            CaseRule::Folded => Cow::Owned(text.to_ascii_lowercase()),
        }
    }

    pub(in crate::cache) fn contains(self, scopes: &ScopeSet, scope: &str) -> bool {
        scopes.iter().any(|own| self.same(own, scope))
    }

    /// Whether `scope` is among the scopes that a server or another library wrote. GitHub separates them with commas.
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
